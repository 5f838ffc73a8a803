/** Inference as one TensorFlow graph, for a model that is not being trained. */
import type { tf } from '../backend';
import { dataTypes, typeOf } from './nodes';
import { programName, recordModel, weightVariables } from './recordedModel';
import { ResidentGraph } from './residentGraph';

/** Programs that are kept; one more shape starts over. */
const MOST_SHAPES = 8;

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
  private resident: ResidentGraph;
  /** Output of each program. */
  private readonly outputs = new Map<string, string>();

  /** @throws TracingError without the native backend. */
  constructor(private readonly model: tf.LayersModel) {
    this.weights = weightVariables(model);
    this.resident = new ResidentGraph(this.weights);
  }

  /** Images `[B,H,W,channels] float32` → logits `[B,H,W,C]`; the caller disposes them. */
  predict(images: tf.Tensor4D): tf.Tensor4D {
    const name = programName('predict', images);
    if (!this.outputs.has(name)) this.record(name, images);
    const output = this.outputs.get(name) as string;
    return this.resident.run(name, [images], [output], false)[0] as tf.Tensor4D;
  }

  dispose(): void {
    this.resident.dispose();
    this.outputs.clear();
  }

  private record(name: string, images: tf.Tensor4D): void {
    if (this.outputs.size === MOST_SHAPES) {
      this.dispose();
      this.resident = new ResidentGraph(this.weights);
    }
    const { resident, weights } = this;
    const { nodes, inputs, outputs } = recordModel(
      name,
      { resident, weights, examples: [images] },
      () => this.model.apply(images, { training: false }) as tf.Tensor4D,
      ({ graph, nameOf, result }) => [
        graph.output('Identity', { T: typeOf(dataTypes.float32) }, [nameOf(result)]),
      ],
    );
    resident.add(name, { nodes, inputs });
    this.outputs.set(name, outputs[0]);
  }
}
