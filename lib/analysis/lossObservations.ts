/**
 * The two observations the paper reads off Fig. 3c (§4.2), as numbers:
 *
 * 1. "more balanced learning across classes with varying logit probabilities": the ratio of the largest to the
 *    smallest loss (and gradient) over a range of p; smaller is more balanced.
 * 2. "in contrast to Focal, losses associated with high-probability logits are not nullified": what is left of
 *    cross-entropy's loss (and gradient) at high p.
 *
 * What the formula says at τ = 1: β = 1/(2·exp(k(p − 1))) falls from e^k/2 at p = 0 to 1/2 at p = 1. It multiplies
 * cross-entropy's ratio over [a, b] by e^{k(b − a)}, so PAT is *less* balanced than cross-entropy there, and at p → 1
 * it keeps half of a loss that itself goes to 0. Focal's factor (1 − p)^γ goes to 0. A temperature above 1 flattens p
 * itself and with it all ratios: the loss then falls as (1 − p)^(1/τ), still to 0 at p = 1 but more slowly. One below
 * 1 sharpens p and does the opposite of both observations.
 */
import { checkNumber, invalid } from '../check';
import { maximumOf, minimumOf } from '../extremes';
import type { LossCurve, LossCurves } from './lossCurves';
import type { LossConfig } from '../losses';

export interface ObservationOptions {
  /** Range of p for observation 1 (default [0.05, 0.95]). */
  range?: readonly [number, number];
  /** High probabilities for observation 2 (default [0.9, 0.99]). */
  high?: readonly number[];
}

/** The measures of one curve; `kept` are fractions of cross-entropy's value at the same p. */
export interface CurveMeasures {
  label: string;
  /** Largest over smallest loss within the range. */
  lossRatio: number;
  /** Largest over smallest gradient within the range. */
  gradientRatio: number;
  /** Loss relative to cross-entropy's, at each high probability. */
  lossKept: number[];
  /** Gradient relative to cross-entropy's, at each high probability. */
  gradientKept: number[];
}

/** One statement of the paper, tested for one PAT curve against one reference. */
export interface Finding {
  observation: 1 | 2;
  quantity: 'loss' | 'gradient';
  /** Label of the PAT curve. */
  pat: string;
  patValue: number;
  /** Label of the curve it is compared with: cross-entropy, or the Focal curve that does best. */
  reference: string;
  referenceValue: number;
  holds: boolean;
  /** The finding in a sentence. */
  statement: string;
}

/**
 * Measures every curve. The curves must include a `crossEntropy` one.
 *
 * @throws InputError when cross-entropy is missing or the sampled probabilities do not cover the range.
 */
export function measureCurves(
  curves: LossCurves,
  { range = [0.05, 0.95], high = [0.9, 0.99] }: ObservationOptions = {},
): CurveMeasures[] {
  if (high.length === 0) throw invalid('measureCurves', 'high', 'a non-empty array', '[]');
  const [low, top] = range;
  const first = curves.probability[0];
  const last = curves.probability[curves.probability.length - 1];
  for (const p of [low, top, ...high]) {
    checkNumber('measureCurves', 'probability', p, { min: first, max: last });
  }
  const crossEntropy = named(curves, 'crossEntropy')[0];
  if (!crossEntropy) {
    const remedy = 'Both observations are relative to cross-entropy.';
    throw invalid('measureCurves', 'curves', 'with a crossEntropy curve', labels(curves), remedy);
  }
  return curves.curves.map((curve) => {
    const at = (values: number[], p: number) => interpolate(curves.probability, values, p);
    const ratio = (values: number[]) => {
      const inside = values.filter((_, i) => between(curves.probability[i], low, top));
      const all = [at(values, low), ...inside, at(values, top)];
      return maximumOf(all) / minimumOf(all);
    };
    const { loss, gradient } = curve;
    return {
      label: curve.label,
      lossRatio: ratio(loss),
      gradientRatio: ratio(gradient),
      lossKept: high.map((p) => at(loss, p) / at(crossEntropy.loss, p)),
      gradientKept: high.map((p) => at(gradient, p) / at(crossEntropy.gradient, p)),
    };
  });
}

