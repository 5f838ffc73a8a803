/**
 * Blocks that the networks share, and their seeded initialisation. Layers carry the names of the authors' PyTorch
 * modules (`encoder.0.seq.1`), so a network's file is all that says where a stored tensor belongs (torchWeights.ts).
 */
import { tf } from '../backend';
import type { Random } from '../random';
import { Activation } from './activation';
import type { ActivationName } from './activation';
import { BatchNormalization } from './batchNormalizationLayer';
import { BilinearUpsampling } from './bilinearUpsampling';
import { Convolution, TransposedConvolution } from './convolution';
import { ImageSize } from './imageSize';
import { MaxPooling } from './maxPooling';

/** A model's input and the image `[B,H,W,channels]` behind the check that its sides are multiples of `multipleOf`. */
export function imageInput(channels: number, multipleOf: number) {
  const input = tf.input({ shape: [null, null, channels], name: 'image' });
  return [input, applyLayer(input, new ImageSize({ multipleOf, name: 'image_size' }))] as const;
}

export interface ConvolutionOptions {
  /** Side of the kernel (default 3). */
  kernelSize?: number;
  /** Default true. */
  useBias?: boolean;
}

/** Same-size convolution: `[B,H,W,*]` → `[B,H,W,filters]`. */
export function convolution(
  x: tf.SymbolicTensor,
  filters: number,
  name: string,
  { kernelSize = 3, useBias = true }: ConvolutionOptions = {},
): tf.SymbolicTensor {
  return applyLayer(x, new Convolution({ filters, kernelSize, useBias, name }));
}

/** Batch normalization as PyTorch has it, with the ReLU after it where one is; the shape stays. */
export function batchNormalization(
  x: tf.SymbolicTensor,
  name: string,
  activation: 'linear' | 'relu' = 'linear',
): tf.SymbolicTensor {
  return applyLayer(x, new BatchNormalization({ name, activation }));
}

/** ReLU or logistic sigmoid; the shape stays. */
export function activation(
  x: tf.SymbolicTensor,
  kind: ActivationName,
  name: string,
): tf.SymbolicTensor {
  return applyLayer(x, new Activation({ activation: kind, name }));
}

/**
 * For each number of filters a 3×3 convolution, batch normalization and ReLU, numbered on from 0 under `name` like the
 * modules of a PyTorch Sequential (number 3i+2, the ReLU, is within 3i+1): `[B,H,W,*]` → `[B,H,W,filters.at(-1)]`. A bias before batch normalization changes
 * nothing (its gradient is zero); `useBias` is for the authors' networks that have it.
 */
export function convolutions(
  x: tf.SymbolicTensor,
  filters: readonly number[],
  name: string,
  useBias = false,
): tf.SymbolicTensor {
  return filters.reduce((x, channels, i) => {
    const convolved = convolution(x, channels, `${name}.${3 * i}`, { useBias });
    return batchNormalization(convolved, `${name}.${3 * i + 1}`, 'relu');
  }, x);
}

/** 2×2 max pooling: `[B,H,W,C]` → `[B,⌈H/2⌉,⌈W/2⌉,C]`. */
export function maxPool(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return applyLayer(x, new MaxPooling({ name }));
}

/**
 * Every second row and column: `[B,H,W,C]` → `[B,⌈H/2⌉,⌈W/2⌉,C]`. Before a 1×1 convolution the same as a stride of 2 in
 * it, whose gradient in TensorFlow's oneDNN writes past its memory below 16 channels (oneDNN issue 6035).
 */
export function subsample(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  const options = { poolSize: 1, strides: 2, padding: 'same' as const, name };
  return applyLayer(x, tf.layers.averagePooling2d(options));
}

/** 2×2 transposed convolution of stride 2: `[B,H,W,*]` → `[B,2H,2W,filters]`. */
export function upConvolution(
  x: tf.SymbolicTensor,
  filters: number,
  name: string,
): tf.SymbolicTensor {
  return applyLayer(x, new TransposedConvolution({ filters, kernelSize: 2, useBias: true, name }));
}

/** Interpolation without weights: `[B,H,W,C]` → `[B,2H,2W,C]`; bilinear with aligned corners. */
export function upsample(
  x: tf.SymbolicTensor,
  interpolation: 'nearest' | 'bilinear',
  name: string,
): tf.SymbolicTensor {
  const nearest = () => tf.layers.upSampling2d({ size: [2, 2], interpolation, name });
  const layer = interpolation === 'nearest' ? nearest() : new BilinearUpsampling({ name });
  return applyLayer(x, layer);
}

/** Channel concatenation: `[B,H,W,C1]`, `[B,H,W,C2]`, … → `[B,H,W,C1+C2+…]`. */
export function concatenate(parts: tf.SymbolicTensor[], name: string): tf.SymbolicTensor {
  return tf.layers.concatenate({ name }).apply(parts) as tf.SymbolicTensor;
}

/**
 * He-normal kernels (standard deviation √(2 / fan-in)); the other weights stay, such as zero biases. Each layer draws from
 * a stream of its own name, so a change in one layer leaves the others as they were.
 */
export function initializeWeights(model: tf.LayersModel, random: Random): void {
  for (const layer of model.layers) {
    // A transposed convolution stores [kh, kw, out, in] and each output pixel of stride 2 sees one tap.
    const transposed =
      layer instanceof TransposedConvolution || layer.getClassName() === 'Conv2DTranspose';
    for (const kernel of layer.weights) {
      const [, owner, part] = /^(.*)\/(\w*kernel)$/.exec(kernel.originalName) ?? [];
      if (part === undefined) continue;
      const shape = kernel.shape as number[];
      const size = tf.util.sizeFromShape(shape);
      const last = shape[shape.length - 1];
      const fanIn = transposed ? last : size / last;
      // A separable convolution has two kernels.
      const stream = part === 'kernel' ? random.stream(owner) : random.stream(owner).stream(part);
      const deviation = Math.sqrt(2 / fanIn);
      const values = Float32Array.from({ length: size }, () => stream.normal(0, deviation));
      const initial = tf.tensor(values, shape);
      kernel.write(initial);
      initial.dispose();
    }
  }
}

/** The variables that training changes, in layer order. */
export function trainableVariables(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** Applies a layer that maps one tensor to one. */
function applyLayer(x: tf.SymbolicTensor, layer: tf.layers.Layer): tf.SymbolicTensor {
  return layer.apply(x) as tf.SymbolicTensor;
}
