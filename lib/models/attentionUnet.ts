/**
 * Attention U-Net (Oktay et al., MIDL 2018): a U-Net whose skip connections are weighted per pixel by additive attention
 * α = sigmoid(ψ·ReLU(W_x·x + W_g·g)), x the skip and g the gating signal from below.
 *
 * - `paper`: g is the coarser feature map; x is subsampled to its grid by W_x (1×1, stride 2, no bias), and α is
 *   resampled bilinearly; as many inner channels as half of x's; the first skip is not gated ("not used in the gating
 *   function since they do not represent the input data in a high dimensional space"); bilinear up-sampling, then the
 *   stage's two convolutions. Without the paper's deep supervision: the network has one output.
 * - `authors`: g is the up-sampled feature map, all four skips are gated, batch normalization inside the gates,
 *   the last gate has 32 inner channels at any width; nearest up-sampling followed by a convolution; biases throughout.
 */
import { tf } from '../backend';
import * as layers from './layers';
import type { Network, ResolvedModelOptions } from './modelTypes';

const DEPTH = 4;

interface GateOptions {
  innerChannels: number;
  name: string;
}

export const attentionUnet: Network = {
  title: 'AttUNet',
  sizeMultiple: () => 2 ** DEPTH,

  logits(image: tf.SymbolicTensor, { numClasses, width, variant }: ResolvedModelOptions) {
    const authors = variant === 'authors';
    const skips: tf.SymbolicTensor[] = [];
    let x = image;
    for (let stage = 0; stage <= DEPTH; stage++) {
      if (stage > 0) skips.push(x);
      if (stage > 0) x = layers.maxPool(x, `pool.${stage}`); // [B,H/2^stage,W/2^stage,·]
      const filters = width * 2 ** stage;
      x = layers.convolutions(x, [filters, filters], `encoder.${stage}.conv`, authors);
    }
    for (let step = 0; step < DEPTH; step++) {
      const stage = DEPTH - 1 - step;
      const filters = width * 2 ** stage;
      const gate = { innerChannels: filters / 2, name: `Att${step + 1}` };
      let skip = skips[stage]; // [B,H/2^stage,W/2^stage,filters]
      if (authors) {
        x = layers.upsample(x, 'nearest', `decoder.${2 * step}.up.0`); // [·,·,·,2·filters]
        x = convolutionFrom1(x, filters, `decoder.${2 * step}.up`); // [·,·,·,filters]
        skip = authorsGate(skip, x, stage === 0 ? { ...gate, innerChannels: 32 } : gate);
      } else {
        if (stage > 0) skip = paperGate(skip, x, gate);
        x = layers.upsample(x, 'bilinear', `decoder.${2 * step}.up.0`); // [·,·,·,2·filters]
      }
      x = layers.concatenate([skip, x], `decoder.${2 * step}.concatenate`); // skip's channels first
      const name = `decoder.${2 * step + 1}.conv`;
      x = layers.convolutions(x, [filters, filters], name, authors); // [·,·,·,filters]
    }
    return layers.convolution(x, numClasses, 'Conv', { kernelSize: 1 }); // [B,H,W,numClasses]
  },
};

/** Convolution, batch normalization and ReLU: the numbers 1, 2, 3 of the authors' module, whose 0 is the up-sampling before. */
function convolutionFrom1(x: tf.SymbolicTensor, filters: number, name: string): tf.SymbolicTensor {
  const convolved = layers.convolution(x, filters, `${name}.1`);
  return layers.batchNormalization(convolved, `${name}.2`, 'relu');
}

/** Skip `[B,H,W,C]` and gating signal `[B,H/2,W/2,2C]` → the weighted skip `[B,H,W,C]`. */
function paperGate(
  skip: tf.SymbolicTensor,
  gating: tf.SymbolicTensor,
  { innerChannels, name }: GateOptions,
): tf.SymbolicTensor {
  const pointwise = { kernelSize: 1 };
  const onSkip = { kernelSize: 1, useBias: false };
  const subsampled = layers.subsample(skip, `${name}.subsample`); // [B,H/2,W/2,C]
  const inner = add(
    layers.convolution(subsampled, innerChannels, `${name}.W_x`, onSkip), // [B,H/2,W/2,inner]
    layers.convolution(gating, innerChannels, `${name}.W_g`, pointwise), // [B,H/2,W/2,inner]
    name,
  );
  const score = layers.convolution(inner, 1, `${name}.psi`, pointwise); // [B,H/2,W/2,1]
  const coarse = layers.activation(score, 'sigmoid', `${name}.sigmoid`);
  return multiply(skip, layers.upsample(coarse, 'bilinear', `${name}.resample`), name);
}

/** Skip and gating signal, both `[B,H,W,C]` → the weighted skip `[B,H,W,C]`. */
function authorsGate(
  skip: tf.SymbolicTensor,
  gating: tf.SymbolicTensor,
  { innerChannels, name }: GateOptions,
): tf.SymbolicTensor {
  const normalized = (x: tf.SymbolicTensor, filters: number, part: string) => {
    const convolved = layers.convolution(x, filters, `${name}.${part}.0`, { kernelSize: 1 });
    return layers.batchNormalization(convolved, `${name}.${part}.1`);
  };
  const inner = add(
    normalized(gating, innerChannels, 'W_g'), // [B,H,W,inner]
    normalized(skip, innerChannels, 'W_x'), // [B,H,W,inner]
    name,
  );
  const attention = layers.activation(normalized(inner, 1, 'psi'), 'sigmoid', `${name}.psi.2`);
  return multiply(skip, attention, name); // [B,H,W,1] weights every channel
}

function add(a: tf.SymbolicTensor, b: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  const sum = tf.layers.add({ name: `${name}.add` }).apply([a, b]) as tf.SymbolicTensor;
  return layers.activation(sum, 'relu', `${name}.relu`);
}

function multiply(a: tf.SymbolicTensor, b: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return tf.layers.multiply({ name: `${name}.multiply` }).apply([a, b]) as tf.SymbolicTensor;
}
