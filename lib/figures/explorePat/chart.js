/** Draws the panels of explore-pat.html as SVG, in CSS px, so that text keeps its size on every screen. */

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = { left: 44, right: 10, top: 8, bottom: 34 };

/**
 * @typedef {{ name: string, x: number[], y: number[], markers?: boolean }} Series
 *
 * @typedef {object} Panel
 * @property {Series[]} series
 * @property {[number, number]} range of x
 * @property {number[]} ticks on the axis of x
 * @property {(tick: number) => string} tickText
 * @property {string} xTitle
 * @property {number} [guide] the x of a vertical line
 *
 * @typedef {(value: number) => number} Scale from a value to a place in CSS px
 */

/**
 * An SVG element; a number is written with two decimals.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === 'number' ? String(+value.toFixed(2)) : value);
  }
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * The decades around the positive values, at most `span` below the largest.
 * @param {number[]} values
 * @param {number} [span]
 */
function decadesOf(values, span = 6) {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const high = Math.ceil(Math.log10(Math.max(...positive)) - 1e-9);
  const low = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  return { low: Math.min(Math.max(low, high - span), high - 1), high };
}

/**
 * Draws one panel: `series` of { name, x, y, markers }, x linear in `range` with ticks at `ticks`, y logarithmic.
 * `guide` is the x of a vertical line. Sizes come from the element, colours and dashes from the style sheet.
 * @param {SVGSVGElement} svg
 * @param {Panel} panel
 */
function drawPanel(svg, { series, range, ticks, tickText, xTitle, guide }) {
  const { width, height } = svg.getBoundingClientRect();
  if (width === 0) return;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const { low, high } = decadesOf(series.flatMap(({ y }) => y));
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  /** @type {Scale} */
  const toX = (x) => MARGIN.left + ((x - range[0]) / (range[1] - range[0])) * (right - MARGIN.left);
  /** @type {Scale} */
  const toY = (y) => bottom - ((Math.log10(y) - low) / (high - low)) * (bottom - MARGIN.top);
  const parts = [
    ...horizontalGrid({ low, high, toY, right }),
    ...ticks.flatMap((tick) => [
      shape('line', { class: 'grid', x1: toX(tick), x2: toX(tick), y1: MARGIN.top, y2: bottom }),
      shape('text', { x: toX(tick), y: bottom + 15, 'text-anchor': 'middle' }, tickText(tick)),
    ]),
    shape('path', { class: 'axis', d: `M${MARGIN.left},${MARGIN.top}V${bottom}H${right}` }),
    shape('text', { x: (MARGIN.left + right) / 2, y: height - 4, 'text-anchor': 'middle' }, xTitle),
  ];
  if (guide !== undefined) {
    const x = toX(guide);
    parts.push(shape('line', { class: 'guide', x1: x, x2: x, y1: MARGIN.top, y2: bottom }));
  }
  const clip = `clip-${svg.id}`;
  const size = { width: right - MARGIN.left + 8, height: bottom - MARGIN.top + 4 };
  const clipPath = shape('clipPath', { id: clip });
  clipPath.append(shape('rect', { x: MARGIN.left - 4, y: MARGIN.top - 4, ...size }));
  const curves = shape('g', { 'clip-path': `url(#${clip})` });
  curves.append(...series.flatMap((one) => drawnSeries(one, toX, toY)));
  svg.replaceChildren(clipPath, ...parts, curves);
}

/**
 * Lines and labels at powers of ten, not more than six.
 * @param {{ low: number, high: number, toY: Scale, right: number }} place
 */
function horizontalGrid({ low, high, toY, right }) {
  const step = Math.ceil((high - low) / 6);
  const powers = Array.from(
    { length: Math.floor((high - low) / step) + 1 },
    (_, i) => low + i * step,
  );
  return powers.flatMap((power) => {
    const y = toY(10 ** power);
    const label = shape('text', { x: MARGIN.left - 6, y: y + 4, 'text-anchor': 'end' });
    if (power >= -2 && power <= 2) label.textContent = String(+(10 ** power).toPrecision(2));
    else
      label.append(
        '10',
        shape('tspan', { dy: -5, class: 'power' }, String(power).replace('-', '−')),
      );
    return [shape('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: y, y2: y }), label];
  });
}

/**
 * @param {Series} series
 * @param {Scale} toX
 * @param {Scale} toY
 * @returns {SVGElement[]}
 */
function drawnSeries({ name, x, y, markers }, toX, toY) {
  const points = x
    .map((value, i) => [toX(value), toY(y[i])])
    .filter(([, vertical]) => Number.isFinite(vertical));
  const d = points.map(([a, b], i) => `${i ? 'L' : 'M'}${a.toFixed(1)},${b.toFixed(1)}`).join('');
  const line = shape('path', { class: `curve ${name}`, d });
  if (!markers) return [line];
  return [
    line,
    ...points.map(([cx, cy]) => shape('circle', { class: `dot ${name}`, cx, cy, r: 3 })),
  ];
}
