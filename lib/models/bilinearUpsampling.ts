/** Doubling of height and width by bilinear interpolation with aligned corners (tfjs's layer does not align them). */
import { tf } from '../backend';

/** `[B,H,W,C]` → `[B,2H,2W,C]`; the corner pixels keep their values. */
export class BilinearUpsampling extends tf.layers.Layer {
  static readonly className = 'PatBilinearUpsampling';

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    const [batch, height, width, channels] = inputShape;
    return [batch, height && height * 2, width && width * 2, channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.image.resizeBilinear(x, [x.shape[1] * 2, x.shape[2] * 2], true);
  }
}
tf.serialization.registerClass(BilinearUpsampling);
