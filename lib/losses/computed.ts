/** Losses by automatic differentiation: void pixels go before the loss sees the batch, and come back with gradient 0. */
import { tf } from '../backend';
import { checkSameShape, described, invalid, shapeText } from '../check';
import { multiplyNoNan } from '../ops/noNan';
import { checkPixelValues } from './checks';
import { averagingWeight, pixelsOf } from './pixelBatch';
import type { CommonLossOptions, ComputedLoss, LossInputs } from './lossTypes';

/** The loss averaged, → scalar, or as it is, `[B,H,W]` with 0 at void pixels or a scalar; differentiable by the logits. */
export function computedLoss(
  where: string,
  loss: ComputedLoss,
  { ignoreIndex, validate }: Required<CommonLossOptions>,
  { logits, labels, noiseSeed }: LossInputs,
  averaged: boolean,
): tf.Tensor {
  const [images, height, width, numClasses] = logits.shape;
  return tf.tidy(() => {
    const batch = pixelsOf(logits, labels, ignoreIndex);
    if (validate) checkPixelValues(where, batch, logits, labels, ignoreIndex);
    const valid: tf.Tensor3D = batch.valid().reshape([images, height, width]);
    const clean = timesNoNan(logits, valid.expandDims(3)) as tf.Tensor4D; // [B,H,W,C]
    const inRange = batch.labels.minimum(tf.scalar(numClasses - 1, 'int32')); // [N]
    const classes: tf.Tensor3D = inRange.reshape(labels.shape).mul(valid.toInt()); // [B,H,W]
    const validCount: tf.Scalar = valid.sum().maximum(1);
    const value = loss.compute(clean, classes, { numClasses, valid, validCount, noiseSeed });
    checkValue(where, value, labels.shape);
    if (value.rank === 0) return timesNoNan(value, valid.max()); // 0 without a valid pixel
    if (!averaged) return timesNoNan(value, valid);
    const weight = averagingWeight(batch, loss.averaging).reshape(valid.shape); // [B,H,W]
    return timesNoNan(value, weight).sum();
  });
}

/** x·factor; value and gradient are 0 wherever the factor is, whatever x and what comes back hold there. */
function timesNoNan(x: tf.Tensor, factor: tf.Tensor): tf.Tensor {
  const multiplied = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    save([factor]);
    return {
      value: multiplyNoNan.run(input, factor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => multiplyNoNan.run(dy, saved[0]),
    };
  });
  return multiplied(x);
}

function checkValue(where: string, value: unknown, pixels: readonly number[]): void {
  const expected = 'a float32 tensor, a scalar or [B,H,W]';
  if (!(value instanceof tf.Tensor)) throw invalid(where, 'its value', expected, value);
  const { dtype, rank, shape } = value as tf.Tensor;
  if (dtype !== 'float32' || (rank !== 0 && rank !== 3)) {
    throw invalid(where, 'its value', expected, described(`${dtype} of shape ${shapeText(shape)}`));
  }
  if (rank === 3) checkSameShape(where, 'its value', shape, pixels);
}
