/** Losses of how predicted and labelled regions overlap: one number for each class of the batch, or of each image. */
import { tf } from '../backend';
import { checkNumber, checkOneOf } from '../check';
import { classErrors, labelsOrBeyond, probabilityGradient } from './classErrors';
import type { ComputedLoss, LossContext, LossFunction } from './lossTypes';

/**
 * What is averaged over. `'batch'`: the regions of the whole batch, mean over the classes with labels in it; `'image'`: mean
 * over images of the mean over the classes in the image; `'class'`: for each class the mean over the images that have it,
 * then over classes. Images without a labelled pixel are left out.
 */
export type Over = 'batch' | 'image' | 'class';

export interface RegionOptions {
  /** What is averaged over (default `'batch'`). */
  over?: Over;
  /** s ≥ 0, added to numerator and denominator (default 1e-3). */
  smooth?: number;
}

/** How much false positives (α) and false negatives (β) count. */
export interface OverlapWeights {
  alpha: number;
  beta: number;
}

/** Without s nothing may be left to divide by: an absent class, or β = 0 and no p anywhere. */
const SMALLEST_WHOLE = 1e-30;

/**
 * The mean, as `over` says, of
 *
 *     1 − (TP + s)/(TP + α·FP + β·FN + s),   TP = Σ p·y,   FP = Σ p − TP,   FN = Σ y − TP   over valid pixels,
 *
 * for each class of each group (the batch, or one image). 0 where nothing is labelled.
 *
 * @throws InputError for options out of range.
 */
export function overlapLoss(
  where: string,
  weights: OverlapWeights,
  { over = 'batch', smooth = 1e-3 }: RegionOptions,
): ComputedLoss {
  checkOneOf(where, 'over', over, ['batch', 'image', 'class']);
  checkNumber(where, 'smooth', smooth, { min: 0 });
  const compute: LossFunction = (logits, labels, context) => {
    const differentiable = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const [z, save] = inputs as [tf.Tensor4D, tf.GradSaveFunc];
      const { probabilities, regions } = softRegions(z, labels, context, over);
      const { value, slopes } = tf.tidy(() => overlap(regions, weights, smooth, over));
      const rows = slopeRows(labels, context, slopes.shape[0]);
      save([probabilities, slopes, rows]);
      return {
        value,
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const [p, table, row] = saved;
          const bySoftmax = tf.gatherND(table.mul(dy).reshape([-1, context.numClasses]), row);
          return probabilityGradient(p as tf.Tensor4D, bySoftmax.reshape(p.shape));
        },
      };
    });
    return differentiable(logits);
  };
  return { averaging: 'pixels', compute };
}

/** Soft counts of each class of each group, all `[G,C]`: G = 1 for the batch, B for its images. */
interface SoftRegions {
  truePositives: tf.Tensor2D;
  falsePositives: tf.Tensor2D;
  falseNegatives: tf.Tensor2D;
  labelled: tf.Tensor2D;
}

/** Each count is a sum of its own, none a difference: it keeps its relative accuracy where it is small. */
function softRegions(
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  context: LossContext,
  over: Over,
): { probabilities: tf.Tensor4D; regions: SoftRegions } {
  const { probabilities, truth, wrong, missing } = classErrors(logits, labels, context);
  const total = (pixels: tf.Tensor): tf.Tensor2D => {
    // In two steps: a sum of as many terms as an image has pixels loses digits.
    const byImage = pixels.sum(2).sum<tf.Tensor2D>(1); // [B,C]
    return over === 'batch' ? byImage.sum<tf.Tensor2D>(0, true) : byImage;
  };
  const regions = {
    truePositives: tf.tidy(() => total(probabilities.mul(truth))),
    falsePositives: tf.tidy(() => total(wrong)),
    falseNegatives: tf.tidy(() => total(truth.mul(missing))),
    labelled: tf.tidy(() => total(truth)),
  };
  tf.dispose([truth, wrong, missing]);
  return { probabilities, regions };
}

/** The loss, and its derivative by p of each class at the pixels of each label, 0 for label C (void): `[G,C+1,C]`. */
function overlap(
  { truePositives, falsePositives, falseNegatives, labelled }: SoftRegions,
  { alpha, beta }: OverlapWeights,
  smooth: number,
  over: Over,
): { value: tf.Tensor; slopes: tf.Tensor } {
  const share = shares(labelled.greater(0).toFloat(), over); // [G,C]
  const excess = falsePositives.mul(alpha).add(falseNegatives.mul(beta)); // α·FP + β·FN
  const hits = truePositives.add(smooth);
  const whole = hits.add(excess).maximum(SMALLEST_WHOLE);
  const missed = excess.div(whole); // 1 − (TP + s)/(…)
  const met = hits.div(whole);
  const weight = share.div(whole);
  const byWrong = weight.mul(met).mul(alpha).expandDims(1); // ∂/∂p_c at the pixels of other labels, [G,1,C]
  const byRight = weight.mul(missed.add(met.mul(beta))).neg(); // ∂/∂p_c at the pixels of label c
  const numClasses = share.shape[1];
  const own = tf.eye(numClasses); // [C,C]
  const slopes = byWrong.mul(tf.scalar(1).sub(own)).add(byRight.expandDims(1).mul(own));
  return {
    value: missed.mul(share).sum(),
    slopes: slopes.pad([
      [0, 0],
      [0, 1],
      [0, 0],
    ]),
  };
}

/** What each class of each group counts for in the average, `[G,C]`; `present` is 1 or 0. */
export function shares(present: tf.Tensor, over: Over): tf.Tensor2D {
  const within = present.sum(over === 'class' ? 0 : 1, true); // [1,C] or [G,1]
  const groups = within.greater(0).toFloat().sum();
  return present.div<tf.Tensor2D>(within.maximum(1).mul(groups.maximum(1)));
}

/** The row of each pixel in the table of slopes, `[N,1] int32`. */
function slopeRows(
  labels: tf.Tensor3D,
  { valid, numClasses }: LossContext,
  groups: number,
): tf.Tensor2D {
  return tf.tidy(() => {
    const slot = labelsOrBeyond(labels, valid, numClasses).reshape([groups, -1]);
    const firsts = tf.range(0, groups * (numClasses + 1), numClasses + 1, 'int32').expandDims(1);
    return slot.add(firsts).reshape<tf.Tensor2D>([-1, 1]);
  });
}
