/** Small fixed inputs on which the forms of an op are compared. */
import { tf } from '../backend';

/** Values in [−1, 1] that look random, with zeros and equal neighbours among them, as after a ReLU. */
export function exampleValues<T extends tf.Tensor>(shape: number[]): T {
  const size = tf.util.sizeFromShape(shape);
  const values = Float32Array.from({ length: size }, (_, i) => Math.round(8 * Math.sin(i * i)) / 8);
  return tf.tensor(values, shape) as T;
}

/**
 * The value of `f`, then its gradient with respect to each input for a fixed ∂loss/∂value, which runs backwards through
 * the example values: were it proportional to an input, the gradient of batch normalization would be 0 but for rounding.
 */
export function valueAndGradients<I extends tf.Tensor[]>(
  f: (...inputs: I) => tf.Tensor,
  inputs: I,
): tf.Tensor[] {
  const value = f(...inputs);
  const dy = exampleValues(value.shape.map((size) => size))
    .reverse()
    .add(0.25);
  const grads = tf.grads(f as (...inputs: tf.Tensor[]) => tf.Tensor)(inputs, dy);
  return [value, ...grads];
}
