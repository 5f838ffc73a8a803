/**
 * The augmentation of the authors' public code, which has it for Oxford-IIIT Pet alone (the paper's
 * text names none): a horizontal flip, and a shift, scaling and rotation together. Both are one
 * projective transform of the whole batch, in TensorFlow (on the GPU where there is one).
 */
import { tf } from '../backend';
import { checkKnownOptions, checkNumber, invalid } from '../check';
import type { Random } from '../random';
import { ignoreIndex } from './ignoreIndex';

/** Probabilities and limits; each default is that of the authors' code. */
export interface AugmentationOptions {
  /** Probability of a horizontal flip (default 0.2). */
  flip?: number;
  /** Probability of shift, scaling and rotation, all three at once (default 0.5). */
  shiftScaleRotate?: number;
  /** Shift in x and in y, each uniform in ± this part of the image's side (default 0.0625). */
  shift?: number;
  /** Magnification, uniform in 1 ± this (default 0.1). */
  scale?: number;
  /** Rotation about the centre, uniform in ± this many degrees (default 3). */
  rotate?: number;
}

const defaults: Required<AugmentationOptions> = {
  flip: 0.2,
  shiftScaleRotate: 0.5,
  shift: 0.0625,
  scale: 0.1,
  rotate: 3,
};

/** What happens to one sample; `identity` leaves it as it is, bit for bit. */
export interface GeometricTransform {
  /** Mirror left and right, before all else. */
  flip: boolean;
  /** Shift to the right, in widths, and down, in heights. */
  shiftX: number;
  shiftY: number;
  /** Magnification about the centre, > 0. */
  scale: number;
  /** Degrees, counter-clockwise on the screen. */
  rotate: number;
}

export const identity: GeometricTransform = {
  flip: false,
  shiftX: 0,
  shiftY: 0,
  scale: 1,
  rotate: 0,
};

/** The options of `augment: true | {…}` with the defaults filled in; undefined for no augmentation. */
export function resolveAugmentation(
  augment: boolean | AugmentationOptions,
): Required<AugmentationOptions> | undefined {
  if (augment === false) return undefined;
  if (augment === true) return defaults;
  if (typeof augment !== 'object' || augment === null) {
    throw invalid('batches', 'augment', 'true, false or an object of options', augment);
  }
  const names = Object.keys(defaults) as (keyof AugmentationOptions)[];
  checkKnownOptions('batches augment', augment, names);
  const options = { ...defaults, ...augment };
  const largest = { flip: 1, shiftScaleRotate: 1, shift: 1, scale: 0.99, rotate: 180 };
  for (const name of names) {
    checkNumber('batches', `augment.${name}`, options[name], { min: 0, max: largest[name] });
  }
  return options;
}

/** Draws what happens to one sample: always seven numbers, whatever the options are. */
export function drawTransform(
  random: Random,
  { flip, shiftScaleRotate, shift, scale, rotate }: Required<AugmentationOptions>,
): GeometricTransform {
  const flipped = random.chance(flip);
  const moved = random.chance(shiftScaleRotate);
  const drawn = {
    shiftX: random.uniform(-shift, shift),
    shiftY: random.uniform(-shift, shift),
    scale: 1 + random.uniform(-scale, scale),
    rotate: random.uniform(-rotate, rotate),
  };
  return { ...identity, ...(moved ? drawn : {}), flip: flipped };
}

export function isIdentity({ flip, shiftX, shiftY, scale, rotate }: GeometricTransform): boolean {
  return !flip && shiftX === 0 && shiftY === 0 && scale === 1 && rotate === 0;
}

/**
 * Applies one transform to each sample of a batch.
 *
 * Source coordinates of output pixel `q`, with centre `c = ((w−1)/2, (h−1)/2)`, shift `t` in pixels
 * and rotation matrix `R`: `p = c + (1/scale)·Rᵀ(q − c − t)`, then `p_x → w − 1 − p_x` if flipped.
 * These are the transforms of albumentations' `HorizontalFlip` and `ShiftScaleRotate`, about the
 * pixels' centre instead of half a pixel beside it. Images are bilinear and mirrored at their
 * borders, as there; labels are those of the nearest pixel, and `ignoreIndex` where the image has no
 * content, so that no loss counts mirrored pixels.
 *
 * @param images `[B,H,W,3] float32`
 * @param labels `[B,H,W] int32`
 * @returns new tensors of the same shapes; the arguments stay.
 */
export function transformBatch(
  images: tf.Tensor4D,
  labels: tf.Tensor3D,
  transforms: readonly GeometricTransform[],
): { images: tf.Tensor4D; labels: tf.Tensor3D } {
  const [count, height, width] = labels.shape;
  return tf.tidy(() => {
    const rows = transforms.map((transform) => inverseMatrix(transform, height, width));
    const matrices = tf.tensor2d(rows, [count, 8]);
    const maps = labels.expandDims<tf.Tensor4D>(3); // [B,H,W,1]
    return {
      images: warp(images, matrices, 'BILINEAR', 'REFLECT'),
      labels: warp(maps, matrices, 'NEAREST', 'CONSTANT').squeeze<tf.Tensor3D>([3]), // [B,H,W]
    };
  });
}

/** The first eight entries of the 3×3 matrix from output to source coordinates. */
function inverseMatrix(
  { flip, shiftX, shiftY, scale, rotate }: GeometricTransform,
  height: number,
  width: number,
): number[] {
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  const cosine = Math.cos((rotate * Math.PI) / 180) / scale;
  const sine = Math.sin((rotate * Math.PI) / 180) / scale;
  const toX = centreX + shiftX * width;
  const toY = centreY + shiftY * height;
  const x = [cosine, -sine, centreX - cosine * toX + sine * toY];
  const y = [sine, cosine, centreY - sine * toX - cosine * toY];
  const mirrored = [-x[0], -x[1], width - 1 - x[2]];
  return [...(flip ? mirrored : x), ...y, 0, 0];
}

interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_ATTR_STRING: number; TF_FLOAT: number; TF_INT32: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}

/** TensorFlow's op behind `tf.image.transform`, which tfjs-node does not bind. */
function warp(
  input: tf.Tensor4D,
  matrices: tf.Tensor2D,
  interpolation: 'BILINEAR' | 'NEAREST',
  fillMode: 'REFLECT' | 'CONSTANT',
): tf.Tensor4D {
  const native = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_ATTR_STRING, TF_FLOAT, TF_INT32 } = native.binding;
  const type = input.dtype === 'int32' ? TF_INT32 : TF_FLOAT;
  const attributes = [
    { name: 'dtype', type: TF_ATTR_TYPE, value: type },
    { name: 'interpolation', type: TF_ATTR_STRING, value: interpolation },
    { name: 'fill_mode', type: TF_ATTR_STRING, value: fillMode },
  ];
  const size = tf.tensor1d(input.shape.slice(1, 3), 'int32');
  const inputs = [input, matrices, size, tf.scalar(ignoreIndex)];
  return native.executeSingleOutput(
    'ImageProjectiveTransformV3',
    attributes,
    inputs,
  ) as tf.Tensor4D;
}
