/**
 * U-Net (Ronneberger et al., MICCAI 2015): four halvings, widths 1, 2, 4, 8, 16 times `width`, two 3×3 convolutions a
 * stage, 2×2 transposed convolutions up, skip connections by concatenation (skip first), a 1×1 convolution to logits.
 * Both variants are one network, which differs from the paper's in three points: batch normalization, padded
 * convolutions (the logits have the image's size and no border is cut off), and no dropout at the deepest stage.
 */
import type { tf } from '../backend';
import { concatenate, convolution, convolutions, maxPool, upConvolution } from './layers';
import type { Network, ResolvedModelOptions } from './modelTypes';

const DEPTH = 4;

export const unet: Network = {
  title: 'UNet',
  sizeMultiple: () => 2 ** DEPTH,

  logits(image: tf.SymbolicTensor, { numClasses, width }: ResolvedModelOptions) {
    const skips: tf.SymbolicTensor[] = [];
    let x = convolutions(image, [width, width], 'encoder.0.double_conv'); // [B,H,W,width]
    for (let stage = 1; stage <= DEPTH; stage++) {
      skips.push(x);
      const [name, filters] = [`encoder.${stage}.maxpool_conv`, width * 2 ** stage];
      x = maxPool(x, `${name}.0`); // [B,H/2^stage,W/2^stage,filters/2]
      x = convolutions(x, [filters, filters], `${name}.1.double_conv`); // [·,·,·,filters]
    }
    for (let step = 0; step < DEPTH; step++) {
      const stage = DEPTH - 1 - step;
      const [name, filters] = [`decoder.${step}`, width * 2 ** stage];
      x = upConvolution(x, filters, `${name}.up`); // [B,H/2^stage,W/2^stage,filters]
      x = concatenate([skips[stage], x], `${name}.concatenate`); // [·,·,·,2·filters]
      x = convolutions(x, [filters, filters], `${name}.conv.double_conv`); // [·,·,·,filters]
    }
    return convolution(x, numClasses, `decoder.${DEPTH}.conv`, { kernelSize: 1 });
  },
};
