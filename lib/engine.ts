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
import { invalid } from './check';
import { toBfloat16 } from './engine/bfloat16';
import { TracingError } from './engine/failures';
import { evaluationLosses, TrainingGraph } from './engine/trainingGraph';
import type { BatchShapes, TrainingGraphOptions } from './engine/trainingGraph';
import { evaluateLogits } from './engine/batchEvaluation';
import type { BatchEvaluation } from './engine/batchEvaluation';
import { divergence, isSound, stepResult, trainingStep } from './engine/trainingStep';
import type { StepInput, StepResult, TrainingBatch } from './engine/trainingStep';

export type Execution = 'graph' | 'eager';

/**
 * Of a step's convolutions and what lies between them (`lib/engine/bfloat16.ts`). Weights, optimizer, statistics, loss and
 * validation are float32 in either case. 'bfloat16' is faster where the processor computes with it (AVX-512 BF16, AMX).
 */
export type Precision = 'float32' | 'bfloat16';

export interface ExecutorOptions extends Omit<TrainingGraphOptions, 'rewrite'> {
  /** Default 'graph'. */
  execution?: Execution;
  /** Default 'float32'; 'bfloat16' is for 'graph' only. */
  precision?: Precision;
  /** Called with the reason where `'graph'` was asked for and cannot be, and where `'bfloat16'` cannot be. */
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
  /** Predictions and losses of a batch with the running averages. */
  evaluate(batch: TrainingBatch, noiseSeed: tf.Tensor1D): BatchEvaluation;
  /**
   * Brings the model's weights and Adam's moments up to date; what is assigned to them counts from the next call on. As a
   * graph, they hold zeros between a step and the next `sync`: the values are in the graph's session alone.
   */
  sync(): void;
  /** The model and Adam are brought up to date before. */
  dispose(): void;
}

/**
 * Creates the executor of a run.
 *
 * @throws InputError for 'bfloat16' without a graph.
 */
export function createExecutor(options: ExecutorOptions): StepExecutor {
  checkPrecision('createExecutor', options);
  return new Executor(options);
}

/** @throws InputError, beginning with `where`, for 'bfloat16' without a graph. */
export function checkPrecision(
  where: string,
  { execution = 'graph', precision = 'float32' }: { execution?: Execution; precision?: Precision },
): void {
  if (precision === 'float32' || execution === 'graph') return;
  const remedy =
    "Steps are in bfloat16 as graphs only: use execution 'graph' or precision 'float32'.";
  throw invalid(where, 'precision', "'float32' where execution is 'eager'", precision, remedy);
}

class Executor implements StepExecutor {
  private graph?: TrainingGraph;
  private precision: Precision;

  constructor(private readonly options: ExecutorOptions) {
    this.precision = options.precision ?? 'float32';
    if ((options.execution ?? 'graph') === 'eager') return;
    this.withGraph(() => this.createGraph());
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

  private createGraph(): void {
    const rewrite = this.precision === 'bfloat16' ? toBfloat16 : undefined;
    this.graph = new TrainingGraph({ ...this.options, rewrite });
  }

  /** The result of `use`; what fails in bfloat16 is float32 from then on, what cannot be recorded is eager (undefined). */
  private withGraph<Result>(use: () => Result): Result | undefined {
    try {
      return use();
    } catch (error) {
      if (!(error instanceof TracingError)) throw error;
      const isLow = this.graph !== undefined && this.precision === 'bfloat16';
      this.dispose();
      if (isLow) {
        this.precision = 'float32';
        this.options.onNote?.(`precision is float32, as bfloat16 fails: ${error.message}`);
        return this.withGraph(() => {
          this.createGraph();
          return use();
        });
      }
      const also = this.precision === 'bfloat16' ? ' and precision float32' : '';
      this.options.onNote?.(`execution is eager${also}, as the step is no graph: ${error.message}`);
      return undefined;
    }
  }

  private evaluateEagerly({ images, labels }: TrainingBatch, noiseSeed: tf.Tensor1D) {
    return tf.tidy(() => {
      const logits = this.options.model.apply(images, { training: false }) as tf.Tensor4D; // [B,H,W,C]
      return evaluateLogits(logits, labels, evaluationLosses(this.options), noiseSeed);
    });
  }
}
