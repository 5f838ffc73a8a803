/** Inference as one TensorFlow graph, for a model that is not being trained. */
import { tf } from '../backend';
import { fold, foldConvolutions } from './foldedConvolutions';
import type { FoldedHandles, FoldedWeights } from './foldedConvolutions';
import { dataTypes, typeOf } from './nodes';
import { programName, recordModel, weightVariables } from './recordedModel';
import { ResidentGraph } from './residentGraph';

/** Programs that are kept; one more shape starts over. */
const MOST_SHAPES = 8;

/** A convolution's folded kernel and bias, and the data of the weights that they were computed from. */
interface Folded extends FoldedWeights {
  kernel: tf.Variable;
  bias: tf.Variable;
  from: readonly object[];
}

/**
 * Predicts with a model by one call per batch; a graph is recorded for each shape. Weights that are assigned later count from
 * the next call on.
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
  /** Output of each program. */
  private readonly outputs = new Map<string, string>();

  /** @throws TracingError without the native backend. */
  constructor(private readonly model: tf.LayersModel) {
    this.weights = weightVariables(model);
  }

  /** Images `[B,H,W,channels] float32` → logits `[B,H,W,C]`; the caller disposes them. */
  predict(images: tf.Tensor4D): tf.Tensor4D {
    const name = programName('predict', images);
    if (!this.outputs.has(name)) this.record(name, images);
    this.refresh();
    const output = this.outputs.get(name) as string;
    const [logits] = this.resident.run(name, [images], [output], false);
    this.resident.release([...this.folded.values()].flatMap(({ kernel, bias }) => [kernel, bias]));
    return logits as tf.Tensor4D;
  }

  dispose(): void {
    this.resident.dispose();
    this.outputs.clear();
    for (const { kernel, bias } of this.folded.values()) tf.dispose([kernel, bias]);
    this.folded.clear();
  }

  private record(name: string, images: tf.Tensor4D): void {
    if (this.outputs.size === MOST_SHAPES) {
      this.dispose();
      this.resident = new ResidentGraph();
    }
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

  private handlesOf({ weights, epsilon }: FoldedWeights): FoldedHandles {
    const [own] = weights;
    let folded = this.folded.get(own);
    if (folded === undefined) {
      const values = fold({ weights, epsilon });
      const [kernel, bias] = values.map((value) => tf.variable(value, false));
      tf.dispose(values);
      folded = { weights, epsilon, kernel, bias, from: weights.map(({ dataId }) => dataId) };
      this.folded.set(own, folded);
    }
    return [this.resident.handleOf(folded.kernel), this.resident.handleOf(folded.bias)];
  }

  /** Folds anew where a weight was assigned. */
  private refresh(): void {
    for (const folded of this.folded.values()) {
      const { weights, from, kernel, bias } = folded;
      if (weights.every(({ dataId }, i) => dataId === from[i])) continue;
      const values = fold(folded);
      kernel.assign(values[0]);
      bias.assign(values[1]);
      tf.dispose(values);
      folded.from = weights.map(({ dataId }) => dataId);
    }
  }
}
