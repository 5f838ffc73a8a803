/** How long a run would take and how much memory, from a few of its own steps. */
import { tf } from '../backend';
import { quantile } from '../statistics';
import { trainableVariables } from '../models/layers';
import { Adam } from '../engine/adam';
import type { Experiment } from './finishRun';
import { runExecutor } from './runExecutor';
import { countedConfig } from './runLoss';
import { stepAt, stepsPerEpoch, validate } from './trainLoop';
import type { TrainingOptions } from './trainLoop';

const WARM_UP_STEPS = 2;
const TIMED_STEPS = 5;
/** No further step is begun after that time. */
const LIMIT_MILLISECONDS = 30_000;

/** Times on this machine as it is now; all memory is the process's own (resident), not the GPU's. */
export interface RunEstimate {
  timedSteps: number;
  /** Median of the timed steps, the wait for data included. */
  secondsPerStep: number;
  /** A batch of the validation split, its data included. */
  secondsPerValidationBatch: number;
  /** All epochs with their validations; without checkpoints and logs. */
  seconds: number;
  /** The most that the process has used so far. */
  peakMemoryBytes: number;
}

/**
 * Does some steps of the run, real batches and updates, and part of a validation. Writes no file; the model's weights
 * are not those of a run afterwards.
 */
export async function estimateRun(
  { config: asked, train, valid, model, totalSteps }: Experiment,
  signal?: AbortSignal,
): Promise<RunEstimate> {
  // A step takes as long whatever its class counts are; the run's own take a pass over the labels.
  const config = countedConfig(asked, new Array<number>(train.numClasses).fill(1));
  const adam = new Adam(trainableVariables(model), config.optimizer);
  const executor = runExecutor(config, train.ignoreIndex, { model, adam });
  try {
    const times = await timeSteps({ config, train, executor }, signal);
    const timed = times.length > WARM_UP_STEPS ? times.slice(WARM_UP_STEPS) : times.slice(-1);
    const secondsPerStep = quantile(
      timed.sort((a, b) => a - b),
      0.5,
    );
    await timeValidation(); // the first records its graph
    const secondsPerValidationBatch = await timeValidation();
    const validationBatches = (config.epochs + 1) * stepsPerEpoch(config, valid.length); // and the best
    return {
      timedSteps: timed.length,
      secondsPerStep,
      secondsPerValidationBatch,
      seconds: totalSteps * secondsPerStep + validationBatches * secondsPerValidationBatch,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    executor.dispose();
    adam.dispose();
  }

  /** The second batch, or the only one. */
  async function timeValidation(): Promise<number> {
    const enough = new AbortController();
    const times = [performance.now()];
    const onBatch = () => {
      signal?.throwIfAborted();
      if (times.push(performance.now()) > 2) enough.abort();
    };
    const options = { executor, signal: enough.signal, onBatch };
    await validate(config, model, valid, options).catch((error) => {
      if (error !== enough.signal.reason) throw error;
    });
    return (times[times.length - 1] - times[times.length - 2]) / 1000;
  }
}

/** Seconds of each step from the first on. */
async function timeSteps(
  run: Pick<TrainingOptions, 'config' | 'train' | 'executor'>,
  signal?: AbortSignal,
): Promise<number[]> {
  const { config, train } = run;
  const { batchSize, augmentation: augment, seed } = config;
  const times: number[] = [];
  const started = performance.now();
  let before = started;
  for (;;) {
    for await (const { images, labels } of train.batches({
      batchSize,
      augment,
      seed,
      shuffle: true,
    })) {
      try {
        signal?.throwIfAborted();
        await stepAt(run, { images, labels }, times.length);
      } finally {
        tf.dispose([images, labels]);
      }
      const now = performance.now();
      times.push((now - before) / 1000);
      before = now;
      if (times.length === WARM_UP_STEPS + TIMED_STEPS) return times;
      if (now - started > LIMIT_MILLISECONDS) return times;
    }
  }
}
