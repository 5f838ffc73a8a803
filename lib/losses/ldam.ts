import type { tf } from '../backend';
import { checkNumber, checkOneOf } from '../check';
import { checkClassCounts, classCountTensor, ofTrueClass } from './classCounts';
import type { ClassCounts } from './classCounts';
import { crossEntropyTerm } from './odds';
import { lossVariants } from './types';
import type { LossDefinition, LossVariant } from './types';

export interface LdamOptions {
  /** Margin of the rarest class, ≥ 0 (default 0.5). */
  maxMargin?: number;
  /** s > 0, factor on the logits (default 30). */
  scale?: number;
  /** n_c (default `'batch'`; a run's default is `'dataset'`). */
  classCounts?: ClassCounts;
  /** `'authors'` adds 1e-4 to every count (default `'paper'`). */
  variant?: LossVariant;
}

/** Added to every count by the authors' code. */
const AUTHORS_COUNT_OFFSET = 1e-4;

/**
 * Label-distribution-aware margin loss, LDAM (Cao et al. 2019):
 *
 *     L = (1/V) · Σ CE(s·(z − m_y·e_y)),   m_c = maxMargin · n_c^(−1/4) / max_j n_j^(−1/4) over n_j > 0
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels. m_c = 0 where n_c = 0.
 * - Options: `maxMargin` (0.5), `scale` (30), `classCounts` ('batch'; published: the training set's, which is a run's
 *   default), `variant` ('paper').
 * - s = 30 is published for normalized features and class weights, whose logits are cosines in [−1, 1]. The networks here,
 *   like the authors', give logits without a bound: with s = 30 they are thirty times as steep, and a margin of 0.5 is
 *   small beside them. A smaller `scale` is nearer to what was meant.
 * - The authors' code counts the batch and takes n_c + 1e-4, so an absent class has the largest margin and, because that margin is set to
 *   maxMargin, the classes present share what is left: `variant: 'authors'`.
 */
export const ldam: LossDefinition<LdamOptions> = {
  title: 'LDAM',
  options: ['maxMargin', 'scale', 'classCounts', 'variant'],
  symbols: { scale: 's' },
  configure: (where, options) => {
    const { maxMargin = 0.5, scale = 30, classCounts = 'batch', variant = 'paper' } = options;
    checkNumber(where, 'maxMargin', maxMargin, { min: 0 });
    checkNumber(where, 'scale', scale, { min: 0, aboveMin: true });
    const given = checkClassCounts(where, classCounts);
    checkOneOf(where, 'variant', variant, lossVariants);
    return {
      averaging: 'pixels',
      terms: (batch) => {
        const counts = classCountTensor(where, given, batch); // [C]
        const margins = variant === 'paper' ? paperMargins(counts) : authorsMargins(counts);
        // u grows by s·m_y when the true class's logit falls by m_y.
        const margin = ofTrueClass(margins.mul(maxMargin * scale), batch); // [N]
        return { scale, margin, formula: crossEntropyTerm };
      },
    };
  },
};

/** Margins for maxMargin = 1, `[C]`. */
function paperMargins(counts: tf.Tensor1D): tf.Tensor1D {
  const roots = counts.maximum(1e-30).pow(-1 / 4); // [C]
  const present = counts.greater(0).toFloat();
  const inverse = roots.mul(present);
  // Without any count the largest root is 0; no pixel asks for a margin then.
  return inverse.div(inverse.max().maximum(1e-9));
}

function authorsMargins(counts: tf.Tensor1D): tf.Tensor1D {
  const roots = counts.add(AUTHORS_COUNT_OFFSET).pow(-1 / 4); // [C]
  return roots.div(roots.max());
}
