/** 2×2 max-unpooling (Badrinarayanan et al., 2017, §3): the decoder places values where the encoder's maxima were. */
import { tf } from '../backend';

const WINDOW = { filterSize: 2, strides: 2, pad: 'same' } as const;

/**
 * Inputs: `x` `[B,⌈H/2⌉,⌈W/2⌉,C]`, and the encoder's feature map before `[B,H,W,C]` and after pooling
 * `[B,⌈H/2⌉,⌈W/2⌉,C]`. Output `[B,H,W,C]`: each value of `x` at its window's maximum, zero elsewhere. Among equal
 * values the first in row order is the maximum, as in PyTorch.
 */
export class MaxUnpooling extends tf.layers.Layer {
  static readonly className = 'PatMaxUnpooling';

  override computeOutputShape(inputShapes: tf.Shape[]): tf.Shape {
    return inputShapes[1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, features, pooled] = inputs as tf.Tensor4D[];
    return maxUnpool(x, features, pooled);
  }
}
tf.serialization.registerClass(MaxUnpooling);

/**
 * Unpools `x` as `MaxUnpooling` says; differentiable in `x` only, as the positions are constants.
 * The gradient of max pooling is the same routing, so its kernel does the work on every backend.
 */
export function maxUnpool(x: tf.Tensor4D, features: tf.Tensor4D, pooled: tf.Tensor4D): tf.Tensor4D {
  const operation = tf.customGrad((...inputs) => {
    const [x, features, pooled] = inputs as tf.Tensor4D[];
    const save = inputs[3] as unknown as tf.GradSaveFunc;
    save([features, pooled]);
    return {
      value: route(x, features, pooled),
      gradFunc: (dy: tf.Tensor, [features, pooled]: tf.Tensor[]) => {
        // One value per window remains; the mean over the window holds 1/n of it (n < 4 at an odd edge).
        const mask = route(tf.onesLike(pooled), features, pooled); // [B,H,W,C]
        const share = (values: tf.Tensor) => tf.avgPool(values as tf.Tensor4D, 2, 2, 'same');
        return [share(dy.mul(mask)).div(share(mask)), tf.zerosLike(features), tf.zerosLike(pooled)];
      },
    };
  });
  return operation(x, features, pooled) as tf.Tensor4D;
}

/** Values `[B,⌈H/2⌉,⌈W/2⌉,C]` to the positions of the maxima, `[B,H,W,C]`. */
function route(values: tf.Tensor, features: tf.Tensor, pooled: tf.Tensor): tf.Tensor {
  return tf
    .engine()
    .runKernel('MaxPoolGrad', { dy: values, input: features, output: pooled }, WINDOW);
}
