/**
 * What the paper says of each class while a network trains: how large its gradient is (Eq. 6–7), and, where PAT trains
 * it, how PAT weighs its pixels (Eq. 5).
 *
 * ℓ_j is the loss of pixel j before any averaging, z_j its logits. As in `analysis/gradientNorms`, the gradient of a
 * class is the sum over its mask and `ĝ_c` its mean per pixel, here at the logits instead of the weights:
 *
 *     g_c = Σ_{j ∈ M_c} ∂ℓ_j/∂z_j  ∈ R^C,   ĝ_c = g_c / |M_c|,   ‖g_u‖/‖g_v‖ = (|M_u|·‖ĝ_u‖) / (|M_v|·‖ĝ_v‖)
 *
 * g_c is the gradient with respect to a bias that all pixels share, the last layer's. One backward pass gives all
 * classes, where the gradient by all weights takes one for each class.
 */
import { tf } from '../backend';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import type { UnaveragedLoss } from '../losses';
import { Random } from '../random';

/** One number for each class; null for a class that the probe does not show. */
export interface ClassStatistics {
  /** |M_c| in all images of the probe. */
  pixels: number[];
  /** ‖g_c‖. */
  gradientNorm: (number | null)[];
  /** ‖ĝ_c‖ = ‖g_c‖ / |M_c|. */
  pixelGradientNorm: (number | null)[];
  /** Mean of PAT's β of the true class over M_c, with the run's options; other losses have no β. */
  coefficient?: (number | null)[];
}

export interface ClassStatisticsOptions {
  /** The run's loss before averaging; of one that is a number of the whole batch, the sum over batches of its gradient. */
  loss: UnaveragedLoss;
  /** β, logits `[…,C]` → `[…,C]` (default: not measured). */
  coefficient?: (logits: tf.Tensor) => tf.Tensor;
  /** Samples, as `probeSamples` draws them. */
  samples: readonly number[];
  /** Images in one pass. */
  batchSize: number;
}

/** At most `count` sample indices, drawn by the seed of the data set: the same in each run on it. */
export function probeSamples(length: number, seed: number, count = 8): number[] {
  return new Random(seed).stream('probe').permutation(length).slice(0, count);
}

/**
 * Measures them on samples without augmentation, with the running statistics of batch normalization. Nothing of the
 * model changes.
 */
export async function classStatistics(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  { loss, coefficient, samples, batchSize }: ClassStatisticsOptions,
): Promise<ClassStatistics> {
  const { numClasses } = dataset;
  const columns = numClasses + (coefficient ? 2 : 1);
  const sums = new Float64Array(numClasses * columns); // g_c, |M_c| and, where asked for, Σβ of each class
  for (let start = 0; start < samples.length; start += batchSize) {
    const part = samples.slice(start, start + batchSize);
    const read = await Promise.all(part.map((index) => dataset.sample(index)));
    const batchSums = tf.tidy(() => {
      const { height, width } = read[0];
      const images = tf
        .stack(read.map(({ image }) => tf.tensor3d(image, [height, width, 3], 'int32')))
        .toFloat()
        .div<tf.Tensor4D>(255); // [B,H,W,3]
      const labels = tf.stack(
        read.map(({ labels: ids }) => tf.tensor2d(ids, [height, width], 'int32')),
      ) as tf.Tensor3D; // [B,H,W]
      const logits = model.apply(images, { training: false }) as tf.Tensor4D; // [B,H,W,C]
      const gradient = tf.grad((z) => loss(z as tf.Tensor4D, labels).sum())(logits); // [B,H,W,C]
      const truth = tf.oneHot(labels.flatten(), numClasses).toFloat(); // [N,C], 0 where ignored
      const values = [gradient.reshape([-1, numClasses]), tf.ones([labels.size, 1])]; // [N,C], [N,1]
      if (coefficient) {
        const beta = coefficient(logits).reshape([-1, numClasses]); // [N,C]
        values.push(beta.mul(truth).sum(1, true)); // [N,1]
      }
      return truth.matMul(tf.concat(values, 1), true); // [C,columns]
    });
    (await batchSums.data()).forEach((value, i) => (sums[i] += value));
    batchSums.dispose();
  }
  const rows = Array.from({ length: numClasses }, (_, c) =>
    Array.from(sums.subarray(c * columns, (c + 1) * columns)),
  );
  const pixels = rows.map((row) => row[numClasses]);
  const norms = rows.map((row) => Math.hypot(...row.slice(0, numClasses)));
  const ofPresent = (value: (c: number) => number) =>
    pixels.map((count, c) => (count > 0 ? value(c) : null));
  return {
    pixels,
    gradientNorm: ofPresent((c) => norms[c]),
    pixelGradientNorm: ofPresent((c) => norms[c] / pixels[c]),
    ...(coefficient && { coefficient: ofPresent((c) => rows[c][numClasses + 1] / pixels[c]) }),
  };
}
