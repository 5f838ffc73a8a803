/**
 * The one place that takes ignored pixels out and says what each of the others counts for. Losses only say what a valid pixel
 * contributes.
 *
 * Ignored pixels have a weight of 0, and a product with 0 is 0 here whatever the other factor: their logits, NaN and
 * Infinity included, change nothing and their gradient is exactly 0. Without a valid pixel the loss is 0.
 */
import { tf } from '../backend';
import type { Averaging, PixelBatch } from './lossTypes';

const integer = (value: number): tf.Scalar => tf.scalar(value, 'int32');

/** The batch with its ignored pixels marked. */
export function pixelsOf(
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  ignoreIndex: number,
): PixelBatch {
  const numClasses = logits.shape[3];
  const flatLabels = labels.flatten(); // [N]
  const isValid = () => flatLabels.notEqual<tf.Tensor1D>(integer(ignoreIndex)); // [N]
  // What lies beyond the classes needs no selection to become C.
  const marked: tf.Tensor =
    ignoreIndex >= numClasses
      ? flatLabels
      : tf.where(isValid(), flatLabels, tf.fill(flatLabels.shape, numClasses, 'int32'));
  return {
    shape: logits.shape,
    logits: logits.as2D(flatLabels.size, numClasses),
    labels: marked.maximum(integer(0)).minimum<tf.Tensor1D>(integer(numClasses)),
    valid: () => isValid().toFloat(),
  };
}

/** What each pixel counts for in the average, `[N]`; 0 at ignored pixels. */
export function averagingWeight(
  { shape, valid, labels }: PixelBatch,
  averaging: Averaging,
): tf.Tensor1D {
  const [images, height, width, classes] = shape;
  if (averaging === 'elements') return valid().div(images * height * width * classes);
  if (averaging === 'pixels') {
    const counted = valid();
    return counted.mul(counted.sum().maximum(1).reciprocal());
  }
  // One slot for each class of each image, and one more for its ignored pixels.
  const slots = classes + 1;
  const firstSlots = tf.range(0, images * slots, slots, 'int32').expandDims(1); // [B,1]
  const slot: tf.Tensor1D = labels.reshape([images, -1]).add(firstSlots).flatten(); // [N]
  const sizes = tf.bincount(slot, tf.tensor1d([], 'int32'), images * slots); // |M|, [B·(C+1)]
  const counted = tf.oneHot([classes], slots, 0, 1, 'float32'); // 0 in the ignored slot, [1,C+1]
  const shares = counted.div(sizes.reshape([images, slots]).maximum(1).mul(images)); // 1/(B·|M|)
  return tf.gatherND(shares.flatten(), slot.expandDims(1)) as tf.Tensor1D; // [N]
}
