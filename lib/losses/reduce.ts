/**
 * The one place that takes ignored pixels out and averages. Losses only say what a valid pixel contributes.
 *
 * Ignored pixels have a weight of 0, and a product with 0 is 0 here whatever the other factor: their logits, NaN and
 * Infinity included, change nothing and their gradient is exactly 0. Without a valid pixel the loss is 0.
 */
import { tf } from '../backend';
import { multiplyNoNan } from '../ops/noNan';
import { checkPixelValues, checkShapes } from './checks';
import { logitGradient, trueClassOdds } from './odds';
import type {
  Averaging,
  CommonLossOptions,
  ConfiguredLoss,
  PixelBatch,
  PixelwiseLoss,
  SegmentationLoss,
} from './types';

/** The averaged loss, differentiable by the logits. */
export function averagedLoss(
  where: string,
  loss: ConfiguredLoss,
  options: Required<CommonLossOptions>,
): SegmentationLoss {
  return (logits, labels, noiseSeed) => {
    checkShapes(where, logits, labels, noiseSeed);
    return evaluate(where, loss, options, { logits, labels, noiseSeed }, true) as tf.Scalar;
  };
}

/** The loss of each pixel, 0 at ignored ones, differentiable by the logits. */
export function unaveragedLoss(
  where: string,
  loss: ConfiguredLoss,
  options: Required<CommonLossOptions>,
): PixelwiseLoss {
  return (logits, labels, noiseSeed) => {
    checkShapes(where, logits, labels, noiseSeed);
    return evaluate(where, loss, options, { logits, labels, noiseSeed }, false) as tf.Tensor3D;
  };
}

interface Arguments {
  logits: tf.Tensor4D;
  labels: tf.Tensor3D;
  noiseSeed?: tf.Tensor1D;
}

function evaluate(
  where: string,
  loss: ConfiguredLoss,
  { ignoreIndex, validate }: Required<CommonLossOptions>,
  { logits, labels, noiseSeed }: Arguments,
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

const integer = (value: number): tf.Scalar => tf.scalar(value, 'int32');

function pixelsOf(logits: tf.Tensor4D, labels: tf.Tensor3D, ignoreIndex: number): PixelBatch {
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
function averagingWeight({ shape, valid, labels }: PixelBatch, averaging: Averaging): tf.Tensor1D {
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
