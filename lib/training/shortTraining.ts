/**
 * A few dozen optimizer steps, for notebooks that need a network with plausible predictions in seconds.
 * No validation, no checkpoints: not the protocol of the paper's tables.
 */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import { cellInterrupt } from '../interrupt';
import { checkNumber } from '../check';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { createExecutor } from '../engine';
import { createLoss } from '../losses';
import type { LossConfig } from '../losses';
import { nextNoiseSeed } from '../losses/noise';
import { ownSeed } from '../losses/traits';
import { createModel } from '../models';
import { trainableVariables } from '../models/layers';
import { Random } from '../random';
import { Adam } from '../engine/adam';

export interface ShortTrainingOptions {
  /** Optimizer steps (default 60). */
  steps?: number;
  /** Default 4. */
  batchSize?: number;
  /** Channels of the U-Net's first stage (default 8). */
  width?: number;
  /** Adam's learning rate (default 3e-3). */
  learningRate?: number;
  /** Default cross-entropy; `classCounts` is `'batch'` by default, as in `createLoss`. */
  loss?: LossConfig;
  /** Seed of the initial weights, the order of the images and the noise of a loss without a seed of its own (default 0). */
  seed?: number;
  /** Called after each step with the steps done and that step's loss. */
  onStep?: (step: number, loss: number) => void;
  signal?: AbortSignal;
}

export interface ShortTrainingResult {
  /** The trained U-Net; the caller disposes it. */
  model: tf.LayersModel;
  /** Training loss of each step. */
  losses: number[];
}

/**
 * Trains a U-Net on a data set opened with a `size` whose sides are multiples of 16. Stops at an abort by throwing
 * the signal's reason, with everything disposed.
 */
export async function trainBriefly(
  dataset: SegmentationDataset,
  options: ShortTrainingOptions = {},
): Promise<ShortTrainingResult> {
  const { steps = 60, batchSize = 4, width = 8, learningRate = 3e-3, seed = 0 } = options;
  const { loss = { name: 'crossEntropy' }, onStep, signal = cellInterrupt() } = options;
  checkNumber('trainBriefly', 'steps', steps, { min: 1, integer: true });
  checkNumber('trainBriefly', 'learningRate', learningRate, { min: 0, aboveMin: true });
  const { ignoreIndex } = dataset;
  const lossFunction = createLoss({ validate: false, ...loss, ignoreIndex }); // the step checks
  const model = createModel({ name: 'unet', numClasses: dataset.numClasses, width, seed });
  const adam = new Adam(trainableVariables(model));
  const executor = createExecutor({ model, adam, loss: lossFunction, ignoreIndex });
  const noise = new Random(ownSeed(loss) ?? seed).stream('noise');
  const losses: number[] = [];
  try {
    for await (const { images, labels } of endlessBatches(dataset, batchSize, seed)) {
      const noiseSeed = nextNoiseSeed(noise);
      try {
        signal?.throwIfAborted();
        const result = await executor.step({ images, labels }, { learningRate, noiseSeed });
        losses.push(result.loss);
      } finally {
        tf.dispose([images, labels, noiseSeed]);
      }
      onStep?.(losses.length, losses[losses.length - 1]);
      await setImmediate(); // lets signals and timers through
      if (losses.length === steps) break;
    }
    executor.sync();
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    executor.dispose();
    adam.dispose();
  }
  return { model, losses };
}

/** Epoch after epoch of full batches (the smaller last one only where the whole epoch is smaller), each in its own order. */
async function* endlessBatches(dataset: SegmentationDataset, batchSize: number, seed: number) {
  const order = new Random(seed).stream('shuffle');
  const full = Math.min(batchSize, dataset.length);
  for (;;) {
    const epochSeed = order.integer(0, 2 ** 31 - 1);
    for await (const batch of dataset.batches({ batchSize, shuffle: true, seed: epochSeed })) {
      if (batch.names.length === full) yield batch;
      else tf.dispose([batch.images, batch.labels]);
    }
  }
}
