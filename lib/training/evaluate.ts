/** Scores of a network on a whole split. */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import type { SegmentationDataset } from '../datasets/types';
import type { SegmentationLoss } from '../losses';
import { ConfusionMatrix } from '../metrics';
import type { PerImageCounts, SegmentationScores } from '../metrics';
import { createInference } from './inference';
import type { Inference } from './inference';

/** One batch as the network sees it: `height`·`width` class ids for each name. */
export interface PredictedBatch {
  names: string[];
  height: number;
  width: number;
  /** `[B,H,W]`, row-major. */
  predictions: Int32Array;
}

/** What a forward pass with the running statistics gives; `evaluate` disposes it. */
export interface ForwardResult {
  /** Class of each pixel, `[B,H,W] int32`. */
  predictions: tf.Tensor3D;
  loss?: tf.Scalar;
}

type Forward = (images: tf.Tensor4D, labels: tf.Tensor3D) => ForwardResult;

export interface EvaluationOptions {
  batchSize: number;
  /** Its mean over the samples is reported (default: none). */
  loss?: SegmentationLoss;
  /** Takes the place of the model and `loss` (default: the model as a graph, see `createInference`). */
  forward?: Forward;
  /** Told once where the model cannot be a graph, with the reason. */
  onNote?: (text: string) => void;
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
  perImage: PerImageCounts;
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
  { loss, forward, onNote, ...options }: EvaluationOptions,
): Promise<Evaluation> {
  if (forward) return score(dataset, forward, options);
  const inference = createInference(model, onNote);
  try {
    return await score(dataset, forwardBy(inference, loss), options);
  } finally {
    inference.dispose();
  }
}

async function score(
  dataset: SegmentationDataset,
  forward: Forward,
  { batchSize, onBatch, onPredictions, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const { numClasses, ignoreIndex } = dataset;
  const matrix = new ConfusionMatrix(numClasses, { ignoreIndex });
  const perImage: PerImageCounts = { names: [], hits: [], labelled: [], predicted: [] };
  let lossSum = 0;
  let hasLoss = false;
  for await (const { images, labels, names, position } of dataset.batches({ batchSize })) {
    try {
      signal?.throwIfAborted();
      const { predictions, loss: value } = forward(images, labels);
      const ids = (await predictions.data()) as Int32Array;
      hasLoss = value !== undefined;
      if (value) lossSum += (await value.data())[0] * names.length;
      tf.dispose([predictions, ...(value ? [value] : [])]);
      const truth = (await labels.data()) as Int32Array;
      const [, height, width] = labels.shape;
      names.forEach((name, i) => {
        const [from, to] = [i * height * width, (i + 1) * height * width];
        const own = new ConfusionMatrix(numClasses, { ignoreIndex });
        own.update(truth.subarray(from, to), ids.subarray(from, to));
        matrix.add(own);
        const { hits, labelled, predicted } = own.classCounts();
        perImage.names.push(name);
        perImage.hits.push(hits);
        perImage.labelled.push(labelled);
        perImage.predicted.push(predicted);
      });
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
    perImage,
    loss: hasLoss ? lossSum / dataset.length : null,
  };
}

function forwardBy(inference: Inference, loss?: SegmentationLoss): Forward {
  return (images, labels) =>
    tf.tidy(() => {
      const logits = inference.predict(images); // [B,H,W,C]
      return { predictions: logits.argMax<tf.Tensor3D>(3), loss: loss?.(logits, labels) }; // [B,H,W]
    });
}
