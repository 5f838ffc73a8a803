/** Gradient norms of the classes of a few images, and what measuring them costs beside one gradient of PAT. */
import { measureGradientNorms } from '../analysis/gradientNorms';
import { spreadIndices } from '../analysis/spreadIndices';
import { tf } from '../backend';
import { sum } from '../statistics';
import { imageClusters } from '../datasets';
import type { Sample, SegmentationDataset } from '../datasets/datasetTypes';
import { unitImage } from '../datasets/unitImages';
import { createLoss, pixelwiseLoss } from '../losses';
import type { SegmentationLoss } from '../losses';
import { trainableVariables } from '../models/layers';
import type { GradientEvidence } from './evidence';

export interface GradientOptions {
  /** What is said of the network, e.g. `'U-Net after 60 steps'`. */
  network: string;
  /** Images measured, spread over the split (default 8). */
  imageCount?: number;
  signal?: AbortSignal;
}

/** Images that are timed, after one that warms up. */
const TIMED = 6;

/** Per-class gradient norms of cross-entropy, and the time of those of an image over that of one gradient of PAT. */
export async function measureGradients(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  { network, imageCount = 8, signal }: GradientOptions,
): Promise<GradientEvidence> {
  const images = spreadIndices(dataset.length, imageCount);
  const norms = await measureGradientNorms(model, dataset, {
    loss: { name: 'crossEntropy', validate: false },
    label: 'CE',
    imageCount,
    signal,
  });
  const { ignoreIndex, numClasses } = dataset;
  const pat = createLoss({ name: 'pat', ignoreIndex, validate: false });
  const normsOverMask: number[] = [];
  for (let i = 0; i <= TIMED; i++) {
    signal?.throwIfAborted();
    const sample = await dataset.sample(images[i % images.length]);
    const classLosses = presentClasses(sample, numClasses).map((id) => classLoss(id, ignoreIndex));
    const mask = gradientTime(model, sample, pat);
    const all = sum(classLosses.map((loss) => gradientTime(model, sample, loss)));
    if (i > 0) normsOverMask.push(all / mask);
  }
  const source = `${dataset.title}, ${images.length} ${dataset.real ? '' : 'drawn '}images, ${network}`;
  const names = [...new Set(norms.rows.map(({ image }) => image))];
  return { source, norms, clusters: imageClusters(dataset.name, names), normsOverMask };
}

/** Cross-entropy summed over the pixels of one class. */
function classLoss(classId: number, ignoreIndex: number): SegmentationLoss {
  const pixelwise = pixelwiseLoss({ name: 'crossEntropy', ignoreIndex, validate: false });
  return (logits, labels) => pixelwise(logits, labels).mul(labels.equal(classId).toFloat()).sum();
}

/** Milliseconds for the norm of one loss's gradient by all weights. */
function gradientTime(model: tf.LayersModel, sample: Sample, loss: SegmentationLoss): number {
  const { height, width, labels: ids } = sample;
  const start = performance.now();
  tf.tidy(() => {
    const pixels = unitImage(sample);
    const labels = tf.tensor3d(ids, [1, height, width], 'int32');
    const value = (): tf.Scalar =>
      loss(model.apply(pixels, { training: false }) as tf.Tensor4D, labels); // [1,H,W,C] →
    const { grads } = tf.variableGrads(value, trainableVariables(model));
    tf.addN(Object.values(grads).map((gradient) => gradient.square().sum())).dataSync();
  });
  return performance.now() - start;
}

function presentClasses({ labels }: Sample, numClasses: number): number[] {
  const ids = new Set(labels);
  return Array.from({ length: numClasses }, (_, id) => id).filter((id) => ids.has(id));
}
