/** Inference as one TensorFlow graph, for a model that is not being trained. */
import { tf } from '../backend';
import { fold, foldConvolutions } from './foldedConvolutions';
import type { FoldedHandles, FoldedWeights } from './foldedConvolutions';
import { dataTypes, typeOf } from './nodes';
import { programName, recordModel, weightVariables } from './recordedModel';
import { ResidentGraph } from './residentGraph';

/** Programs that are kept; one more shape starts over. */
const MOST_SHAPES = 8;

/** A convolution's folded kernel and bias. */
type Folded = readonly [kernel: tf.Variable, bias: tf.Variable];

/**
 * Predicts with a model by one call per batch; a graph is recorded for each shape. After a weight was assigned it starts over.
 *
 *     const predictor = new GraphPredictor(model);
 *     const logits = predictor.predict(images); // as model.predict(images)
 *     predictor.dispose(); // not the model
 */
export class GraphPredictor {
  private readonly weights: readonly tf.Variable[];
  private resident = new ResidentGraph();
  /** By the convolution's own kernel. */
  private readonly folded = new Map<tf.Variable, Folded>();
  /** Of the weights that the graphs are of. */
  private data: readonly object[] = [];
  /** Output of each program. */
  private readonly outputs = new Map<string, string>();

  /** @throws TracingError without the native backend. */
  constructor(private readonly model: tf.LayersModel) {
    this.weights = weightVariables(model);
  }

  /** Images `[B,H,W,channels] float32` → logits `[B,H,W,C]`; the caller disposes them. */
  predict(images: tf.Tensor4D): tf.Tensor4D {
    const data = this.weights.map(({ dataId }) => dataId);
    if (data.some((one, i) => one !== this.data[i])) this.startOver();
    this.data = data;
    const name = programName('predict', images);
    if (!this.outputs.has(name)) {
      if (this.outputs.size === MOST_SHAPES) this.startOver();
      this.record(name, images);
    }
    const output = this.outputs.get(name) as string;
    const [logits] = this.resident.run(name, [images], [output], false);
    this.resident.release([...this.folded.values()].flat());
    return logits as tf.Tensor4D;
  }

  dispose(): void {
    this.resident.dispose();
    this.outputs.clear();
    tf.dispose([...this.folded.values()].flat());
    this.folded.clear();
  }

  private startOver(): void {
    this.dispose();
    this.resident = new ResidentGraph();
  }

  private record(name: string, images: tf.Tensor4D): void {
    const { weights, resident } = this;
    const placeOf = (weight: tf.Variable) => `weight_${weights.indexOf(weight)}`;
    const recorded = recordModel(
      name,
      { handleOf: placeOf, weights, examples: [images] },
      () => this.model.apply(images, { training: false }) as tf.Tensor4D,
      ({ graph, nameOf, result }) => [
        graph.output('Identity', { T: typeOf(dataTypes.float32) }, [nameOf(result)]),
      ],
    );
    const { inputs, outputs } = recorded;
    const weightAt = new Map(weights.map((weight) => [placeOf(weight), weight]));
    const weightOf = new Map(
      recorded.nodes
        .filter(({ op }) => op === 'ReadVariableOp')
        .map((node) => [`${node.name}:0`, weightAt.get(node.inputs[0]) as tf.Variable]),
    );
    const nodes = foldConvolutions(
      recorded.nodes,
      outputs,
      (output) => weightOf.get(output),
      (folded) => this.handlesOf(folded),
    );
    const used = new Set(nodes.flatMap((node) => node.inputs));
    // Only weights that are still read have a place in the session.
    const placed = nodes.flatMap((node) => {
      const output = `${node.name}:0`;
      const weight = weightOf.get(output);
      if (weight === undefined) return [node];
      return used.has(output) ? [{ ...node, inputs: [resident.handleOf(weight)] }] : [];
    });
    resident.add(name, { nodes: placed, inputs });
    this.outputs.set(name, outputs[0]);
  }

  private handlesOf(given: FoldedWeights): FoldedHandles {
    const [own] = given.weights;
    let folded = this.folded.get(own);
    if (folded === undefined) {
      const values = fold(given);
      folded = [tf.variable(values[0], false), tf.variable(values[1], false)];
      tf.dispose(values);
      this.folded.set(own, folded);
    }
    return [this.resident.handleOf(folded[0]), this.resident.handleOf(folded[1])];
  }
}
