/** Images as the networks take them: RGB of 0–255 scaled to [0, 1], in this one place. */
import { tf } from '../backend';
import type { Sample } from './datasetTypes';

/** `[B,H,W,3]` RGB of 0–255 as float32 in [0, 1]: divided by 255. */
export function unitImages(rgb: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => rgb.toFloat().div<tf.Tensor4D>(255));
}

/** One image as a batch `[1,H,W,3]`, float32 in [0, 1]. The caller disposes it. */
export function unitImage({
  image,
  height,
  width,
}: Pick<Sample, 'image' | 'height' | 'width'>): tf.Tensor4D {
  return tf.tidy(() => unitImages(tf.tensor4d(image, [1, height, width, 3], 'int32')));
}
