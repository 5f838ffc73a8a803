/**
 * The one numeric core of all losses: the odds r = (1−p)/p against the true class, p = softmax(z)_y.
 *
 *     r = Σ_{c≠y} exp(z_c − z_y),   −log p = log(1 + r),   1 − p = r/(1 + r),   p = 1/(1 + r),
 *     ∂u/∂z_c = softmax over the other classes (c ≠ y),   ∂u/∂z_y = −1   of the log-odds u = log r.
 *
 * Every loss is a function of r, its slope the derivative by u. Sums leave the true class out in place of subtracting
 * it, so that values and gradients keep their relative accuracy where 1 − p is below float32's resolution.
 *
 * A pass over `[N,C]` costs as much as dozens over `[N]`: there are six here, and four in the gradient.
 */
import { tf } from '../backend';
import { divideNoNan, multiplyNoNan } from '../ops/noNan';
import type { LossTerms, PixelBatch, PixelProbabilities } from './lossTypes';

/** Subtracted from a logit that must not count; beyond every logit, yet finite after subtracting two logits. */
const FAR = 2 ** 127;

/** Where z_y lies further below the others, r would overflow; log(1 + r) = log r to float32 there. */
const LOWEST_OWN = -40;

/** Factors between 1/this and this leave r at `LOWEST_OWN` beyond float32's resolution, and finite. */
export const LARGEST_FACTOR = 2 ** 32;

export interface TrueClassOdds {
  /** p and what goes with it, each `[N]`. */
  pixels: PixelProbabilities;
  /** exp(z_c − max z) of the classes c ≠ y, 0 for y and at ignored pixels, `[N,C]`. */
  others: tf.Tensor2D;
  /** Sum of `others` over the classes, `[N]`. */
  total: tf.Tensor1D;
}

/**
 * The odds of `scale·z + offset + log(prior·factor)`, less `margin` at the true class. At ignored pixels p may be anything,
 * NaN included, but `others` and `total` are 0.
 */
export function trueClassOdds(
  logits: tf.Tensor2D,
  { labels, shape }: PixelBatch,
  { scale = 1, offset, margin, prior, factor }: LossTerms,
): TrueClassOdds {
  const numClasses = shape[3];
  // The inner scopes free each [N,C] tensor before the next is made: fresh memory costs more than the arithmetic.
  const difference = tf.tidy(() => {
    // Differences first, which are exact or nearly so, however large the logits.
    const reference = tf.tidy(() => {
      // A margin may turn the order round; without one, exp(z_c − max z) vanishes with r.
      const competing = margin
        ? logits.add(tf.oneHot(labels, numClasses, -FAR, 0, 'float32'))
        : logits;
      return competing.max(1, true); // [N,1]
    });
    const scaled = tf.tidy(() => {
      const difference = logits.sub<tf.Tensor2D>(reference); // [N,C]
      return scale === 1 ? difference : difference.mul<tf.Tensor2D>(scale);
    });
    if (!offset) return scaled;
    const shifted = scaled.add<tf.Tensor2D>(offset); // [N,C]
    scaled.dispose();
    return shifted.sub<tf.Tensor2D>(shifted.max(1, true));
  });
  const trueLogits = ownEntries(difference, labels); // [N]
  const own = margin ? trueLogits.sub<tf.Tensor1D>(margin) : trueLogits;
  const others = tf.tidy(() => {
    const exponentials = difference.exp();
    difference.dispose();
    const competing = otherClasses(labels, numClasses, prior);
    const weighted = factor ? multiplyNoNan.run(factor, competing) : competing;
    return multiplyNoNan.run(exponentials, weighted) as tf.Tensor2D;
  });
  const total = others.sum<tf.Tensor1D>(1); // [N]

  const bounded = own.maximum<tf.Tensor1D>(LOWEST_OWN);
  const odds = bounded.neg<tf.Tensor1D>().exp<tf.Tensor1D>().mul<tf.Tensor1D>(total); // r
  const crossEntropy = odds.log1p<tf.Tensor1D>().add<tf.Tensor1D>(bounded.sub(own)); // −log p
  const hit = odds.add<tf.Tensor1D>(1).reciprocal<tf.Tensor1D>(); // p
  return { pixels: { crossEntropy, hit, miss: odds.mul(hit) }, others, total };
}

/** ∂/∂(scale·z) of a sum over pixels whose derivatives by u are `slope`, 0 at ignored pixels: → `[N,C]`. */
export function logitGradient(
  slope: tf.Tensor1D,
  labels: tf.Tensor1D,
  { others, total }: Pick<TrueClassOdds, 'others' | 'total'>,
): tf.Tensor2D {
  const own = tf.tidy(() => {
    const trueClass = tf.oneHot(labels, others.shape[1], 1, 0, 'float32'); // [N,C]
    return trueClass.mul(slope.expandDims(1));
  });
  const share = divideNoNan.run(slope, total).expandDims(1); // [N,1]
  const spread = others.mul(share); // [N,C]
  const gradient = spread.sub<tf.Tensor2D>(own);
  tf.dispose([own, spread]);
  return gradient;
}

/** The entry of each pixel's class in `[N,C]`, any of its entries at ignored pixels: → `[N]`. */
export function ownEntries(entries: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const [numPixels, numClasses] = entries.shape;
  const rows = tf.range(0, numPixels * numClasses, numClasses, 'int32'); // [N]
  const positions = labels.minimum(tf.scalar(numClasses - 1, 'int32')).add(rows); // [N]
  return tf.gatherND(entries.flatten(), positions.expandDims(1)) as tf.Tensor1D;
}

/** prior_c/prior_y, prior_{y,c}, or 1, for c ≠ y; 0 for c = y and at ignored pixels: → `[N,C]`. */
function otherClasses(
  labels: tf.Tensor1D,
  numClasses: number,
  prior?: LossTerms['prior'],
): tf.Tensor2D {
  const row = (y: number) => Array.from({ length: numClasses }, (_, c) => Number(c !== y));
  const rows = Array.from({ length: numClasses }, (_, y) => row(y));
  const ones = tf.tensor2d(rows, [numClasses, numClasses]);
  const table = prior ? ones.mul<tf.Tensor2D>(prior) : ones; // [C,C]
  const isByClass = prior && prior.rank === 1;
  return rowsOfLabels(isByClass ? table.div(prior.expandDims(1)) : table, labels);
}

/** The row of each pixel's class in a table `[C,K]`, 0 at ignored pixels: → `[N,K]`. */
export function rowsOfLabels(table: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor2D {
  const withIgnored = table.pad([
    [0, 1],
    [0, 0],
  ]); // [C+1,K]
  return tf.gatherND(withIgnored, labels.expandDims(1)) as tf.Tensor2D;
}

/** −log p with its derivative 1 − p. */
export function crossEntropyTerm({ crossEntropy, miss }: PixelProbabilities) {
  return { value: crossEntropy, slope: miss };
}
