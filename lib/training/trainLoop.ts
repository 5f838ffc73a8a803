/** The one training loop: epochs of steps, each followed by a validation, from any position on. */
import { setImmediate } from 'node:timers/promises';
import { tf } from '../backend';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import type { StepExecutor } from '../engine';
import { lossBeforeAveraging } from '../losses';
import { coefficientOf } from '../losses/traits';
import { Random } from '../random';
import type { ExperimentConfig } from '../runs/config';
import type { EpochMetrics } from '../runs/epochs';
import type { RunPosition } from '../runs/position';
import type { TrainingState } from './checkpoint';
import { classStatistics, probeSamples } from './classStatistics';
import type { ClassStatistics } from './classStatistics';
import { evaluate } from './evaluateNetwork';
import type { Evaluation, EvaluationOptions, PredictedBatch } from './evaluateNetwork';
import { validationForward } from './runExecutor';
import type { RunExecutor } from './runExecutor';
import { configAtEpoch, lossConfigAt, noiseSeedsAt, validationLosses } from './runLoss';
import { learningRateAt } from './schedule';
import { stopwatch } from './stopwatch';
import { criteriaOf, withEpoch } from '../runs/selection';
import type { Criterion, KeptEpochs } from '../runs/selection';
import { imageClassScores, meanOverClasses } from '../metrics';
import { DivergedError } from '../engine/trainingStep';
import type { StepResult, TrainingBatch } from '../engine/trainingStep';

/** What a step of the loop tells. */
export interface StepMetrics extends StepResult {
  learningRate: number;
}

/** What the loop works on, and whom it tells. */
export interface TrainingOptions {
  config: ExperimentConfig;
  train: SegmentationDataset;
  valid: SegmentationDataset;
  state: TrainingState;
  /** Of the state's model and Adam, and the run's loss. */
  executor: RunExecutor;
  /** Where to begin; the loop moves it on. */
  position: RunPosition;
  signal?: AbortSignal;
  /** After each step; may save a checkpoint. */
  onStep: (metrics: StepMetrics) => Promise<void>;
  /** Shown the validation's predictions, batch after batch in the order of the split. */
  onPredictions?: (batch: PredictedBatch) => void;
  /** After each epoch, with the position behind it, and the criteria by which it is the best so far. */
  onEpoch: (metrics: EpochMetrics, bestBy: Criterion[]) => Promise<void>;
  /** A batch whose numbers were not finite. */
  onDiverged: (batch: TrainingBatch, names: string[]) => Promise<void>;
}

/** A position before the first step. */
export const startPosition = (): RunPosition => ({
  epoch: 0,
  step: 0,
  position: 0,
  lossSum: 0,
  gradientNorm: { sum: 0, max: 0 },
  best: null,
  seconds: 0,
});

/** Steps of one epoch; the last batch may be smaller. */
export function stepsPerEpoch(config: ExperimentConfig, trainLength: number): number {
  return Math.ceil(trainLength / config.batchSize);
}

/**
 * Trains until the last epoch, or until `patience` epochs were no better by the first criterion of `selection`.
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
    options.executor.enter(position.epoch + 1);
    await trainEpoch(options);
    await finishEpoch(options);
  }
}

async function trainEpoch(options: TrainingOptions): Promise<void> {
  const { config, train, position, signal, onStep, onDiverged } = options;
  const { batchSize, augmentation: augment } = config;
  const seed = new Random(config.seed).stream(`epoch ${position.epoch}`).integer(0, 2 ** 31 - 1);
  const order = { batchSize, shuffle: true, augment, seed, position: position.position };
  const lap = stopwatch();
  for await (const { images, labels, names, position: after } of train.batches(order)) {
    let metrics: StepMetrics;
    try {
      signal?.throwIfAborted();
      metrics = await stepAt(options, { images, labels }, position.step);
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      await onDiverged({ images, labels }, names);
      const at = `step ${position.step + 1} (epoch ${position.epoch + 1})`;
      throw new DivergedError(`${at}: ${error.message}`);
    } finally {
      tf.dispose([images, labels]);
    }
    const { loss, gradientNorm } = metrics;
    position.lossSum += loss * names.length;
    position.gradientNorm.sum += gradientNorm;
    position.gradientNorm.max = Math.max(position.gradientNorm.max, gradientNorm);
    position.position = after;
    position.step += 1;
    lap(position);
    await onStep(metrics);
    await setImmediate(); // lets signals and timers through
  }
}

/** Step `step` (from 0) of a run: its noise, its learning rate, one update. */
export async function stepAt(
  { config, train, executor }: Pick<TrainingOptions, 'config' | 'train' | 'executor'>,
  batch: TrainingBatch,
  step: number,
): Promise<StepMetrics> {
  const totalSteps = config.epochs * stepsPerEpoch(config, train.length);
  const learningRate = rateAt(config, step, totalSteps);
  const noiseSeed = noiseSeedsAt(config, `step ${step}`)();
  try {
    return { ...(await executor.step(batch, { learningRate, noiseSeed })), learningRate };
  } finally {
    noiseSeed.dispose();
  }
}

