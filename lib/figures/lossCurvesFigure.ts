/** Fig. 3c: loss and gradient of one pixel against the probability of its true class, with a slider for τ. */
import type { Data, Layout, Slider } from 'plotly.js';
import type { LossCurve, LossCurves, TemperatureSweep } from '../analysis/lossCurves';
import { checkNumber, checkSameShape, invalid } from '../check';
import { maximumOf, minimumOf } from '../extremes';
import { curveStyles, curveTrace } from './drawing/curveStyle';
import type { CurveStyle } from './drawing/curveStyle';
import { rounded } from '../print/figureText';
import { axis, logAxis } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';

export interface LossCurvesFigureOptions {
  /** PAT's curves that follow the slider; without it there is no slider. */
  sweep?: TemperatureSweep;
  /** The sweep's temperature that is shown at first and in print; default: the one nearest to 1. */
  temperature?: number;
  /**
   * Ends of both logarithmic value axes; what lies outside is cut off. Default: the powers of ten around all values, at
   * most 1e-4 to 1e3.
   */
  limits?: readonly [number, number];
  /** Default `'PAT against Focal and cross-entropy'`. */
  title?: string;
  /** File stem (default `'fig3c-pat-vs-focal'`). */
  name?: string;
}

/**
 * Two panels, loss and |∂L/∂z_y|, on logarithmic axes. The fixed curves never change; each curve of the sweep is
 * drawn at one temperature, and the slider rewrites it with the values computed for another (Plotly `restyle`), so
 * it works in a saved notebook or a web page with no kernel. In print the slider is left out and the figure shows
 * the fixed curves and the sweep's at `temperature`.
 *
 * @throws InputError when there is no curve, or the sweep's probabilities differ from the fixed curves'.
 */
export function lossCurvesFigure(
  curves: LossCurves,
  {
    sweep,
    temperature,
    limits = limitsOf([...curves.curves, ...(sweep?.steps.flatMap((step) => step.curves) ?? [])]),
    title = 'PAT against Focal and cross-entropy',
    name = 'fig3c-pat-vs-focal',
  }: LossCurvesFigureOptions = {},
): Figure {
  checkNumber('lossCurvesFigure', 'limits[0]', limits[0], { min: 0, aboveMin: true });
  checkNumber('lossCurvesFigure', 'limits[1]', limits[1], { min: limits[0], aboveMin: true });
  if (curves.curves.length === 0)
    throw invalid('lossCurvesFigure', 'curves', 'a non-empty array', '[]');
  sweep?.steps.forEach(({ probability }) =>
    checkSameShape(
      'lossCurvesFigure',
      'sweep probability',
      [probability.length],
      [curves.probability.length],
    ),
  );
  const active = sweep ? activeStep(sweep, temperature) : 0;
  const moving = sweep ? sweep.steps[active].curves : [];
  // The sweep comes first, so that its curves are solid.
  const shown = [...moving, ...curves.curves];
  const styles = curveStyles(shown).map((style, i) => (i < moving.length ? thicker(style) : style));
  const data = shown.flatMap((curve, i) => traces(curves.probability, curve, styles[i]));
  const everything = [...curves.curves, ...(sweep?.steps.flatMap((step) => step.curves) ?? [])];
  const sliders = sweep ? { sliders: [slider(sweep, active)] } : {};
  return {
    name,
    title,
    caption:
      `Loss (left) and gradient |∂L/∂z| by the logit z of the true class (right) of one pixel with ${curves.numClasses} classes against the ` +
      'probability p of its true class, softmax without a temperature, the other classes sharing 1 − p evenly; no data ' +
      `set (0 images). ${origins(shown)}`,
    data,
    layout: { ...twoPanels(limits), ...sliders },
    aspectRatio: 0.62,
    rows: rowsOf(curves.probability, everything),
  };
}

