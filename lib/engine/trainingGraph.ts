/** The programs of a training run, one for each shape of batch: the optimizer step and the validation. */
import { tf } from '../backend';
import type { SegmentationLoss } from '../losses';
import type { Adam } from './adam';
import { evaluateLogits } from './batchEvaluation';
import type { BatchEvaluation, EvaluationLosses } from './batchEvaluation';
import { stepTensors } from './trainingStep';
import type { StepInput, StepSetup, StepTensors, TrainingBatch } from './trainingStep';
import { gatedAdam, soundness } from './adamUpdate';
import { isNoGraph, TracingError } from './failures';
import { dataTypes, typeOf } from './nodes';
import type { GraphNode } from './nodes';
import { programName, recordModel, weightVariables } from './recordedModel';
import type { RecordedModel } from './recordedModel';
import { ResidentGraph } from './residentGraph';

export interface TrainingGraphOptions extends StepSetup {
  adam: Adam;
  /** What `evaluate` reports in place of `loss` (default: `loss`). */
  validationLoss?: SegmentationLoss;
  /** `evaluate` reports it beside that (default: nothing). */
  crossEntropy?: SegmentationLoss;
  /** Changes the nodes of a step before they are loaded, such as their precision (default: not at all). */
  rewrite?: (nodes: readonly GraphNode[]) => GraphNode[];
}

/** `[B,H,W,channels]` of images. */
export type BatchShape = [number, number, number, number];

/** The batches of a run. */
export interface BatchShapes {
  steps: BatchShape[];
  evaluations: BatchShape[];
}

type EvaluationInputs = [images: tf.Tensor4D, labels: tf.Tensor3D, noiseSeed: tf.Tensor1D];
type StepInputs = [...inputs: EvaluationInputs, scalars: tf.Tensor1D];

const FLOAT = typeOf(dataTypes.float32);

/**
 * Weights, running averages and moments stay in the session; `pull` brings them to the model and to Adam. From a step to
 * the next `pull` those have zeros, so that a run does not hold everything twice.
 */
export class TrainingGraph {
  private readonly resident = new ResidentGraph();
  private readonly weights: readonly tf.Variable[];
  /** Of each program. */
  private readonly outputs = new Map<string, string[]>();
  /** Programs that have run. */
  private readonly proven = new Set<string>();

  /** @throws TracingError without the native backend. */
  constructor(private readonly options: TrainingGraphOptions) {
    this.weights = weightVariables(options.model);
  }

  /** Records the programs of batches of these shapes, so that they are loaded together. */
  prepare({ steps, evaluations }: BatchShapes): void {
    for (const shape of steps) withExamples(shape, (inputs) => this.recordStep(inputs));
    for (const shape of evaluations)
      withExamples(shape, ([images, labels, noiseSeed]) =>
        this.recordEvaluation([images, labels, noiseSeed]),
      );
  }

  /**
   * One step; resolves to the numbers of `StepTensors.summary`. Where they are not sound, only running averages changed.
   *
   * @throws TracingError where the step cannot be recorded or run as a graph; nothing has changed then.
   */
  step(
    { images, labels }: TrainingBatch,
    { learningRate, noiseSeed }: Required<StepInput>,
  ): number[] {
    const { adam } = this.options;
    const { rate, epsilon } = adam.scalars(adam.step + 1, learningRate);
    const scalars = tf.tensor1d([rate, epsilon]);
    const inputs: StepInputs = [images, labels, noiseSeed, scalars];
    try {
      const [summary] = this.run(this.recordStep(inputs), inputs, true);
      const numbers = Array.from(summary.dataSync());
      summary.dispose();
      return numbers;
    } finally {
      scalars.dispose();
    }
  }

  /** Predictions and losses with the running averages, as they are in the session. */
  evaluate({ images, labels }: TrainingBatch, noiseSeed: tf.Tensor1D): BatchEvaluation {
    const inputs: EvaluationInputs = [images, labels, noiseSeed];
    const outputs = this.run(this.recordEvaluation(inputs), inputs, false);
    const [predictions, loss, crossEntropy] = outputs as [tf.Tensor3D, tf.Scalar, tf.Scalar?];
    return { predictions, loss, crossEntropy };
  }

  /** Brings the model's weights and Adam's moments up to date. */
  pull(): void {
    this.resident.pull();
  }

  /** The model and Adam are brought up to date before. */
  dispose(): void {
    this.resident.pull();
    this.resident.dispose();
  }