async function finishEpoch(options: TrainingOptions): Promise<void> {
  const { config, train, valid, state, executor, position, signal } = options;
  const { onEpoch, onPredictions } = options;
  const lap = stopwatch();
  const given = { executor, signal, onPredictions };
  const { scores, perImage, loss, crossEntropy } = await validate(
    config,
    state.model,
    valid,
    given,
  );
  const validLoss = loss as number;
  if (!Number.isFinite(validLoss)) {
    throw new DivergedError(
      `epoch ${position.epoch + 1}: validation loss must be finite, got ${validLoss}. ` +
        'Lower optimizer.learningRate, or change the options of the loss.',
    );
  }
  const steps = stepsPerEpoch(config, train.length);
  const trainLoss = position.lossSum / train.length;
  const gradientNorm = {
    mean: position.gradientNorm.sum / steps,
    max: position.gradientNorm.max,
  };
  position.epoch += 1;
  Object.assign(position, { position: 0, lossSum: 0, gradientNorm: { sum: 0, max: 0 } });
  lap(position);
  const { meanIoU, meanDice, pixelAccuracy, iou } = scores;
  const { epoch, step, seconds } = position;
  const learningRate = rateAt(config, step - 1, config.epochs * steps);
  const metrics: EpochMetrics = {
    epoch,
    step,
    trainLoss,
    validLoss,
    validCrossEntropy: crossEntropy as number,
    meanIoU,
    meanDice,
    pixelAccuracy,
    meanIoUC: meanOverClasses(imageClassScores(perImage).iou),
    iou,
    learningRate,
    gradientNorm,
    seconds,
  };
  if (config.logging.classStatistics) metrics.classStatistics = await statistics(options);
  const asked = criteriaOf(config);
  const { kept, bestBy } = withEpoch(keptEpochs(position), asked, metrics);
  position.kept = kept;
  if (bestBy.includes(asked[0])) position.best = { epoch, validLoss };
  await onEpoch(metrics, bestBy);
}

/** A checkpoint of version 1.0 has the lowest validation loss alone. */
function keptEpochs({ kept, best }: RunPosition): KeptEpochs {
  return kept ?? (best === null ? {} : { loss: { epoch: best.epoch, value: best.validLoss } });
}

/** Of a fixed probe of training samples; the seed is the data set's, so that all runs on it have the same one. */
function statistics(options: TrainingOptions): Promise<ClassStatistics> {
  const { train, state, executor, position } = options;
  executor.sync();
  const config = configAtEpoch(options.config, position.epoch); // of the epoch that has ended
  const { loss, batchSize, dataset } = config;
  return classStatistics(state.model, train, {
    loss: lossBeforeAveraging(lossConfigAt(config, train.ignoreIndex, 'probe')),
    coefficient: coefficientOf(loss),
    samples: probeSamples(train.length, dataset.seed),
    batchSize,
  });
}

/** What `validate` may be given. */
type ValidationOptions = Pick<
  EvaluationOptions,
  'signal' | 'onNote' | 'onBatch' | 'onPredictions'
> & {
  /** Of the model (default: op by op). */
  executor?: StepExecutor;
};

/** Scores, loss and plain cross-entropy on the validation split, the same at every call with the same weights. */
export function validate(
  config: ExperimentConfig,
  model: tf.LayersModel,
  valid: SegmentationDataset,
  { executor, ...options }: ValidationOptions = {},
): Promise<Evaluation> {
  const computed = executor
    ? { forward: validationForward(config, executor) }
    : validationLosses(config, valid.ignoreIndex);
  return evaluate(model, valid, { ...options, ...computed, batchSize: config.batchSize });
}

function rateAt({ schedule, optimizer }: ExperimentConfig, step: number, total: number): number {
  return learningRateAt(schedule, optimizer.learningRate, step, total);
}
