import type { tf } from '../backend';
import { divideNoNan } from '../ops/noNan';
import { checkNumber, checkOneOf, invalid } from '../check';
import { checkClassCounts, classCountTensor, ofTrueClass } from './classCounts';
import type { ClassCounts } from './classCounts';
import { checkBeta, paperWeights } from './classBalanced';
import { crossEntropyTerm } from './odds';
import { lossVariants } from './lossTypes';
import type { LossDefinition, LossVariant, PixelBatch } from './lossTypes';

export interface LdamOptions {
  /** Margin of the rarest class, ≥ 0 (default 0.5). */
  maxMargin?: number;
  /** s > 0, factor on the logits (default 30). */
  scale?: number;
  /** β in [0, 1) of the class-balanced weights (default: no weights). */
  beta?: number;
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
 *     with `beta`: L = Σ w_y · CE(…) / Σ w_y,   w_c = (1−β)/(1−β^{n_c}), 0 where n_c = 0
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels. m_c = 0 where n_c = 0.
 * - Options: `maxMargin` (0.5), `scale` (30), `beta` (none), `classCounts` ('batch'; published: the training set's, which is a run's
 *   default), `variant` ('paper').
 * - s = 30 is published for normalized features and class weights, whose logits are cosines in [−1, 1]. The networks here,
 *   like the authors', give logits without a bound: with s = 30 they are thirty times as steep, and a margin of 0.5 is
 *   small beside them. A smaller `scale` is nearer to what was meant.
 * - Cao et al. train with the margin alone first and with `beta: 0.9999` after, deferred re-weighting: `stages`. Their released
 *   code (LDAM-DRW) hands these weights to PyTorch's cross-entropy, whose mean divides by Σ w_y; so does this, and no factor
 *   on all weights matters.
 * - The authors' code counts the batch and takes n_c + 1e-4, so an absent class has the largest margin and, because that margin is set to
 *   maxMargin, the classes present share what is left: `variant: 'authors'`.
 */
export const ldam: LossDefinition<LdamOptions> = {
  title: 'LDAM',
  options: ['maxMargin', 'scale', 'beta', 'classCounts', 'variant'],
  symbols: { scale: 's', beta: 'β' },
  configure: (where, options) => {
    const { maxMargin = 0.5, scale = 30, classCounts = 'batch', variant = 'paper' } = options;
    checkNumber(where, 'maxMargin', maxMargin, { min: 0 });
    checkNumber(where, 'scale', scale, { min: 0, aboveMin: true });
    const { beta } = options;
    if (beta !== undefined) checkBeta(where, beta);
    if (beta !== undefined && variant === 'authors') {
      throw invalid(where, 'beta', "absent with variant 'authors'", beta);
    }
    const given = checkClassCounts(where, classCounts);
    checkOneOf(where, 'variant', variant, lossVariants);
    return {
      averaging: 'pixels',
      terms: (batch) => {
        const counts = classCountTensor(where, given, batch); // [C]
        const margins = variant === 'paper' ? paperMargins(counts) : authorsMargins(counts);
        // u grows by s·m_y when the true class's logit falls by m_y.
        const margin = ofTrueClass(margins.mul(maxMargin * scale), batch); // [N]
        const weight = beta === undefined ? undefined : meanOne(paperWeights(counts, beta), batch);
        return { scale, margin, weight, formula: crossEntropyTerm };
      },
    };
  },
};

/** w_y over its mean at valid pixels, `[N]`, 0 at ignored ones: a mean over pixels becomes Σ w·x / Σ w. */
function meanOne(weights: tf.Tensor1D, batch: PixelBatch): tf.Tensor1D {
  const weight = ofTrueClass(weights, batch); // [N]
  const share = divideNoNan.run(batch.valid().sum(), weight.sum()); // V/Σw, []
  return weight.mul(share);
}

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
