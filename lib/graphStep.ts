/**
 * How a run trains: op by op, or with each step as one TensorFlow graph, recorded once for each shape of batch and then run
 * by one call.
 *
 *     const executor = createExecutor({ model, adam, loss, ignoreIndex: 255 });
 *     const { loss, gradientNorm } = await executor.step({ images, labels }, { learningRate: 1e-3, noiseSeed });
 *     executor.sync(); // before the model or Adam is read
 *     executor.dispose();
 */
import { tf } from './backend';
import { TracingError } from './graph/recorder';
import { TrainingGraph } from './graph/trainingGraph';
import type { BatchEvaluation, BatchShapes, TrainingGraphOptions } from './graph/trainingGraph';
import { divergence, isSound, stepResult, trainingStep } from './training/step';
import type { StepInput, StepResult, TrainingBatch } from './training/step';

export type Execution = 'graph' | 'eager';

export interface ExecutorOptions extends TrainingGraphOptions {
  /** Default 'graph'. */
  execution?: Execution;
  /** Told once where 'graph' was asked for and cannot be, with the reason. */
  onNote?: (text: string) => void;
}

/** Trains and predicts with one model and loss. */
export interface StepExecutor {
  /** What is in use: 'eager' also where the graph could not be recorded. */
  readonly execution: Execution;
  /** Records the graphs of all batches to come at once; else each is recorded at its first use. */
  prepare(shapes: BatchShapes): void;
  /**
   * One optimizer step. A loss takes random numbers from `noiseSeed` only.
   *
   * @throws DivergedError as `trainingStep`.
   */
  step(batch: TrainingBatch, input: Required<StepInput>): Promise<StepResult>;
  /** Predictions and loss of a batch with the running averages. */
  evaluate(batch: TrainingBatch, noiseSeed: tf.Tensor1D): BatchEvaluation;
  /** Brings the model's weights and Adam's moments up to date; what is assigned to them counts from the next call on. */
  sync(): void;
  /** The model and Adam stay as they were at the last `sync`. */
  dispose(): void;
}

/** Creates the executor of a run. */
export function createExecutor(options: ExecutorOptions): StepExecutor {
  return new Executor(options);
}

class Executor implements StepExecutor {
  private graph?: TrainingGraph;

  constructor(private readonly options: ExecutorOptions) {
    if ((options.execution ?? 'graph') === 'eager') return;
    this.withGraph(() => (this.graph = new TrainingGraph(options)));
  }

  get execution(): Execution {
    return this.graph ? 'graph' : 'eager';
  }

  prepare(shapes: BatchShapes): void {
    this.withGraph(() => this.graph?.prepare(shapes));
  }

  async step(batch: TrainingBatch, input: Required<StepInput>): Promise<StepResult> {
    const { adam } = this.options;
    const numbers = this.withGraph(() => this.graph?.step(batch, input));
    if (!numbers) return trainingStep(batch, { ...this.options, ...input });
    if (isSound(numbers)) {
      adam.step += 1;
      return stepResult(numbers);
    }
    this.sync();
    throw await divergence(numbers, batch, this.options);
  }

  evaluate(batch: TrainingBatch, noiseSeed: tf.Tensor1D): BatchEvaluation {
    const evaluated = this.withGraph(() => this.graph?.evaluate(batch, noiseSeed));
    return evaluated ?? this.evaluateEagerly(batch, noiseSeed);
  }

  sync(): void {
    this.graph?.pull();
  }

  dispose(): void {
    this.graph?.dispose();
    this.graph = undefined;
  }

  /** The result of `use`, or undefined, from then on eager, where it cannot be recorded. */
  private withGraph<Result>(use: () => Result): Result | undefined {
    try {
      return use();
    } catch (error) {
      if (!(error instanceof TracingError)) throw error;
      this.sync();
      this.dispose();
      this.options.onNote?.(`execution is eager, as the step is no graph: ${error.message}`);
      return undefined;
    }
  }

  private evaluateEagerly({ images, labels }: TrainingBatch, noiseSeed: tf.Tensor1D) {
    const { model, loss } = this.options;
    return tf.tidy(() => {
      const logits = model.apply(images, { training: false }) as tf.Tensor4D; // [B,H,W,C]
      const predictions: tf.Tensor3D = logits.argMax(3); // [B,H,W]
      return { predictions, loss: loss(logits, labels, noiseSeed) };
    });
  }
}
