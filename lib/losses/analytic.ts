/** Losses of the true class's odds: value and gradient from what the loss states of each pixel. */
import { tf } from '../backend';
import { multiplyNoNan } from '../ops/noNan';
import { checkPixelValues } from './checks';
import { logitGradient, trueClassOdds } from './odds';
import { averagingWeight, pixelsOf } from './pixelBatch';
import type { AnalyticLoss, CommonLossOptions, LossInputs } from './lossTypes';

/** The loss averaged, → scalar, or of each pixel, → `[B,H,W]`; differentiable by the logits. */
export function analyticLoss(
  where: string,
  loss: AnalyticLoss,
  { ignoreIndex, validate }: Required<CommonLossOptions>,
  { logits, labels, noiseSeed }: LossInputs,
  averaged: boolean,
): tf.Tensor {
  const [images, height, width] = logits.shape;
  const compute = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [z, save] = inputs as [tf.Tensor4D, tf.GradSaveFunc];
    const batch = pixelsOf(z, labels, ignoreIndex);
    if (validate) checkPixelValues(where, batch, z, labels, ignoreIndex);
    const terms = loss.terms(batch, noiseSeed);
    const transformed = terms.transform?.(batch.logits);
    const { pixels, others, total } = trueClassOdds(
      transformed?.logits ?? batch.logits,
      batch,
      terms,
    );
    const [value, slope] = tf.tidy(() => {
      const term = terms.formula(pixels);
      return [term.value, term.slope];
    });

    let weight = tf.tidy(() => (averaged ? averagingWeight(batch, loss.averaging) : batch.valid())); // [N]
    if (terms.weight) weight = weight.mul(terms.weight);
    const pixelLoss = multiplyNoNan.run(value, weight); // [N]
    const weightedSlope = multiplyNoNan.run(slope, weight); // [N]
    save([
      weightedSlope,
      batch.labels,
      others,
      total,
      ...(transformed ? [transformed.derivative] : []),
    ]);
    return {
      value: averaged ? pixelLoss.sum() : pixelLoss.reshape([images, height, width]),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() => {
          const [pixelSlope, slots, othersSaved, totalSaved, derivative] = saved;
          const incoming = (averaged ? dy : dy.flatten()).mul(terms.scale ?? 1); // [] or [N]
          const gradient = logitGradient(
            pixelSlope.mul<tf.Tensor1D>(incoming),
            slots as tf.Tensor1D,
            { others: othersSaved as tf.Tensor2D, total: totalSaved as tf.Tensor1D },
          ); // [N,C]
          const byLogits = derivative ? multiplyNoNan.run(derivative, gradient) : gradient;
          return byLogits.reshape(logits.shape); // [B,H,W,C]
        }),
    };
  });
  return compute(logits);
}
