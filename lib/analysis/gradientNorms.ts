/**
 * Per-class gradient norms by automatic differentiation (Eq. 6–7).
 *
 * The loss of class c in image i is the sum over its mask, L_c = Σ_{j ∈ M_c} ℓ_j. With θ the network's weights,
 * `g_c = ∂L_c/∂θ` and `ĝ_c = g_c / |M_c|` its mean per pixel, so that
 *
 *     ‖g_u‖ / ‖g_v‖ = (|M_u| · ‖ĝ_u‖) / (|M_v| · ‖ĝ_v‖)                                   (Eq. 7)
 *
 * holds by definition; the paper's claim is that the mask sizes decide it. Here every norm is measured, for the sum
 * (before) and for the sum divided by |M_c| (after the normalization of Eq. 4).
 */
import { tf } from '../backend';
import { cellInterrupt, checkInterrupt } from '../interrupt';
import { checkNumber, invalid } from '../check';
import type { Sample, SegmentationDataset } from '../datasets/datasetTypes';
import { unitImage } from '../datasets/unitImages';
import { pixelwiseLoss } from '../losses';
import type { LossConfig } from '../losses';
import { trainableVariables } from '../models/layers';
import { spreadIndices } from './spreadIndices';

export interface GradientNormRow {
  image: string;
  classId: number;
  className: string;
  /** |M|, the pixels of the class in the image. */
  pixels: number;
  /** ‖g‖, gradient of the loss summed over the class's pixels, with respect to all trainable weights. */
  norm: number;
  /** ‖ĝ‖ = ‖g‖ / |M|. */
  meanNorm: number;
  /** The norm measured on the loss that is divided by |M| before differentiating. */
  normalizedNorm: number;
}

export interface GradientNorms {
  /** Label of the loss, e.g. `'PAT, τ = 1'`. */
  loss: string;
  rows: GradientNormRow[];
}

export interface GradientNormOptions {
  loss: LossConfig;
  /** Label of the loss in tables and figures. */
  label: string;
  /** Images to take, spread evenly over the split as `spreadIndices` has them (default 8). */
  imageCount?: number;
  onProgress?: (imagesDone: number, imageCount: number) => void;
  signal?: AbortSignal;
}

type PixelwiseLoss = ReturnType<typeof pixelwiseLoss>;

/**
 * Measures both norms for every class present in `imageCount` images. The network runs in inference mode
 * (batch normalization by running averages), so that a pixel's gradient does not depend on the batch.
 */
export async function measureGradientNorms(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  { loss, label, imageCount = 8, onProgress, signal = cellInterrupt() }: GradientNormOptions,
): Promise<GradientNorms> {
  checkNumber('measureGradientNorms', 'imageCount', imageCount, { min: 1, integer: true });
  const indices = spreadIndices(dataset.length, imageCount);
  const pixelwise = pixelwiseLoss({ ...loss, ignoreIndex: dataset.ignoreIndex });
  const rows: GradientNormRow[] = [];
  for (const [done, index] of indices.entries()) {
    const sample = await dataset.sample(index);
    for (const [classId, pixels] of maskSizes(sample, dataset.numClasses)) {
      await checkInterrupt(signal);
      const norm = await classGradientNorm(model, pixelwise, sample, classId, 1);
      const normalizedNorm = await classGradientNorm(model, pixelwise, sample, classId, pixels);
      const className = dataset.classNames[classId];
      const meanNorm = norm / pixels;
      const row = { image: sample.name, classId, className, pixels };
      rows.push({ ...row, norm, meanNorm, normalizedNorm });
    }
    onProgress?.(done + 1, indices.length);
  }
  if (rows.length === 0) {
    const remedy = 'Take images with labelled pixels.';
    throw invalid('measureGradientNorms', 'dataset', 'images with labels', 'none labelled', remedy);
  }
  return { loss: label, rows };
}

/** ‖∂(Σ_{j ∈ M_c} ℓ_j / divisor)/∂θ‖ over all trainable weights. */
async function classGradientNorm(
  model: tf.LayersModel,
  pixelwise: PixelwiseLoss,
  sample: Sample,
  classId: number,
  divisor: number,
): Promise<number> {
  const squaredNorm = tf.tidy(() => {
    const { height, width } = sample;
    const images = unitImage(sample);
    const labels = tf.tensor3d(sample.labels, [1, height, width], 'int32');
    const mask = labels.equal(classId).toFloat(); // [1,H,W]
    const classLoss = (): tf.Scalar => {
      const logits = model.apply(images, { training: false }) as tf.Tensor4D; // [1,H,W,C]
      return pixelwise(logits, labels).mul(mask).sum().div(divisor);
    };
    const { grads } = tf.variableGrads(classLoss, trainableVariables(model));
    return tf.addN(Object.values(grads).map((gradient) => gradient.square().sum()));
  });
  const [value] = await squaredNorm.data();
  squaredNorm.dispose();
  return Math.sqrt(value);
}

/** Pixels of each class present in the sample, in class order. */
function maskSizes(sample: Sample, numClasses: number): [classId: number, pixels: number][] {
  const counts = new Array<number>(256).fill(0);
  for (const label of sample.labels) counts[label]++;
  return counts
    .slice(0, numClasses)
    .map((pixels, classId): [number, number] => [classId, pixels])
    .filter(([, pixels]) => pixels > 0);
}
