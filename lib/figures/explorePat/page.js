/** The controls of explore-pat.html: reads them, draws the panels, keeps the choice in the page's address. */

/**
 * @typedef {'temperature' | 'epsilon' | 'numClasses' | 'probability' | 'imbalance' | 'largestProbability' |
 *   'smallestProbability'} NumberName
 * @typedef {NumberName | 'sharpness'} SliderName
 * @typedef {Record<NumberName, number> & { sharpness: number | 'classes' }} Settings
 */

/**
 * Every slider, by its id in the page. `log` sliders hold log10 of what they stand for.
 * @type {Record<SliderName, { log?: boolean, integer?: boolean }>}
 */
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

/** @type {Record<string, string>} */
const LABELS = {
  crossEntropy: 'Cross-entropy',
  normalized: 'Cross-entropy, 1/|M|',
  exponential: 'PAT, exponential β',
  inverse: 'PAT, inverse β',
};

/** 0.005 … 0.995: where the curves are drawn. */
const PROBABILITIES = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);

/**
 * The element of the page with this id, which is of the given kind.
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 */
function element(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} '${id}'`);
}

/** @param {string} id */
const input = (id) => element(id, HTMLInputElement);

const SLIDER_NAMES = /** @type {SliderName[]} */ (Object.keys(SLIDERS));

/** @param {SliderName} id */
function valueOf(id) {
  const { log, integer } = SLIDERS[id];
  const number = Number(input(id).value);
  const value = log ? 10 ** number : number;
  return integer ? Math.round(value) : Number(value.toPrecision(3));
}

/**
 * @param {SliderName} id
 * @param {number} value
 */
function setValue(id, value) {
  input(id).value = String(SLIDERS[id].log ? Math.log10(value) : value);
}

/** @returns {Settings} */
function settings() {
  const values = /** @type {Settings} */ (
    Object.fromEntries(SLIDER_NAMES.map((id) => [id, valueOf(id)]))
  );
  if (input('classesSharpness').checked) values.sharpness = 'classes';
  return values;
}

/**
 * Sets the controls that `values` names and leaves the others.
 * @param {Record<string, string | number>} values
 */
function apply(values) {
  for (const id of SLIDER_NAMES) {
    if (!(id in values)) continue;
    const value = values[id];
    if (id === 'sharpness') input('classesSharpness').checked = value === 'classes';
    if (Number.isFinite(Number(value))) setValue(id, Number(value));
  }
}

/**
 * A number for reading: three significant digits.
 * @param {number} value
 */
function readable(value) {
  if (value !== 0 && (value < 1e-3 || value >= 1e6)) {
    const [digits, power] = value.toExponential(2).split('e');
    return `${digits}·10^${Number(power)}`.replace('^-', '^−');
  }
  return String(Number(value.toPrecision(3)));
}

/**
 * @param {Settings} values
 * @returns {Record<string, (p: number) => PixelLoss>}
 */
function losses(values) {
  return {
    crossEntropy: (p) => plainCrossEntropy(p),
    exponential: (p) => exponentialPat(p, values),
    inverse: (p) => inversePat(p, values),
  };
}

/** @param {Settings} values */
function drawPixelPanels(values) {
  const curves = Object.entries(losses(values)).map(([name, at]) => ({
    name,
    points: PROBABILITIES.map(at),
  }));
  for (const quantity of /** @type {const} */ (['coefficient', 'loss', 'gradient'])) {
    drawPanel(element(`${quantity}Chart`, SVGSVGElement), {
      series: curves.map(({ name, points }) => ({
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

/** @param {Settings} values */
function drawClassPanel(values) {
  const ranks = Array.from({ length: values.numClasses }, (_, i) => i + 1);
  const shares = classShares(classProfile(values), values);
  drawPanel(element('classesChart', SVGSVGElement), {
    series: Object.entries(shares).map(([name, share]) => ({
      name,
      x: ranks,
      y: share.map((value) => 100 * value),
      markers: values.numClasses <= 25,
    })),
    range: [0.5, values.numClasses + 0.5],
    ticks: [1, Math.ceil((values.numClasses + 1) / 2), values.numClasses],
    tickText: String,
    xTitle: 'Class, most frequent first',
  });
  return shares;
}

/**
 * The numbers at the vertical line, and the share of the rarest class.
 * @param {Settings} values
 * @param {Record<string, number[]>} shares
 */
function fillTable(values, shares) {
  const rows = Object.entries(losses(values)).map(([name, at]) => {
    const { coefficient, loss, gradient } = at(values.probability);
    const percent = `${readable(100 * (shares[name].at(-1) ?? NaN))} %`;
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
  element('numbers', HTMLElement).replaceChildren(...body);
  element('numbersCaption', HTMLElement).textContent =
    `At p = ${values.probability}, and of the rarest class`;
}

/** @param {Settings} values */
function showValues(values) {
  for (const id of SLIDER_NAMES) {
    const value = values[id];
    const text = value === 'classes' ? `C = ${values.numClasses}` : readable(value);
    element(`${id}Value`, HTMLElement).textContent = text;
    input(id).setAttribute('aria-valuetext', text);
  }
  input('sharpness').disabled = values.sharpness === 'classes';
  const { temperature, epsilon } = values;
  const sharpness = values.sharpness === 'classes' ? "'classes'" : values.sharpness;
  element('code', HTMLElement).textContent =
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
  history.replaceState(
    null,
    '',
    `#${new URLSearchParams(Object.entries(settings()).map(([name, value]) => [name, String(value)]))}`,
  );
}

/** Inside a JupyterLab cell: as high as its content, and dark or light as JupyterLab is. */
function fitFrame() {
  const frame = /** @type {HTMLElement | null} */ (window.frameElement);
  if (!frame) return;
  const light = frame.ownerDocument.body.dataset.jpThemeLight;
  document.documentElement.dataset.theme = light === 'false' ? 'dark' : 'light';
  frame.style.height = `${document.documentElement.offsetHeight}px`;
}

/** @type {() => Record<string, string | number>} */
const given = () => JSON.parse(element('parameters', HTMLElement).textContent ?? '');
const start = given();
apply(start);
apply(Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
document.addEventListener('input', draw);
document.addEventListener('change', remember);
element('restart', HTMLElement).addEventListener('click', () => {
  element('controls', HTMLFormElement).reset();
  apply(start);
  draw();
  remember();
});
new ResizeObserver(() => {
  draw();
  fitFrame();
}).observe(element('content', HTMLElement));