/** The powers of ten around the positive values, within 1e-4 and 1e3. */
function limitsOf(curves: readonly LossCurve[]): [number, number] {
  const values = curves.flatMap(({ loss, gradient }) => [...loss, ...gradient]);
  const powers = values
    .filter((value) => value > 0 && Number.isFinite(value))
    .map((value) => Math.min(3, Math.max(-4, Math.log10(value))));
  if (powers.length === 0) return [1e-4, 1e3];
  const low = Math.min(2, Math.floor(minimumOf(powers)));
  return [10 ** low, 10 ** Math.max(low + 1, Math.ceil(maximumOf(powers)))];
}

/** Who computed which curve: the kit's losses, losses of `defineLoss`, or somebody else. */
function origins(curves: readonly LossCurve[]): string {
  const isKits = ({ config, isOwn }: LossCurve) => config !== undefined && isOwn !== true;
  const list = (some: readonly LossCurve[], words: string) =>
    some.length === 0 ? [] : [`${words}: ${some.map(({ label }) => label).join('; ')}.`];
  return [
    ...list(curves.filter(isKits), "Computed with the kit's losses"),
    ...list(
      curves.filter((curve) => curve.config !== undefined && !isKits(curve)),
      "Computed with the user's own losses",
    ),
    ...list(
      curves.filter(({ config }) => config === undefined),
      'Given as numbers, not computed by the kit',
    ),
  ].join(' ');
}

function activeStep({ temperatures }: TemperatureSweep, wanted: number | undefined): number {
  if (wanted === undefined) {
    const distance = temperatures.map((t) => Math.abs(Math.log(t)));
    return distance.indexOf(minimumOf(distance));
  }
  const active = temperatures.indexOf(wanted);
  if (active >= 0) return active;
  throw invalid('lossCurvesFigure', 'temperature', `one of ${temperatures.join(', ')}`, wanted);
}

function thicker(style: CurveStyle): CurveStyle {
  return { ...style, line: { ...style.line, width: 2.5 } };
}

function traces(
  probability: number[],
  { label, loss, gradient }: LossCurve,
  style: CurveStyle,
): Data[] {
  const values = (y: number[]) => ({ x: probability.map((p) => rounded(p)), y: drawn(y) });
  return [
    curveTrace(label, 'left', values(loss), style),
    curveTrace(label, 'right', values(gradient), style),
  ];
}

/** The steps rewrite the first traces of the figure: two per curve of the sweep, loss then gradient. */
function slider({ temperatures, steps }: TemperatureSweep, active: number): Partial<Slider> {
  return {
    active,
    currentvalue: { prefix: 'τ = ', visible: true, xanchor: 'left' },
    pad: { t: 40, b: 4 },
    steps: steps.map(({ curves }, step) => ({
      method: 'restyle' as const,
      label: String(temperatures[step]),
      args: [
        {
          y: curves.flatMap(({ loss, gradient }) => [drawn(loss), drawn(gradient)]),
          name: curves.flatMap(({ label }) => [label, label]),
        },
        Array.from({ length: 2 * curves.length }, (_, trace) => trace),
      ],
    })),
  };
}

function drawn(values: number[]): number[] {
  return values.map((value) => rounded(value));
}

function twoPanels(limits: readonly [number, number]): Partial<Layout> {
  const probability = { range: [0, 1], dtick: 0.2 };
  const range = limits.map(Math.log10);
  return {
    xaxis: axis('p of the true class', { ...probability, domain: [0, 0.43] }),
    xaxis2: axis('p of the true class', { ...probability, domain: [0.57, 1], anchor: 'y2' }),
    yaxis: logAxis('Loss', { range }),
    yaxis2: logAxis('|∂L/∂z<sub>y</sub>|', { range, anchor: 'x2' }),
  };
}

function rowsOf(probability: number[], curves: LossCurve[]): FigureRow[] {
  return curves.flatMap(({ label, loss, gradient }) =>
    probability.map((p, i) => ({
      curve: label,
      probability: p,
      loss: loss[i],
      gradient: gradient[i],
    })),
  );
}
