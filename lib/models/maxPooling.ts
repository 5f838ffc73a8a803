/** Layers of 2×2 max pooling and unpooling, with stride 2; odd edges are kept (see ops/maxPool). */
import { tf } from '../backend';
import { maxPool, maxUnpool } from '../ops/maxPool';

/** `[B,H,W,C]` → `[B,⌈H/2⌉,⌈W/2⌉,C]`. */
export class MaxPooling extends tf.layers.Layer {
  static readonly className = 'PatMaxPooling';

  override computeOutputShape([batch, height, width, channels]: tf.Shape): tf.Shape {
    const half = (side: number | null) => side && Math.ceil(side / 2);
    return [batch, half(height), half(width), channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return maxPool.run((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D);
  }
}
tf.serialization.registerClass(MaxPooling);

/**
 * Inputs: `x` `[B,⌈H/2⌉,⌈W/2⌉,C]`, and the encoder's feature map before `[B,H,W,C]` and after pooling
 * `[B,⌈H/2⌉,⌈W/2⌉,C]`. Output `[B,H,W,C]`: each value of `x` where the encoder's maximum was, zero elsewhere.
 */
export class MaxUnpooling extends tf.layers.Layer {
  static readonly className = 'PatMaxUnpooling';

  override computeOutputShape(inputShapes: tf.Shape[]): tf.Shape {
    return inputShapes[1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, features, pooled] = inputs as tf.Tensor4D[];
    return maxUnpool.run(x, features, pooled);
  }
}
tf.serialization.registerClass(MaxUnpooling);
