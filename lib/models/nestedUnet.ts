/**
 * UNet++ (Zhou et al., DLMIA 2018): a pyramid of nodes x^{i,j}, i halvings deep, j steps along the skip pathway,
 * x^{i,j} = H([x^{i,0}, …, x^{i,j−1}, U(x^{i+1,j−1})]) with two 3×3 convolutions of width·2^i filters for H. A 1×1
 * convolution on x^{0,4} gives the logits (no deep supervision).
 *
 * - `paper`: U is a 2×2 transposed convolution of stride 2 to width·2^i channels, as in its authors' code.
 * - `authors`: U is bilinear interpolation with aligned corners; convolutions have biases.
 */
import type { tf } from '../backend';
import * as layers from './layers';
import type { Network, ResolvedModelOptions } from './modelTypes';

const DEPTH = 4;

export const nestedUnet: Network = {
  title: 'UNet++',
  sizeMultiple: () => 2 ** DEPTH,

  logits(image: tf.SymbolicTensor, { numClasses, width, variant }: ResolvedModelOptions) {
    const authors = variant === 'authors';
    /** `nodes[i]` = x^{i,0}, x^{i,1}, …, each [B,H/2^i,W/2^i,width·2^i]. */
    const nodes: tf.SymbolicTensor[][] = [];
    for (let i = 0; i <= DEPTH; i++) {
      const below = i === 0 ? image : layers.maxPool(nodes[i - 1][0], `pool${i}_0`);
      nodes.push([node(below, width * 2 ** i, `conv${i}_0`, authors)]);
    }
    for (let j = 1; j <= DEPTH; j++) {
      for (let i = 0; i + j <= DEPTH; i++) {
        const [deeper, filters] = [nodes[i + 1][j - 1], width * 2 ** i];
        const raised = authors
          ? layers.upsample(deeper, 'bilinear', `up${i}_${j}`) // [B,H/2^i,W/2^i,2·filters]
          : layers.upConvolution(deeper, filters, `up${i}_${j}`); // [B,H/2^i,W/2^i,filters]
        const x = layers.concatenate([...nodes[i], raised], `concatenate${i}_${j}`);
        nodes[i].push(node(x, filters, `conv${i}_${j}`, authors));
      }
    }
    return layers.convolution(nodes[0][DEPTH], numClasses, 'final', { kernelSize: 1 });
  },
};

/** Twice a 3×3 convolution, batch normalization and ReLU: `[B,H,W,*]` → `[B,H,W,filters]`. */
function node(
  x: tf.SymbolicTensor,
  filters: number,
  name: string,
  useBias: boolean,
): tf.SymbolicTensor {
  return [1, 2].reduce((x, part) => {
    const convolved = layers.convolution(x, filters, `${name}.conv${part}`, { useBias });
    return layers.batchNormalization(convolved, `${name}.bn${part}`, 'relu');
  }, x);
}
