/** §4.1: how β grows where the probability of the true class is near zero, and what keeps it finite. */
import type { Data, Layout, LayoutAxis } from 'plotly.js';
import type { LossCurves } from '../analysis/lossCurves';
import { invalid } from '../check';
import { maximumOf, minimumOf } from '../extremes';
import { curveStyles, curveTrace } from './drawing/curveStyle';
import { rounded, significant } from '../print/figureText';
import { logAxis } from '../print/style';
import type { Figure } from '../print/figure';

export interface CoefficientExplosionOptions {
  /** File stem (default `'fig3b-coefficient-explosion'`). */
  name?: string;
}

/**
 * β of the true class (left) and β·(−log p) (right) against the probability at τ = 1, all axes logarithmic. Give PAT
 * curves at small probabilities: several τ, and the inverse reading with and without its constant ε.
 *
 * @throws InputError when there is no curve or one is not PAT.
 */
export function coefficientExplosionFigure(
  { probability, numClasses, curves }: LossCurves,
  { name = 'fig3b-coefficient-explosion' }: CoefficientExplosionOptions = {},
): Figure {
  if (curves.length === 0)
    throw invalid('coefficientExplosionFigure', 'curves', 'a non-empty array', '[]');
  const styles = curveStyles(curves);
  const x = probability.map((p) => rounded(p));
  const items = curves.map(({ label, loss, coefficient }, i) => {
    if (coefficient) return { label, loss, coefficient, style: styles[i] };
    throw invalid('coefficientExplosionFigure', 'curves', 'PAT curves only', label);
  });
  const data = items.flatMap(({ label, loss, coefficient, style }): Data[] => [
    curveTrace(label, 'left', { x, y: coefficient.map((value) => rounded(value)) }, style),
    curveTrace(label, 'right', { x, y: loss.map((value) => rounded(value)) }, style),
  ]);
  const largest = items.map((item) => `${item.label}: ${significant(maximumOf(item.coefficient))}`);
  const layout: Partial<Layout> = {
    xaxis: decades('p of the true class', x, { domain: [0, 0.42] }),
    xaxis2: decades('p of the true class', x, { domain: [0.58, 1], anchor: 'y2' }),
    yaxis: decades(
      'β',
      items.flatMap((item) => item.coefficient),
    ),
    yaxis2: decades(
      'β·(−log p)',
      items.flatMap((item) => item.loss),
      { anchor: 'x2' },
    ),
  };
  return {
    name,
    title: 'Explosion of the PAT coefficient, and what prevents it',
    caption:
      `β (left) and β·(−log p) (right) of the true class against its probability, softmax without a temperature, of one ` +
      `pixel with ${numClasses} classes, no data set (0 images). Largest β shown: ${largest.join('; ')}.`,
    data,
    layout,
    aspectRatio: 0.55,
    rows: items.flatMap(({ label, loss, coefficient }) =>
      probability.map((p, i) => ({
        curve: label,
        probability: p,
        coefficient: coefficient[i],
        loss: loss[i],
      })),
    ),
  };
}

/** Values below are cut off: the loss goes to 0 at p = 1. */
const SMALLEST = 1e-2;

/** A logarithmic axis around the values with at most eight labels. */
function decades(title: string, values: number[], options: Partial<LayoutAxis> = {}) {
  const smallest = minimumOf(values);
  const low = Math.log10(
    values.every((value) => value < 1) ? smallest : Math.max(smallest, SMALLEST),
  );
  const high = Math.max(Math.log10(maximumOf(values)), 0);
  const dtick = Math.ceil((high - low) / 8);
  const minor = dtick > 1 ? { minor: { ticks: 'outside' as const, ticklen: 2, dtick: 1 } } : {};
  const gap = 0.03 * (high - low);
  return logAxis(title, { range: [low - gap, high + gap], dtick, ...minor, ...options });
}
