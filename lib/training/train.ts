/** The one training loop: epochs of steps, each followed by a validation, from any position on. */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import { invalid } from '../check';
import type { SegmentationDataset } from '../datasets/types';
import { createLoss } from '../losses';
import type { SegmentationLoss } from '../losses';
import { Random } from '../random';
import type { RunPosition, TrainingState } from './checkpoint';
import type { ExperimentConfig } from './types';
import type { ClassStatistics } from './classStatistics';
import { evaluate } from './evaluate';
import type { Evaluation } from './evaluate';
import { learningRateAt } from './schedule';
import { DivergedError, trainingStep } from './step';
import type { StepResult, TrainingBatch } from './step';

/** One line of `metrics.jsonl`. */
export interface EpochMetrics {
  /** From 1. */
  epoch: number;
  /** Steps done in all epochs. */
  step: number;
  /** Mean over the samples of the epoch, each at the weights of its step. */
  trainLoss: number;
  validLoss: number;
  meanIoU: number | null;
  meanDice: number | null;
  pixelAccuracy: number | null;
  /** One for each class. */
  iou: (number | null)[];
  /** Of the epoch's last step. */
  learningRate: number;
  /** Of training and validation up to here. */
  seconds: number;
  /** With `logging.classStatistics`. */
  classStatistics?: ClassStatistics;
}

/** What the loop works on, and whom it tells. */
export interface TrainingOptions {
  config: ExperimentConfig;
  train: SegmentationDataset;
  valid: SegmentationDataset;
  state: TrainingState;
  /** Where to begin; the loop moves it on. */
  position: RunPosition;
  signal?: AbortSignal;
  /** After each step; may save a checkpoint. */
  onStep: (result: StepResult) => Promise<void>;
  /** After each epoch, with the position behind it. */
  onEpoch: (metrics: EpochMetrics, isBest: boolean) => Promise<void>;
  /** A batch whose numbers were not finite. */
  onDiverged: (batch: TrainingBatch, names: string[]) => Promise<void>;
}

/** A position before the first step. */
export const startPosition = (): RunPosition => ({
  epoch: 0,
  step: 0,
  position: 0,
  lossSum: 0,
  best: null,
  seconds: 0,
});

/** Steps of one epoch; the last batch may be smaller. */
export function stepsPerEpoch(config: ExperimentConfig, trainLength: number): number {
  return Math.ceil(trainLength / config.batchSize);
}

/**
 * Trains until the last epoch, or until `patience` epochs brought no better validation loss.
 *
 * @throws the signal's reason after an abort, with `position` behind the last step done; DivergedError, which names the
 *   step.
 */
export async function trainLoop(options: TrainingOptions): Promise<void> {
  const { config, position } = options;
  const { patience, epochs } = config;
  while (position.epoch < epochs) {
    const waited = position.epoch - (position.best?.epoch ?? 0);
    if (patience !== null && position.best !== null && waited >= patience) return;
    await trainEpoch(options);
    await finishEpoch(options);
  }
}

async function trainEpoch(options: TrainingOptions): Promise<void> {
  const { config, train, state, position, signal, onStep, onDiverged } = options;
  const totalSteps = config.epochs * stepsPerEpoch(config, train.length);
  const { batchSize, augmentation: augment } = config;
  const seed = new Random(config.seed).stream(`epoch ${position.epoch}`).integer(0, 2 ** 31 - 1);
  const order = { batchSize, shuffle: true, augment, seed, position: position.position };
  let started = performance.now();
  for await (const { images, labels, names, position: after } of train.batches(order)) {
    let result: StepResult;
    try {
      signal?.throwIfAborted();
      const rate = rateAt(config, position.step, totalSteps);
      const loss = lossAt(config, train.ignoreIndex, `step ${position.step}`);
      result = await trainingStep(
        { images, labels },
        { ...state, loss, ignoreIndex: train.ignoreIndex, learningRate: rate },
      );
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      await onDiverged({ images, labels }, names);
      const at = `step ${position.step + 1} (epoch ${position.epoch + 1})`;
      throw new DivergedError(`${at}: ${error.message}`);
    } finally {
      tf.dispose([images, labels]);
    }
    position.lossSum += result.loss * names.length;
    position.position = after;
    position.step += 1;
    const now = performance.now();
    position.seconds += (now - started) / 1000;
    started = now;
    await onStep(result);
    await setImmediate(); // lets signals and timers through
  }
}

async function finishEpoch(options: TrainingOptions): Promise<void> {
  const { config, train, valid, state, position, signal, onEpoch } = options;
  const started = performance.now();
  const { scores, loss } = await validate(config, state.model, valid, signal);
  const validLoss = loss as number;
  if (!Number.isFinite(validLoss)) {
    throw new DivergedError(
      `epoch ${position.epoch + 1}: validation loss must be finite, got ${validLoss}. ` +
        'Lower optimizer.learningRate, or change the options of the loss.',
    );
  }
  const totalSteps = config.epochs * stepsPerEpoch(config, train.length);
  const trainLoss = position.lossSum / train.length;
  position.epoch += 1;
  position.position = 0;
  position.lossSum = 0;
  position.seconds += (performance.now() - started) / 1000;
  const isBest = position.best === null || validLoss < position.best.validLoss;
  if (isBest) position.best = { epoch: position.epoch, validLoss };
  const { meanIoU, meanDice, pixelAccuracy, iou } = scores;
  const { epoch, step, seconds } = position;
  const learningRate = rateAt(config, step - 1, totalSteps);
  await onEpoch(
    {
      epoch,
      step,
      trainLoss,
      validLoss,
      meanIoU,
      meanDice,
      pixelAccuracy,
      iou,
      learningRate,
      seconds,
    },
    isBest,
  );
}

/** Scores and loss on the validation split, the same at every call with the same weights. */
export function validate(
  config: ExperimentConfig,
  model: tf.LayersModel,
  valid: SegmentationDataset,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const loss = lossAt(config, valid.ignoreIndex, 'validation');
  return evaluate(model, valid, { batchSize: config.batchSize, loss, signal });
}

function rateAt({ schedule, optimizer }: ExperimentConfig, step: number, total: number): number {
  return learningRateAt(schedule, optimizer.learningRate, step, total);
}

/** The run's loss. One that draws noise draws it from a stream of its own at `place`, so that a resumed run has the same. */
export function lossAt(
  { loss, seed }: ExperimentConfig,
  ignoreIndex: number,
  place: string,
): SegmentationLoss {
  if (loss.name !== 'blv') return createLoss({ validate: false, ignoreIndex, ...loss });
  const { seed: own = seed, ...rest } = loss;
  if (rest.noise !== undefined) throw invalid('experiment config', 'loss.noise', 'absent', 'noise');
  const noise = new Random(own)
    .stream('noise')
    .stream(place)
    .integer(0, 2 ** 31 - 1);
  return createLoss({ validate: false, ignoreIndex, ...rest, seed: noise });
}
