/** What `npm run new` writes. `kit`: the path from the file's folder to the kit's `lib`. */

/** A loss: PolyLoss, which is cross-entropy and one more term. */
export const lossTemplate = (name: string, kit: string): string => `/**
 * ${name}, a loss of your own. What stands here is PolyLoss (Leng et al., ICLR 2022): CE + epsilon · (1 − p), p = the
 * probability of the true class. Put yours in its place.
 *
 * It gets
 *   logits    [B,H,W,C] float32, finite; 0 at void pixels
 *   labels    [B,H,W] int32, each 0 … C−1; 0 at void pixels
 *   context   numClasses (C); valid, [B,H,W] float32, 1 at valid pixels and 0 at void ones; validCount, their number, at
 *             least 1, a scalar tensor; options, as configured or their defaults
 * and gives
 *   either the loss of each pixel, [B,H,W]: the kit leaves void pixels out and takes the mean over the others;
 *   or one number, a scalar: then multiply by valid yourself before you sum, and divide by validCount.
 * The gradient comes by automatic differentiation. Compute with tensors alone: a value that is read back (dataSync) makes
 * every step slower, and argMax, round or a comparison has no gradient.
 */
import { tf } from '${kit}/backend';
import { defineLoss } from '${kit}/losses';

defineLoss(
  '${name}',
  (logits, labels, { numClasses, options }) => {
    const truth = tf.oneHot(labels, numClasses).toFloat(); // [B,H,W,C]
    const logP = tf.logSoftmax(logits).mul(truth).sum(3); // log p of the true class, [B,H,W]
    const miss = tf.scalar(1).sub(logP.exp()); // 1 − p, [B,H,W]
    return miss.mul(options.epsilon).sub(logP); // [B,H,W]
  },
  {
    title: '${name}', // in figures and tables
    options: { epsilon: 1 }, // with their defaults; { "name": "${name}", "epsilon": 2 } sets one
    symbols: { epsilon: 'ε' }, // "${name}, ε = 2" in a legend
  },
);
`;

/** A network: one halving with a skip connection. */
export const modelTemplate = (name: string, kit: string): string => `/**
 * ${name}, a network of your own. What stands here halves the image once and has one skip connection. Put yours in its
 * place.
 *
 * It gets
 *   image     [B,H,W,inputChannels], symbolic: layers are applied to it, nothing is computed yet
 *   options   numClasses; width; inputChannels; seed; and its own, as configured or their defaults
 * and gives the logits, [B,H,W,numClasses], at the size of the image.
 * Layers may be the kit's (lib/models/layers), those of tf.layers, or classes of your own that extend tf.layers.Layer (with a
 * static className, registered by tf.serialization.registerClass). Kernels start from the run's seed; any other weight
 * that starts at random needs a seed in its initializer. Give layers names: files of weights carry them.
 */
import type { tf } from '${kit}/backend';
import { defineModel } from '${kit}/models';
import {
  concatenate,
  convolution,
  convolutions,
  maxPool,
  upConvolution,
} from '${kit}/models/layers';

defineModel(
  '${name}',
  (image: tf.SymbolicTensor, { numClasses, width, depth }) => {
    const filters = Array.from({ length: depth }, () => width);
    const fine = convolutions(image, filters, 'fine'); // [B,H,W,width]
    const halved = maxPool(fine, 'halve'); // [B,H/2,W/2,width]
    const coarse = convolutions(halved, filters.map((n) => 2 * n), 'coarse'); // [B,H/2,W/2,2·width]
    const up = upConvolution(coarse, width, 'up'); // [B,H,W,width]
    const both = concatenate([fine, up], 'both'); // [B,H,W,2·width]
    return convolution(both, numClasses, 'logits', { kernelSize: 1 }); // [B,H,W,numClasses]
  },
  {
    title: '${name}', // in figures and tables
    sizeMultiple: 2, // of height and width, as it halves them once
    options: { depth: 2 }, // with their defaults; { "name": "${name}", "depth": 3 } sets one
  },
);
`;
