/** Scores of a network on a whole split. */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import type { SegmentationDataset } from '../datasets/types';
import type { SegmentationLoss } from '../losses';
import { ConfusionMatrix } from '../metrics';
import type { SegmentationScores } from '../metrics';

/** One batch as the network sees it: `height`·`width` class ids for each name. */
export interface PredictedBatch {
  names: string[];
  height: number;
  width: number;
  /** `[B,H,W]`, row-major. */
  predictions: Int32Array;
}

export interface EvaluationOptions {
  batchSize: number;
  /** Its mean over the samples is reported (default: none). */
  loss?: SegmentationLoss;
  /** Called with the samples done, after each batch. */
  onBatch?: (done: number) => void;
  /** Shown the predictions of each batch. */
  onPredictions?: (batch: PredictedBatch) => void | Promise<void>;
  signal?: AbortSignal;
}

export interface Evaluation {
  scores: SegmentationScores;
  /** Pixels, `[label][prediction]`. */
  counts: number[][];
  /** Σ batch loss · batch length / samples; null without a loss. */
  loss: number | null;
}

/**
 * Predicts every sample of `dataset` with the running statistics of batch normalization and scores all pixels in one
 * confusion matrix. An abort throws the signal's reason between two batches.
 */
export async function evaluate(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  { batchSize, loss, onBatch, onPredictions, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const { numClasses, ignoreIndex } = dataset;
  const matrix = new ConfusionMatrix(numClasses, { ignoreIndex });
  let lossSum = 0;
  for await (const { images, labels, names, position } of dataset.batches({ batchSize })) {
    try {
      signal?.throwIfAborted();
      const [predictions, value] = tf.tidy(() => {
        const logits = model.apply(images, { training: false }) as tf.Tensor4D; // [B,H,W,C]
        const ids: tf.Tensor3D = logits.argMax(3); // [B,H,W]
        return [ids, loss?.(logits, labels)] as [tf.Tensor3D, tf.Scalar?];
      });
      const ids = (await predictions.data()) as Int32Array;
      if (value) lossSum += (await value.data())[0] * names.length;
      tf.dispose([predictions, ...(value ? [value] : [])]);
      matrix.update(await labels.data(), ids);
      const [, height, width] = labels.shape;
      await onPredictions?.({ names, height, width, predictions: ids });
      onBatch?.(position);
    } finally {
      tf.dispose([images, labels]);
    }
    await setImmediate(); // lets signals and timers through
  }
  return {
    scores: matrix.scores(),
    counts: matrix.counts(),
    loss: loss ? lossSum / dataset.length : null,
  };
}

/** Classes by how many pixels they have. */
export interface ClassGroup {
  name: 'head' | 'body' | 'tail';
  /** Class ids, most pixels first. */
  classes: number[];
  /** Mean IoU of the group; null for an empty group. */
  meanIoU: number | null;
}

/**
 * The classes present in the labels in three groups of equal number by their pixels, most first; where the number is no
 * multiple of three the head, then the body, has one more.
 */
export function classGroups(counts: readonly number[][], iou: readonly (number | null)[]) {
  const pixels = counts.map((row) => row.reduce((sum, value) => sum + value, 0));
  const present = pixels.flatMap((count, id) => (count > 0 ? [id] : []));
  const order = present.sort((a, b) => pixels[b] - pixels[a] || a - b);
  const names = ['head', 'body', 'tail'] as const;
  let start = 0;
  return names.map((name, i): ClassGroup => {
    const end = start + Math.ceil((order.length - start) / (3 - i));
    const classes = order.slice(start, end);
    start = end;
    const sum = classes.reduce((total, id) => total + (iou[id] ?? 0), 0);
    return { name, classes, meanIoU: classes.length > 0 ? sum / classes.length : null };
  });
}
