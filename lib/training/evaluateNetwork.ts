/** Scores of a network on a whole split. */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { ConfusionMatrix } from '../metrics';
import type { PerImageCounts, SegmentationScores } from '../metrics';
import { evaluateLogits } from '../engine/batchEvaluation';
import type { BatchEvaluation, EvaluationLosses } from '../engine/batchEvaluation';
import { createInference } from '../engine/inference';
import type { Inference } from '../engine/inference';

/** One batch as the network sees it: `height`·`width` class ids for each name. */
export interface PredictedBatch {
  names: string[];
  height: number;
  width: number;
  /** `[B,H,W]`, row-major. */
  predictions: Int32Array;
}

/** A forward pass with the running statistics; `evaluate` disposes what it gives. */
type Forward = (images: tf.Tensor4D, labels: tf.Tensor3D) => BatchEvaluation;

/** The means of its losses over the samples are reported (default: none). */
export interface EvaluationOptions extends EvaluationLosses {
  batchSize: number;
  /** Taken off the logits of each class before the highest is chosen (default: nothing; see `logitAdjustment`). */
  bias?: ArrayLike<number>;
  /** Takes the place of the model and the losses (default: the model as a graph, see `createInference`). */
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
  /** The same of plain cross-entropy. */
  crossEntropy: number | null;
}

/**
 * Predicts every sample of `dataset` with the running statistics of batch normalization and scores all pixels in one
 * confusion matrix. An abort throws the signal's reason between two batches.
 */
export async function evaluate(
  model: tf.LayersModel,
  dataset: SegmentationDataset,
  { loss, crossEntropy, bias, forward, onNote, ...options }: EvaluationOptions,
): Promise<Evaluation> {
  if (forward) return score(dataset, forward, options);
  const inference = createInference(model, onNote);
  try {
    return await score(dataset, forwardBy(inference, { loss, crossEntropy }, bias), options);
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
  const sums: { loss?: number; crossEntropy?: number } = {};
  for await (const { images, labels, names, position } of dataset.batches({ batchSize })) {
    try {
      signal?.throwIfAborted();
      const evaluated = forward(images, labels);
      const ids = (await evaluated.predictions.data()) as Int32Array;
      for (const name of ['loss', 'crossEntropy'] as const) {
        const value = await evaluated[name]?.data();
        if (value) sums[name] = (sums[name] ?? 0) + value[0] * names.length;
      }
      tf.dispose({ ...evaluated });
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
  const meanOf = (sum?: number) => (sum === undefined ? null : sum / dataset.length);
  return {
    scores: matrix.scores(),
    counts: matrix.counts(),
    perImage,
    loss: meanOf(sums.loss),
    crossEntropy: meanOf(sums.crossEntropy),
  };
}

function forwardBy(
  inference: Inference,
  losses: EvaluationLosses,
  bias?: ArrayLike<number>,
): Forward {
  return (images, labels) =>
    tf.tidy(() => {
      const logits = inference.predict(images);
      const evaluated = evaluateLogits(logits, labels, losses);
      if (bias === undefined) return evaluated;
      return { ...evaluated, predictions: adjustedPredictions(logits, bias) };
    });
}

/** The class of the highest logit less its bias, `[B,H,W] int32`. */
export function adjustedPredictions(logits: tf.Tensor4D, bias: ArrayLike<number>): tf.Tensor3D {
  return tf.tidy(() => logits.sub(tf.tensor1d(Array.from(bias))).argMax<tf.Tensor3D>(3));
}
