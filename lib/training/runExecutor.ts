/** What trains and validates a run, by its configuration. */
import { isDeepStrictEqual } from 'node:util';
import type { tf } from '../backend';
import { createExecutor } from '../engine';
import type { BatchShape, BatchShapes } from '../engine/trainingGraph';
import type { StepExecutor } from '../engine';
import type { BatchEvaluation } from '../engine/batchEvaluation';
import type { StepInput, StepResult, TrainingBatch } from '../engine/trainingStep';
import type { LossConfig } from '../losses';
import { lossAtEpoch } from '../losses/traits';
import type { TrainingState } from './checkpoint';
import { configAtEpoch, crossEntropyBeside, lossAt, noiseSeedsAt } from './runLoss';
import type { ExperimentConfig } from '../runs/config';

/** An executor whose loss may change between epochs. */
export interface RunExecutor extends StepExecutor {
  /** Before an epoch, from 1 on: a loss in stages becomes that of the epoch. */
  enter(epoch: number): void;
}

export interface RunExecutorOptions {
  /** The first epoch to come, from 1 on (default 1). */
  epoch?: number;
  /** Told where it cannot be a graph, or bfloat16. */
  onNote?: (text: string) => void;
}

/** The executor of a run's state and loss. */
export function runExecutor(
  config: ExperimentConfig,
  ignoreIndex: number,
  state: TrainingState,
  options: RunExecutorOptions = {},
): RunExecutor {
  return new StagedExecutor(config, ignoreIndex, state, options);
}

/** One executor after another: the model and Adam pass from that of a stage to that of the next. */
class StagedExecutor implements RunExecutor {
  private current: StepExecutor;
  private loss: LossConfig;
  private shapes?: BatchShapes;

  constructor(
    private readonly config: ExperimentConfig,
    private readonly ignoreIndex: number,
    private readonly state: TrainingState,
    private readonly options: RunExecutorOptions,
  ) {
    this.loss = lossAtEpoch(config.loss, options.epoch ?? 1);
    this.current = this.create();
  }

  get execution() {
    return this.current.execution;
  }

  enter(epoch: number): void {
    const loss = lossAtEpoch(this.config.loss, epoch);
    if (isDeepStrictEqual(loss, this.loss)) return;
    this.current.dispose();
    this.loss = loss;
    this.current = this.create();
    if (this.shapes) this.current.prepare(this.shapes);
  }

  prepare(shapes: BatchShapes): void {
    this.shapes = shapes;
    this.current.prepare(shapes);
  }

  step(batch: TrainingBatch, input: Required<StepInput>): Promise<StepResult> {
    return this.current.step(batch, input);
  }

  evaluate(batch: TrainingBatch, noiseSeed: tf.Tensor1D): BatchEvaluation {
    return this.current.evaluate(batch, noiseSeed);
  }

  sync(): void {
    this.current.sync();
  }

  dispose(): void {
    this.current.dispose();
  }

  /** Its losses draw noise from the seeds that they are given. */
  private create(): StepExecutor {
    const { config, ignoreIndex, state } = this;
    const { execution, precision } = config;
    const loss = lossAt({ ...config, loss: this.loss }, ignoreIndex, 'step');
    const last = configAtEpoch(config, Infinity);
    const isLast = isDeepStrictEqual(this.loss, last.loss);
    const validationLoss = isLast ? loss : lossAt(last, ignoreIndex, 'step');
    const crossEntropy = crossEntropyBeside(validationLoss, last, ignoreIndex);
    const losses = { loss, validationLoss, crossEntropy };
    const { onNote } = this.options;
    return createExecutor({ ...state, ...losses, ignoreIndex, execution, precision, onNote });
  }
}

/** Records the graphs of all batches of a run: full ones and the smaller last one, of training and validation. */
export function prepareExecutor(
  executor: StepExecutor,
  { dataset, batchSize }: ExperimentConfig,
  lengths: { train: number; valid: number },
): void {
  const shapes = (length: number): BatchShape[] => {
    const sizes = [Math.min(batchSize, length), length % batchSize].filter((size) => size > 0);
    return [...new Set(sizes)].map((size) => [size, ...dataset.size, 3]);
  };
  executor.prepare({ steps: shapes(lengths.train), evaluations: shapes(lengths.valid) });
}

/** The forward pass of one validation, to be called batch after batch: its noise is that of `lossAt` at 'validation'. */
export function validationForward(
  config: ExperimentConfig,
  executor: StepExecutor,
): (images: tf.Tensor4D, labels: tf.Tensor3D) => BatchEvaluation {
  const nextSeed = noiseSeedsAt(configAtEpoch(config, Infinity), 'validation');
  return (images, labels) => {
    const noiseSeed = nextSeed();
    try {
      return executor.evaluate({ images, labels }, noiseSeed);
    } finally {
      noiseSeed.dispose();
    }
  };
}
