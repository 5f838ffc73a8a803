import { tf } from '../backend';
import { checkNumber, checkOneOf, checkSameShape, described, invalid } from '../check';
import { Random } from '../random';
import { checkClassCounts, classCountTensor } from './classCounts';
import type { ClassCounts } from './classCounts';
import { crossEntropyTerm } from './odds';
import { drawNoise, nextNoiseSeed, noiseDistributions } from './noise';
import type { NoiseDistribution } from './noise';
import { lossVariants } from './lossTypes';
import type { LossDefinition, LossVariant, PixelBatch } from './lossTypes';

export interface BlvOptions {
  /** Distribution of δ (default `'gaussian'`). */
  distribution?: NoiseDistribution;
  /** σ > 0, standard deviation of δ before it is clipped (default 0.5). */
  sigma?: number;
  /** δ itself, `[B,H,W,C] float32`; then nothing is drawn (default: drawn anew at every call). */
  noise?: tf.Tensor;
  /** Seed of the loss's own generator (default 0). */
  seed?: number;
  /** n_c (default `'batch'`; a run's default is `'dataset'`). */
  classCounts?: ClassCounts;
  /** `'authors'` varies frequent classes most (default `'paper'`). */
  variant?: LossVariant;
}

/** Added to every count by the authors' code. */
const AUTHORS_COUNT_OFFSET = 1e-4;

/** The authors' f reaches −1e5 when a batch holds hardly a pixel; exp(−80) is nothing in float32, yet not 0. */
const LOWEST_OFFSET = -80;

/**
 * Balancing logit variation, BLV (Wang et al. 2023):
 *
 *     L = (1/V) · Σ CE(z + |δ|·f/max f),   f_c = log(Σñ/ñ_c),   ñ_c = max(n_c, 1),   δ clipped to [−1,1]
 *
 * - Shapes: logits z and δ `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `distribution` ('gaussian'), `sigma` (0.5), `noise`, `seed` (0), `classCounts` ('batch'; published: the
 *   training set's, which is a run's default), `variant` ('paper').
 * - f/max f is at most 1 and so is |δ|, with σ = 0.5 on average 0.4: no logit is raised by more than 1, and by default the
 *   loss is close to cross-entropy. Wang et al.'s released segmentation code has σ = 4, where clipping makes |δ| = 1 at
 *   four of five logits, and f_c = max_j log n_j − log n_c, which is 0 for the most frequent class. `sigma: 4` comes
 *   nearer to it; that f is not offered.
 * - The authors' code (of PAT) counts the batch, has σ = 1 for its default and f_c = log(n_c + 1e-4), which varies frequent
 *   classes most: `variant: 'authors'`, with `sigma: 1`.
 * - δ is drawn from the loss's own generator, or from the `noiseSeed` that the loss is called with.
 */
export const blv: LossDefinition<BlvOptions> = {
  title: 'BLV',
  options: ['distribution', 'sigma', 'noise', 'seed', 'classCounts', 'variant'],
  symbols: { sigma: 'σ', distribution: String },
  drawsNoise: true,
  configure: (where, options) => {
    const { distribution = 'gaussian', sigma = 0.5, noise, seed = 0 } = options;
    const { classCounts = 'batch', variant = 'paper' } = options;
    checkOneOf(where, 'distribution', distribution, noiseDistributions);
    checkNumber(where, 'sigma', sigma, { min: 0, aboveMin: true });
    checkNumber(where, 'seed', seed, { integer: true });
    checkOneOf(where, 'variant', variant, lossVariants);
    const given = checkClassCounts(where, classCounts);
    if (noise !== undefined) checkNoise(where, noise);
    const random = new Random(seed).stream('noise');
    return {
      averaging: 'pixels',
      terms: (batch, noiseSeed) => {
        const counts = classCountTensor(where, given, batch); // [C]
        const frequency = variant === 'paper' ? paperFrequency(counts) : authorsFrequency(counts);
        const offset = tf.tidy<tf.Tensor2D>(() => {
          const delta = noise
            ? givenNoise(where, noise, batch)
            : drawNoise(batch.logits.shape, {
                distribution,
                sigma,
                seed: noiseSeed ?? nextNoiseSeed(random),
              });
          const variation = delta.abs().minimum(1).mul<tf.Tensor2D>(frequency); // |δ|·f/max f, [N,C]
          return variant === 'paper' ? variation : variation.maximum(LOWEST_OFFSET);
        });
        return { offset, formula: crossEntropyTerm };
      },
    };
  },
};

/** f/max f, `[C]`. */
function paperFrequency(counts: tf.Tensor1D): tf.Tensor1D {
  const atLeastOne = counts.maximum(1);
  const frequency = atLeastOne.sum().div<tf.Tensor1D>(atLeastOne).log<tf.Tensor1D>();
  return frequency.div(frequency.max());
}

function authorsFrequency(counts: tf.Tensor1D): tf.Tensor1D {
  const frequency = counts.add<tf.Tensor1D>(AUTHORS_COUNT_OFFSET).log<tf.Tensor1D>();
  return frequency.div(frequency.max());
}

function checkNoise(where: string, noise: unknown): void {
  if (!(noise instanceof tf.Tensor) || noise.dtype !== 'float32') {
    throw invalid(
      where,
      'noise',
      'a float32 tensor of shape [B,H,W,C]',
      noise instanceof tf.Tensor ? described(`${noise.dtype} values`) : noise,
    );
  }
}

function givenNoise(where: string, noise: tf.Tensor, { shape, logits }: PixelBatch): tf.Tensor {
  const remedy = 'Noise is added to the logits, element by element.';
  checkSameShape(where, 'noise', noise.shape, shape, remedy);
  return noise.reshape(logits.shape); // [N,C]
}
