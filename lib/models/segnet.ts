/**
 * SegNet (Badrinarayanan et al., TPAMI 2017): an encoder of convolution stages, each max-pooled; a decoder that unpools
 * with the encoder's argmax positions and mirrors the stages.
 *
 * - `paper`: VGG-16's thirteen convolutions in five stages (2, 2, 3, 3, 3; widths 1, 2, 4, 8, 8 times `width`), mirrored;
 *   the last convolution gives the logits. Pooling keeps odd edges, as the published model does, so any size fits.
 * - `authors`: four stages (2, 2, 3, 3), and batch normalization + ReLU after the last convolution too, so that logits
 *   are ≥ 0; sizes are multiples of 16.
 */
import type { tf } from '../backend';
import { convolution, convolutions, maxPool } from './layers';
import { MaxUnpooling } from './maxPooling';
import type { Network, ResolvedModelOptions } from './modelTypes';

/** Multiples of `width` that the convolutions of each encoder stage have. */
const STAGES = {
  paper: [
    [1, 1],
    [2, 2],
    [4, 4, 4],
    [8, 8, 8],
    [8, 8, 8],
  ],
  authors: [
    [1, 1],
    [2, 2],
    [4, 4, 4],
    [8, 8, 8],
  ],
};

export const segnet: Network = {
  title: 'SegNet',
  sizeMultiple: (variant) => (variant === 'authors' ? 16 : 1),

  logits(image: tf.SymbolicTensor, { numClasses, width, variant }: ResolvedModelOptions) {
    const stages = STAGES[variant].map((stage) => stage.map((multiple) => multiple * width));
    const before: tf.SymbolicTensor[] = [];
    const after: tf.SymbolicTensor[] = [];
    let x = image;
    stages.forEach((filters, stage) => {
      x = convolutions(x, filters, `encoder.${stage}.seq`); // [B,⌈H/2^stage⌉,⌈W/2^stage⌉,·]
      before.push(x);
      x = maxPool(x, `encoder.${stage}.mp`); // halves H and W
      after.push(x);
    });
    for (let stage = stages.length - 1; stage > 0; stage--) {
      const name = `decoder.${stages.length - 1 - stage}`;
      x = unpool([x, before[stage], after[stage]], `${name}.mup`); // doubles H and W
      // As many convolutions as the encoder's stage; the last one gives the width of the stage above.
      const above = stages[stage - 1][0];
      x = convolutions(x, [...stages[stage].slice(1), above], `${name}.seq`);
    }
    const name = `decoder.${stages.length - 1}`;
    x = unpool([x, before[0], after[0]], `${name}.mup`); // [B,H,W,width]
    if (variant === 'authors') return convolutions(x, [width, numClasses], `${name}.seq`);
    x = convolutions(x, [width], `${name}.seq`);
    return convolution(x, numClasses, `${name}.seq.3`); // [B,H,W,numClasses]
  },
};

function unpool(inputs: tf.SymbolicTensor[], name: string): tf.SymbolicTensor {
  return new MaxUnpooling({ name }).apply(inputs) as tf.SymbolicTensor;
}
