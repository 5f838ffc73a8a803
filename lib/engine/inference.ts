/** Predictions of a model that is not being trained: as a graph, or op by op where there can be none. */
import { tf } from '../backend';
import { isNoGraph } from './failures';
import { GraphPredictor } from './predictor';

export interface Inference {
  /** Images `[B,H,W,channels] float32` → logits `[B,H,W,C]`; the caller disposes them. */
  predict(images: tf.Tensor4D): tf.Tensor4D;
  /** Not the model. */
  dispose(): void;
}

/**
 * Predicts with the running statistics of batch normalization. A graph that cannot be recorded, loaded or run is given up
 * for the model itself, and `onNote` is told once, with the reason. Every other error, such as too little memory, is thrown.
 */
export function createInference(model: tf.LayersModel, onNote?: (text: string) => void): Inference {
  const eagerly = (images: tf.Tensor4D) =>
    tf.tidy(() => model.apply(images, { training: false }) as tf.Tensor4D);
  let graph: GraphPredictor | undefined;
  const giveUp = (error: unknown): void => {
    if (!isNoGraph(error)) throw error;
    graph?.dispose();
    graph = undefined;
    onNote?.(`predictions are made op by op, as they are no graph: ${error.message}`);
  };
  try {
    graph = new GraphPredictor(model);
  } catch (error) {
    giveUp(error);
  }
  return {
    predict(images) {
      if (!graph) return eagerly(images);
      try {
        return graph.predict(images);
      } catch (error) {
        giveUp(error);
        return eagerly(images);
      }
    },
    dispose() {
      graph?.dispose();
      graph = undefined;
    },
  };
}