/**
 * Tests both observations for every PAT curve, against cross-entropy and against the Focal curve that does best.
 *
 * - Observation 1 holds when PAT's largest-to-smallest ratio is the smaller one.
 * - Observation 2 holds when PAT keeps more of cross-entropy's value than the reference at every high probability;
 *   against cross-entropy itself it must keep at least all of it. The values given are those at the highest one.
 */
export function checkObservations(curves: LossCurves, options: ObservationOptions = {}): Finding[] {
  const { range = [0.05, 0.95], high = [0.9, 0.99] } = options;
  const measures = measureCurves(curves, options);
  const measuresOf = (name: LossConfig['name']) =>
    measures.filter((_, i) => curves.curves[i].config?.name === name);
  const families = [measuresOf('crossEntropy').slice(0, 1), measuresOf('focal')].filter(
    (family) => family.length > 0,
  );
  const findings: Finding[] = [];
  for (const pat of measuresOf('pat')) {
    for (const quantity of ['loss', 'gradient'] as const) {
      for (const family of families) {
        findings.push(balance(pat, family, quantity, range));
        findings.push(retention(pat, family, quantity, high));
      }
    }
  }
  return findings.sort((a, b) => a.observation - b.observation);
}

function balance(
  pat: CurveMeasures,
  family: CurveMeasures[],
  quantity: Finding['quantity'],
  [low, top]: readonly [number, number],
): Finding {
  const key = quantity === 'loss' ? 'lossRatio' : 'gradientRatio';
  const best = family.reduce((a, b) => (b[key] < a[key] ? b : a));
  const holds = pat[key] < best[key];
  const statement =
    `Over p in [${low}, ${top}] the ${quantity} of ${pat.label} spans a factor of ` +
    `${text(pat[key])}, that of ${best.label} ${text(best[key])}: ` +
    `${holds ? 'more' : 'not more'} balanced.`;
  const values = { patValue: pat[key], referenceValue: best[key] };
  return {
    observation: 1,
    quantity,
    pat: pat.label,
    reference: best.label,
    ...values,
    holds,
    statement,
  };
}

function retention(
  pat: CurveMeasures,
  family: CurveMeasures[],
  quantity: Finding['quantity'],
  high: readonly number[],
): Finding {
  const key = quantity === 'loss' ? 'lossKept' : 'gradientKept';
  const last = high.reduce((highest, p, i) => (p > high[highest] ? i : highest), 0);
  const best = family.reduce((a, b) => (b[key][last] > a[key][last] ? b : a));
  // Cross-entropy keeps exactly all of itself.
  const holds = pat[key].every((kept, i) => (best[key][i] === 1 ? kept >= 1 : kept > best[key][i]));
  const statement =
    `At p = ${high[last]} the ${quantity} of ${pat.label} is ${text(pat[key][last])} of ` +
    `cross-entropy's, that of ${best.label} ${text(best[key][last])}.`;
  const values = { patValue: pat[key][last], referenceValue: best[key][last] };
  return {
    observation: 2,
    quantity,
    pat: pat.label,
    reference: best.label,
    ...values,
    holds,
    statement,
  };
}

function named({ curves }: LossCurves, name: LossConfig['name']): LossCurve[] {
  return curves.filter(({ config }) => config?.name === name);
}

function labels({ curves }: LossCurves): string {
  return curves.map(({ label }) => label).join(', ');
}

function between(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

function text(value: number): string {
  return value.toPrecision(3);
}

/** Linear interpolation of y(x) at `at`; x ascending and covering it. */
function interpolate(x: readonly number[], y: readonly number[], at: number): number {
  const right = Math.max(
    1,
    x.findIndex((value) => value >= at),
  );
  if (x.length === 1 || x[right - 1] === at) return y[right - 1];
  const weight = (at - x[right - 1]) / (x[right] - x[right - 1]);
  return y[right - 1] + weight * (y[right] - y[right - 1]);
}
