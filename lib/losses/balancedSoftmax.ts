import type { tf } from '../backend';
import { checkOneOf } from '../check';
import { checkClassCounts, classCountTensor } from './classCounts';
import type { ClassCounts } from './classCounts';
import { crossEntropyTerm } from './odds';
import { lossVariants } from './types';
import type { LossDefinition, LossVariant } from './types';

export interface BalancedSoftmaxOptions {
  /** n_c (default `'batch'`; a run's default is `'dataset'`). */
  classCounts?: ClassCounts;
  /** `'authors'` takes exp(z)·n for logits (default `'paper'`). */
  variant?: LossVariant;
}

/** exp(z)·n stays below this: beyond it float32 overflows in the differences of the softmax. */
const LARGEST_LOGIT = 2 ** 120;

/**
 * Balanced (meta-)softmax, BMS (Ren et al. 2020):
 *
 *     L = (1/V) · Σ CE(z + log(ñ/Σñ)),   ñ_c = max(n_c, 1)
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `classCounts` ('batch'; published: the training set's, which is a run's default), `variant` ('paper').
 * - The authors' code counts the batch and feeds exp(z)·n itself to the log-softmax, CE(exp(z)·n) with n_c = 0 for absent classes, a likely
 *   cause of the BMS row of Table 1. `variant: 'authors'` does so too, but holds exp(z)·n below 2^120 (gradient 0
 *   beyond), where the authors' code gives NaN.
 */
export const balancedSoftmax: LossDefinition<BalancedSoftmaxOptions> = {
  title: 'BMS',
  options: ['classCounts', 'variant'],
  configure: (where, { classCounts = 'batch', variant = 'paper' }) => {
    const given = checkClassCounts(where, classCounts);
    checkOneOf(where, 'variant', variant, lossVariants);
    return {
      averaging: 'pixels',
      terms: (batch) => {
        const counts = classCountTensor(where, given, batch); // [C]
        if (variant === 'paper') {
          return { prior: counts.maximum<tf.Tensor1D>(1), formula: crossEntropyTerm };
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
