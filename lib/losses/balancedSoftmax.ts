import type { tf } from '../backend';
import { checkNumber, checkOneOf, invalid } from '../check';
import { checkClassCounts, classCountTensor, countRatios, largestRatio } from './classCounts';
import type { ClassCounts } from './classCounts';
import { crossEntropyTerm, LARGEST_FACTOR } from './odds';
import { lossVariants } from './lossTypes';
import type { LossDefinition, LossTerms, LossVariant } from './lossTypes';

export interface BalancedSoftmaxOptions {
  /** n_c (default `'batch'`; a run's default is `'dataset'`). */
  classCounts?: ClassCounts;
  /** t ≥ 0, how strongly the counts shift the logits: 0 is cross-entropy (default 1). */
  strength?: number;
  /** `'authors'` takes exp(z)·n for logits (default `'paper'`). */
  variant?: LossVariant;
}

/** exp(z)·n stays below this: beyond it float32 overflows in the differences of the softmax. */
const LARGEST_LOGIT = 2 ** 120;

/**
 * Balanced (meta-)softmax, BMS (Ren et al. 2020), and with a `strength` t other than 1 logit adjustment (Menon et al. 2021):
 *
 *     L = (1/V) · Σ CE(z + t·log(ñ/Σñ)),   ñ_c = max(n_c, 1)
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `classCounts` ('batch'; published: the training set's, which is a run's default), `strength`
 *   (1), `variant` ('paper').
 * - The authors' code counts the batch and feeds exp(z)·n itself to the log-softmax, CE(exp(z)·n) with n_c = 0 for absent classes, a likely
 *   cause of the BMS row of Table 1. `variant: 'authors'` does so too, but holds exp(z)·n below 2^120 (gradient 0
 *   beyond), where the authors' code gives NaN.
 */
export const balancedSoftmax: LossDefinition<BalancedSoftmaxOptions> = {
  title: 'BMS',
  options: ['classCounts', 'strength', 'variant'],
  symbols: { strength: 't' },
  configure: (where, { classCounts = 'batch', strength = 1, variant = 'paper' }) => {
    const given = checkClassCounts(where, classCounts);
    checkNumber(where, 'strength', strength, { min: 0 });
    checkOneOf(where, 'variant', variant, lossVariants);
    if (variant === 'authors' && strength !== 1) {
      throw invalid(where, 'strength', "1 or absent with variant 'authors'", strength);
    }
    return {
      averaging: 'pixels',
      terms: (batch) => {
        const counts = classCountTensor(where, given, batch); // [C]
        if (variant === 'paper') {
          return {
            ...adjustment(counts, strength, largestRatio(given, batch)),
            formula: crossEntropyTerm,
          };
        }
        const limit = counts.max().maximum(1).log().neg().add(Math.log(LARGEST_LOGIT)); // []
        return {
          transform: (logits) => {
            const scaled = logits.minimum(limit).exp().mul(counts); // [N,C]
            const derivative = scaled.mul(logits.less(limit).toFloat()); // [N,C]
            return {
              logits: scaled.as2D(-1, counts.size),
              derivative: derivative.as2D(-1, counts.size),
            };
          },
          formula: crossEntropyTerm,
        };
      },
    };
  },
};

/**
 * Adds t·log ñ to the logits, up to what is the same for all classes. As factors on the odds the counts lose no digit, but
 * only ratios up to a size are safe there.
 */
function adjustment(
  counts: tf.Tensor1D,
  strength: number,
  ratio: number,
): Pick<LossTerms, 'prior' | 'offset'> {
  const atLeastOne = counts.maximum<tf.Tensor1D>(1);
  if (strength === 1) return { prior: atLeastOne };
  if (ratio ** strength <= LARGEST_FACTOR) return { prior: countRatios(counts, strength) };
  const shares = atLeastOne.div(atLeastOne.max());
  return { offset: shares.log().mul(strength).expandDims<tf.Tensor2D>(0) };
}
