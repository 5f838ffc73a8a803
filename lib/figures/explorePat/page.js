/** The controls of explore-pat.html: reads them, draws the panels, keeps the choice in the page's address. */

/** Every slider: id in the page → the text of its value. `log` sliders hold log10 of what they stand for. */
const SLIDERS = {
  temperature: { log: true },
  sharpness: { log: true },
  epsilon: { log: true },
  numClasses: { integer: true },
  probability: {},
  imbalance: { log: true, integer: true },
  largestProbability: {},
  smallestProbability: {},
};

const LABELS = {
  crossEntropy: 'Cross-entropy',
  normalized: 'Cross-entropy, 1/|M|',
  exponential: 'PAT, exponential β',
  inverse: 'PAT, inverse β',
};

/** 0.005 … 0.995: where the curves are drawn. */
const PROBABILITIES = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);

const byId = (id) => document.getElementById(id);

function valueOf(id) {
  const { log, integer } = SLIDERS[id];
  const number = Number(byId(id).value);
  const value = log ? 10 ** number : number;
  return integer ? Math.round(value) : Number(value.toPrecision(3));
}

function setValue(id, value) {
  byId(id).value = String(SLIDERS[id].log ? Math.log10(value) : value);
}

function settings() {
  const values = Object.fromEntries(Object.keys(SLIDERS).map((id) => [id, valueOf(id)]));
  if (byId('classesSharpness').checked) values.sharpness = 'classes';
  return values;
}

/** Sets the controls that `values` names and leaves the others. */
function apply(values) {
  for (const [id, value] of Object.entries(values)) {
    if (id === 'sharpness') byId('classesSharpness').checked = value === 'classes';
    if (id in SLIDERS && Number.isFinite(Number(value))) setValue(id, Number(value));
  }
}

/** A number for reading: three significant digits. */
function readable(value) {
  if (value !== 0 && (value < 1e-3 || value >= 1e6)) {
    const [digits, power] = value.toExponential(2).split('e');
    return `${digits}·10^${Number(power)}`.replace('^-', '^−');
  }
  return String(Number(value.toPrecision(3)));
}

function losses(values) {
  return {
    crossEntropy: (p) => plainCrossEntropy(p),
    exponential: (p) => exponentialPat(p, values),
    inverse: (p) => inversePat(p, values),
  };
}

function drawPixelPanels(values) {
  const curves = Object.entries(losses(values)).map(([name, at]) => [name, PROBABILITIES.map(at)]);
  for (const quantity of ['coefficient', 'loss', 'gradient']) {
    drawPanel(byId(`${quantity}Chart`), {
      series: curves.map(([name, points]) => ({
        name,
        x: PROBABILITIES,
        y: points.map((point) => point[quantity]),
      })),
      range: [0, 1],
      ticks: [0, 0.5, 1],
      tickText: String,
      xTitle: 'p of the true class',
      guide: values.probability,
    });
  }
}

function drawClassPanel(values) {
  const ranks = Array.from({ length: values.numClasses }, (_, i) => i + 1);
  const shares = classShares(classProfile(values), values);
  drawPanel(byId('classesChart'), {
    series: Object.entries(shares).map(([name, share]) => ({
      name,
      x: ranks,
      y: share.map((value) => 100 * value),
      markers: values.numClasses <= 25,
    })),
    range: [0.5, values.numClasses + 0.5],
    ticks: [1, Math.ceil((values.numClasses + 1) / 2), values.numClasses],
    tickText: String,
    xTitle: 'class, most frequent first',
  });
  return shares;
}

/** The numbers at the vertical line, and the share of the rarest class. */
function fillTable(values, shares) {
  const rows = Object.entries(losses(values)).map(([name, at]) => {
    const { coefficient, loss, gradient } = at(values.probability);
    const percent = `${readable(100 * shares[name].at(-1))} %`;
    return [LABELS[name], ...[coefficient, loss, gradient].map(readable), percent];
  });
  const body = rows.map(([label, ...numbers]) => {
    const row = document.createElement('tr');
    const heading = document.createElement('th');
    heading.scope = 'row';
    heading.textContent = label;
    const cells = numbers.map((text) => {
      const cell = document.createElement('td');
      cell.textContent = text;
      return cell;
    });
    row.append(heading, ...cells);
    return row;
  });
  byId('numbers').replaceChildren(...body);
  byId('numbersCaption').textContent = `At p = ${values.probability}, and of the rarest class`;
}

function showValues(values) {
  for (const id of Object.keys(SLIDERS)) {
    const text = values[id] === 'classes' ? `C = ${values.numClasses}` : readable(values[id]);
    byId(`${id}Value`).textContent = text;
    byId(id).setAttribute('aria-valuetext', text);
  }
  byId('sharpness').disabled = values.sharpness === 'classes';
  const { temperature, epsilon } = values;
  const sharpness = values.sharpness === 'classes' ? "'classes'" : values.sharpness;
  byId('code').textContent =
    `createLoss({ name: 'pat', temperature: ${temperature}, sharpness: ${sharpness} })\n` +
    `createLoss({ name: 'pat', temperature: ${temperature}, coefficient: 'inverse', epsilon: ${epsilon} })`;
}

function draw() {
  const values = settings();
  showValues(values);
  drawPixelPanels(values);
  fillTable(values, drawClassPanel(values));
}

/** Keeps the choice in the address, where the page has one of its own. */
function remember() {
  if (!/^(file|https?):$/.test(location.protocol)) return;
  history.replaceState(null, '', `#${new URLSearchParams(settings())}`);
}

/** Inside a JupyterLab cell: as high as its content, and dark or light as JupyterLab is. */
function fitFrame() {
  const frame = window.frameElement;
  if (!frame) return;
  const light = frame.ownerDocument.body.dataset.jpThemeLight;
  document.documentElement.dataset.theme = light === 'false' ? 'dark' : 'light';
  frame.style.height = `${document.documentElement.offsetHeight}px`;
}

const start = JSON.parse(byId('parameters').textContent);
apply(start);
apply(Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
document.addEventListener('input', draw);
document.addEventListener('change', remember);
byId('restart').addEventListener('click', () => {
  byId('controls').reset();
  apply(start);
  draw();
  remember();
});
new ResizeObserver(() => {
  draw();
  fitFrame();
}).observe(byId('content'));
