/** `tf.customGrad` with types. */
import { tf } from '../backend';

export interface Differentiable<Y extends tf.Tensor> {
  /** Differentiated with respect to these; what else `forward` uses is constant. */
  inputs: tf.Tensor[];
  /** The value; `save` keeps tensors for the gradient. Everything else it makes is disposed. */
  forward: (save: (...tensors: tf.Tensor[]) => void) => Y;
  /** ∂loss/∂value and what was saved → ∂loss/∂input of each input; not to be differentiated again. */
  backward: (dy: Y, saved: tf.Tensor[]) => tf.Tensor[];
}

/** Evaluates `forward`, with `backward` as its gradient. */
export function differentiable<Y extends tf.Tensor>(definition: Differentiable<Y>): Y {
  const { inputs, forward, backward } = definition;
  const operation = tf.customGrad<Y>((...args) => {
    const save = args[inputs.length] as unknown as tf.GradSaveFunc;
    return {
      value: forward((...tensors) => save(tensors)),
      gradFunc: (dy, saved) => tf.tidy(() => backward(dy, saved)),
    };
  });
  return operation(...inputs);
}
