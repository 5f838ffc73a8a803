/**
 * U-Net (Ronneberger et al., MICCAI 2015) with same-size convolutions and batch normalization: four
 * halvings, widths 1, 2, 4, 8, 16 times `width`, skip connections by concatenation (skip first).
 */
import { tf } from '../backend';
import { classifier, concatenate, convBatchNormRelu, maxPool, upConvolution } from './layers';
import type { ResolvedModelOptions } from './types';

/** Image sides must be multiples of this. */
export const UNET_SIZE_MULTIPLE = 16;

export function unet({ numClasses, width, inputChannels }: ResolvedModelOptions): tf.LayersModel {
  const input = tf.input({ shape: [null, null, inputChannels], name: 'image' });
  const skips: tf.SymbolicTensor[] = [];
  let x = doubleConvolution(input, width, 'encoder0'); // [B,H,W,width]
  for (let stage = 1; stage <= 4; stage++) {
    skips.push(x);
    x = maxPool(x, `pool${stage}`); // [B,H/2^stage,W/2^stage,·]
    x = doubleConvolution(x, width * 2 ** stage, `encoder${stage}`); // [·,·,·,width·2^stage]
  }
  for (let stage = 3; stage >= 0; stage--) {
    const filters = width * 2 ** stage;
    x = upConvolution(x, filters, `up${stage}`); // [B,H/2^stage,W/2^stage,filters]
    x = concatenate([skips[stage], x], `skip${stage}`); // [·,·,·,2·filters]
    x = doubleConvolution(x, filters, `decoder${stage}`); // [·,·,·,filters]
  }
  return tf.model({ inputs: input, outputs: classifier(x, numClasses), name: 'unet' });
}

function doubleConvolution(x: tf.SymbolicTensor, filters: number, name: string): tf.SymbolicTensor {
  return convBatchNormRelu(convBatchNormRelu(x, filters, `${name}_a`), filters, `${name}_b`);
}
