/**
 * The one place that takes ignored pixels out and averages. Losses only say what a valid pixel contributes.
 *
 * Ignored pixels get logits of 0 and a weight of 0 before anything is computed: their logits, NaN and Infinity
 * included, change nothing and their gradient is exactly 0. Without a valid pixel the loss is 0.
 */
import { tf } from '../backend';
import { checkPixelValues, checkShapes } from './checks';
import { logOdds } from './logOdds';
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
    const batch = withoutIgnored(z, labels, ignoreIndex);
    if (validate) checkPixelValues(where, batch, z, labels, ignoreIndex);
    const terms = loss.terms(batch, noiseSeed);
    const transformed = terms.transform?.(batch.logits);
    const odds = logOdds(transformed?.logits ?? batch.logits, batch, terms);
    const { value, slope } = terms.formula(odds.value);

    let weight = averaged ? averagingWeight(batch, loss.averaging) : batch.valid; // [N]
    if (terms.weight) weight = weight.mul(terms.weight);
    const pixelLoss = value.mul(weight); // [N]
    // ∂/∂z = slope · weight · scale · ∂u/∂z
    const { scale = 1 } = terms;
    const weightedSlope = slope.mul(weight); // [N]
    const factor = scale === 1 ? weightedSlope : weightedSlope.mul(scale); // [N]
    save([factor, odds.jacobian, ...(transformed ? [transformed.derivative] : [])]);
    return {
      value: averaged ? pixelLoss.sum() : pixelLoss.reshape([images, height, width]),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [pixelFactor, jacobian, derivative] = saved;
        const incoming = averaged ? dy : dy.flatten(); // [] or [N]
        let gradient = jacobian.mul(pixelFactor.mul(incoming).expandDims(1)); // [N,C]
        if (derivative) gradient = gradient.mul(derivative);
        return gradient.reshape(logits.shape); // [B,H,W,C]
      },
    };
  });
  return compute(logits);
}

function withoutIgnored(logits: tf.Tensor4D, labels: tf.Tensor3D, ignoreIndex: number): PixelBatch {
  const numClasses = logits.shape[3];
  const flatLabels = labels.flatten(); // [N]
  const valid: tf.Tensor1D = flatLabels.notEqual(tf.scalar(ignoreIndex, 'int32')); // [N]
  const flatLogits = logits.as2D(flatLabels.size, numClasses); // [N,C]
  const ignoredLabel = tf.fill(flatLabels.shape, numClasses, 'int32');
  return {
    shape: logits.shape,
    logits: selectRows(valid, flatLogits, tf.zerosLike(flatLogits)),
    labels: tf.where(valid, flatLabels, ignoredLabel) as tf.Tensor1D,
    valid: valid.toFloat<tf.Tensor1D>(),
  };
}

/** Rows of `a` where `condition` holds, else rows of `b`. */
function selectRows(condition: tf.Tensor1D, a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  // The native kernel takes a condition by row; the portable op first spreads it to [N,C].
  return tf.getBackend() === 'tensorflow'
    ? tf.engine().runKernel<tf.Tensor2D>('Select', { condition, t: a, e: b })
    : tf.where(condition.expandDims(1), a, b);
}

/** What each pixel counts for in the average, `[N]`; 0 at ignored pixels. */
function averagingWeight({ shape, valid, labels }: PixelBatch, averaging: Averaging): tf.Tensor1D {
  const [images, height, width, classes] = shape;
  if (averaging === 'elements') return valid.div(images * height * width * classes);
  if (averaging === 'pixels') return valid.div(valid.sum().maximum(1));
  // One slot for each class of each image, and one more for its ignored pixels.
  const slots = classes + 1;
  const firstSlots = tf.range(0, images * slots, slots, 'int32').expandDims(1); // [B,1]
  const slot: tf.Tensor1D = labels.reshape([images, -1]).add(firstSlots).flatten(); // [N]
  const sizes = tf.bincount(slot, tf.tensor1d([], 'int32'), images * slots); // |M|, [B·(C+1)]
  const counted = tf.oneHot([classes], slots, 0, 1, 'float32'); // 0 in the ignored slot, [1,C+1]
  const shares = counted.div(sizes.reshape([images, slots]).maximum(1).mul(images)); // 1/(B·|M|)
  return tf.gatherND(shares.flatten(), slot.expandDims(1)) as tf.Tensor1D; // [N]
}
