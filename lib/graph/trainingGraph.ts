/** The programs of a training run, one for each shape of batch: the optimizer step and the validation. */
import { tf } from '../backend';
import { InputError } from '../check';
import type { Adam } from '../training/adam';
import { stepTensors } from '../training/step';
import type { StepInput, StepSetup, StepTensors, TrainingBatch } from '../training/step';
import { gatedAdam, soundness } from './adamUpdate';
import { dataTypes, typeOf } from './nodes';
import type { GraphNode } from './nodes';
import { programName, recordModel, weightVariables } from './recordedModel';
import type { RecordedModel } from './recordedModel';
import { TracingError } from './recorder';
import { ResidentGraph } from './residentGraph';
import type { Program } from './residentGraph';

export interface TrainingGraphOptions extends StepSetup {
  adam: Adam;
  /** Changes the nodes of a program before it is loaded, such as their precision (default: not at all). */
  rewrite?: (nodes: readonly GraphNode[]) => GraphNode[];
}

/** What a validation of one batch gives; the caller disposes it. */
export interface BatchEvaluation {
  /** Class of each pixel, `[B,H,W] int32`. */
  predictions: tf.Tensor3D;
  loss: tf.Scalar;
}

const FLOAT = typeOf(dataTypes.float32);

/** Weights, running averages and moments stay in the session; `pull` brings them to the model and to Adam. */
export class TrainingGraph {
  private readonly resident: ResidentGraph;
  private readonly weights: readonly tf.Variable[];
  /** Of each program. */
  private readonly outputs = new Map<string, string[]>();

  /** @throws TracingError without the native backend. */
  constructor(private readonly options: TrainingGraphOptions) {
    const { model, adam } = options;
    this.weights = weightVariables(model);
    const moments = adam.moments.flatMap(({ first, second }) => [first, second]);
    this.resident = new ResidentGraph([...this.weights, ...moments]);
  }

  /**
   * One step; resolves to the numbers of `StepTensors.summary`. Where they are not sound, only running averages changed.
   *
   * @throws TracingError where the step cannot be recorded or run as a graph; nothing has changed then.
   */
  step(batch: TrainingBatch, { learningRate, noiseSeed }: Required<StepInput>): number[] {
    const { adam } = this.options;
    const { rate, epsilon } = adam.scalars(adam.step + 1, learningRate);
    const scalars = tf.tensor1d([rate, epsilon]);
    const inputs = [batch.images, batch.labels, noiseSeed, scalars];
    const name = programName('step', batch.images);
    try {
      const [summary] = this.run(name, inputs, true, () => this.recordStep(name, batch, inputs));
      const numbers = Array.from(summary.dataSync());
      summary.dispose();
      return numbers;
    } finally {
      scalars.dispose();
    }
  }

  /** Predictions and loss with the running averages, as they are in the session. */
  evaluate(batch: TrainingBatch, noiseSeed: tf.Tensor1D): BatchEvaluation {
    const inputs = [batch.images, batch.labels, noiseSeed];
    const name = programName('evaluation', batch.images);
    const outputs = this.run(name, inputs, false, () => this.recordEvaluation(name, inputs));
    return { predictions: outputs[0] as tf.Tensor3D, loss: outputs[1] as tf.Scalar };
  }

  /** Brings the model's weights and Adam's moments up to date. */
  pull(): void {
    this.resident.pull();
  }

  dispose(): void {
    this.resident.dispose();
  }

  private run(
    name: string,
    inputs: readonly tf.Tensor[],
    writes: boolean,
    build: () => Program & { outputs: string[] },
  ): tf.Tensor[] {
    const known = this.outputs.get(name);
    if (known) return this.resident.run(name, inputs, known, writes);
    try {
      const { nodes, inputs: inputNames, outputs } = build();
      const { rewrite } = this.options;
      this.resident.add(name, { nodes: rewrite ? rewrite(nodes) : nodes, inputs: inputNames });
      const tensors = this.resident.run(name, inputs, outputs, writes);
      this.outputs.set(name, outputs);
      return tensors;
    } catch (error) {
      if (error instanceof InputError || error instanceof TracingError) throw error;
      throw new TracingError((error as Error).message);
    }
  }

  private recordStep(name: string, { images, labels }: TrainingBatch, examples: tf.Tensor[]) {
    const noiseSeed = examples[2] as tf.Tensor1D;
    return recordModel(
      name,
      { resident: this.resident, weights: this.weights, examples },
      () => stepTensors({ images, labels }, this.options, noiseSeed),
      (recorded) => this.completeStep(recorded),
    );
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

  private recordEvaluation(name: string, examples: tf.Tensor[]) {
    const { model, loss } = this.options;
    const [images, labels, noiseSeed] = examples as [tf.Tensor4D, tf.Tensor3D, tf.Tensor1D];
    return recordModel(
      name,
      { resident: this.resident, weights: this.weights, examples },
      () => {
        const logits = model.apply(images, { training: false }) as tf.Tensor4D; // [B,H,W,C]
        return { predictions: logits.argMax(3), value: loss(logits, labels, noiseSeed) };
      },
      ({ graph, nameOf, result: { predictions, value } }) => [
        graph.output('Identity', { T: typeOf(dataTypes.int32) }, [nameOf(predictions)]),
        graph.output('Identity', { T: FLOAT }, [nameOf(value)]),
      ],
    );
  }
}
