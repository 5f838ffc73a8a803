/** How strongly a network's logits are adjusted by the prior of its training split: the strength that does best on validation. */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import { logitAdjustment, strengthGrid } from '../decisions';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { createInference } from '../engine/inference';
import { ConfusionMatrix } from '../metrics';
import { adjustedPredictions } from './evaluateNetwork';

export interface StrengthOptions {
  batchSize: number;
  /** Strengths tried (default `strengthGrid`). */
  strengths?: readonly number[];
  signal?: AbortSignal;
  onNote?: (text: string) => void;
}

/**
 * The strength t with the highest mean IoU (D) on `dataset`, the lowest of equal ones: each image is predicted once and
 * decided by every strength.
 *
 * @param pixels of each class in the training split
 * @throws InputError as `logitAdjustment`; the signal's reason after an abort
 */
export async function chooseStrength(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  pixels: readonly number[],
  { batchSize, strengths = strengthGrid, signal, onNote }: StrengthOptions,
): Promise<number> {
  const { numClasses, ignoreIndex } = dataset;
  const tried = strengths.map((strength) => ({
    strength,
    bias: logitAdjustment(pixels, strength),
    matrix: new ConfusionMatrix(numClasses, { ignoreIndex }),
  }));
  const inference = createInference(model, onNote);
  try {
    for await (const { images, labels } of dataset.batches({ batchSize })) {
      try {
        signal?.throwIfAborted();
        const logits = inference.predict(images);
        for (const { bias, matrix } of tried) {
          const predictions = adjustedPredictions(logits, bias);
          matrix.update(labels, predictions);
          predictions.dispose();
        }
        logits.dispose();
      } finally {
        tf.dispose([images, labels]);
      }
      await setImmediate(); // lets signals and timers through
    }
  } finally {
    inference.dispose();
  }
  const scores = tried.map(({ matrix }) => matrix.scores().meanIoU ?? 0);
  return tried[scores.indexOf(Math.max(...scores))].strength;
}