  private run(name: string, inputs: readonly tf.Tensor[], writes: boolean): tf.Tensor[] {
    const outputs = this.outputs.get(name) as string[];
    const run = () => this.resident.run(name, inputs, outputs, writes);
    const results = this.proven.has(name) ? run() : traced(run);
    this.proven.add(name);
    return results;
  }

  /** The name of the program for inputs like these, recorded unless it is known. */
  private recordOnce<Result>(
    kind: string,
    examples: readonly tf.Tensor[],
    compute: () => Result,
    complete: (recorded: RecordedModel<Result>) => string[],
  ): string {
    const name = programName(kind, examples[0]);
    if (this.outputs.has(name)) return name;
    const { resident, weights } = this;
    const handleOf = (weight: tf.Variable) => resident.handleOf(weight);
    const given = { handleOf, weights, examples };
    const program = traced(() => recordModel(name, given, compute, complete));
    const { nodes, inputs, outputs } = program;
    const rewrite = kind === 'step' ? this.options.rewrite : undefined;
    resident.add(name, { nodes: rewrite?.(nodes) ?? nodes, inputs });
    this.outputs.set(name, outputs);
    return name;
  }

  private recordStep(inputs: StepInputs): string {
    const [images, labels, noiseSeed] = inputs;
    const compute = () => stepTensors({ images, labels }, this.options, noiseSeed);
    return this.recordOnce('step', inputs, compute, (recorded) => this.completeStep(recorded));
  }

  /** Adds the checks and the updates of all variables. */
  private completeStep({ graph, nameOf, inputs, result, assignments }: RecordedModel<StepTensors>) {
    const { adam } = this.options;
    const summary = nameOf(result.summary);
    const sound = soundness(graph, summary, nameOf(result.wrongLabels));
    const one = { T: FLOAT, num: { kind: 'int' as const, value: 2 } };
    const scalars = graph.add('Unpack', { ...one, axis: { kind: 'int', value: 0 } }, [inputs[3]]);
    const updates = adam.variables.map((variable, i) => ({
      variable: this.resident.handleOf(variable),
      firstMoment: this.resident.handleOf(adam.moments[i].first),
      secondMoment: this.resident.handleOf(adam.moments[i].second),
      gradient: nameOf(result.gradients[i]),
    }));
    const updated = gatedAdam(graph, sound, updates, {
      beta1: graph.scalar(adam.options.beta1),
      beta2: graph.scalar(adam.options.beta2),
      rate: `${scalars}:0`,
      epsilon: `${scalars}:1`,
    });
    return [graph.output('Identity', { T: FLOAT }, [summary], [updated, ...assignments])];
  }

  private recordEvaluation(inputs: EvaluationInputs): string {
    const { model } = this.options;
    const [images, labels, noiseSeed] = inputs;
    const compute = () => {
      const logits = model.apply(images, { training: false }) as tf.Tensor4D; // [B,H,W,C]
      return evaluateLogits(logits, labels, evaluationLosses(this.options), noiseSeed);
    };
    return this.recordOnce('evaluation', inputs, compute, ({ graph, nameOf, result }) => [
      graph.output('Identity', { T: typeOf(dataTypes.int32) }, [nameOf(result.predictions)]),
      ...[result.loss, result.crossEntropy].flatMap((value) =>
        value ? graph.output('Identity', { T: FLOAT }, [nameOf(value)]) : [],
      ),
    ]);
  }
}

/** The losses that an evaluation reports. */
export function evaluationLosses({
  loss,
  validationLoss = loss,
  crossEntropy,
}: Pick<TrainingGraphOptions, 'loss' | 'validationLoss' | 'crossEntropy'>): EvaluationLosses {
  return { loss: validationLoss, crossEntropy };
}

/** Calls `use` with inputs of zeros. */
function withExamples(shape: BatchShape, use: (inputs: StepInputs) => string): void {
  const inputs: StepInputs = [
    tf.zeros(shape),
    tf.zeros([shape[0], shape[1], shape[2]], 'int32'),
    tf.zeros([2], 'int32'),
    tf.zeros([2]),
  ];
  try {
    use(inputs);
  } finally {
    tf.dispose(inputs);
  }
}

/** What says that there can be no graph becomes a TracingError; every other error stays. */
function traced<Result>(compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TracingError || !isNoGraph(error)) throw error;
    throw new TracingError(error.message);
  }
}
