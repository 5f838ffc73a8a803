import type { tf } from '../backend';
import { checkNumber, checkOneOf, invalid } from '../check';
import { checkClassCounts, classCountTensor, ofTrueClass } from './classCounts';
import type { ClassCounts } from './classCounts';
import { focalFormula } from './focal';
import type { FocusingOptions } from './focal';
import { crossEntropyTerm } from './odds';
import { lossVariants } from './lossTypes';
import type { ConfiguredLoss, LossDefinition, LossTerms, LossVariant } from './lossTypes';

export interface ClassBalancedOptions {
  /** β in [0, 1): 0 weights all classes alike, towards 1 they are weighted by 1/n_c (default 0.9999). */
  beta?: number;
  /** Σw = classes present (`'present'`, default), Σw = C (`'classes'`), or the bare weights (`'none'`). */
  normalize?: 'present' | 'classes' | 'none';
  /** n_c (default `'batch'`; a run's default is `'dataset'`). */
  classCounts?: ClassCounts;
  /** `'authors'` takes β = (N−1)/N, adds 1e-6 to 1−β^n and does not normalize (default `'paper'`). */
  variant?: LossVariant;
}

/** Added to 1−β^n by the authors' code. */
const AUTHORS_EPSILON = 1e-6;

const optionNames = ['beta', 'normalize', 'classCounts', 'variant'] as const;

/**
 * Class-balanced loss (Cui et al. 2019):
 *
 *     L = (1/V) · Σ w_y · (−log p),   w_c = (1−β)/(1−β^{n_c}), 0 where n_c = 0, then normalized
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `beta` (0.9999), `normalize` ('present'), `classCounts` ('batch'; published: the training set's, which is a
 *   run's default), `variant` ('paper').
 * - The authors' code counts the batch, sets β = (N−1)/N, takes w_c = (1−β)/(1−β^{n_c} + 1e-6) and leaves the weights as
 *   they are: `variant: 'authors'`. Its N = B·H·W counts every pixel, for it knows no ignored ones; here N = Σn, the valid
 *   pixels of the batch, also in the mean.
 */
export const classBalanced: LossDefinition<ClassBalancedOptions> = {
  title: 'CB',
  options: optionNames,
  symbols: { beta: 'β' },
  configure: (where, options) => balanced(where, options, crossEntropyTerm),
};

/**
 * Class-balanced focal loss (Cui et al. 2019):
 *
 *     L = (1/V) · Σ w_y · (1−p)^γ · (−log p),   w as in `classBalanced`
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `gamma` (2) and those of `classBalanced`.
 * - The authors' code has the same focal factor, with the weights of its class-balanced loss: `variant: 'authors'`.
 */
export const classBalancedFocal: LossDefinition<ClassBalancedOptions & FocusingOptions> = {
  title: 'CB Focal',
  options: [...optionNames, 'gamma'],
  symbols: { beta: 'β', gamma: 'γ' },
  configure: (where, { gamma = 2, ...options }) => {
    checkNumber(where, 'gamma', gamma, { min: 0 });
    return balanced(where, options, focalFormula(gamma));
  },
};

function balanced(
  where: string,
  options: ClassBalancedOptions,
  formula: LossTerms['formula'],
): ConfiguredLoss {
  const {
    beta = 0.9999,
    normalize = 'present',
    classCounts = 'batch',
    variant = 'paper',
  } = options;
  checkBeta(where, beta);
  checkOneOf(where, 'normalize', normalize, ['present', 'classes', 'none']);
  checkOneOf(where, 'variant', variant, lossVariants);
  for (const unused of ['beta', 'normalize'] as const) {
    if (variant === 'paper' || options[unused] === undefined) continue;
    throw invalid(where, unused, "absent with variant 'authors'", options[unused]);
  }
  const given = checkClassCounts(where, classCounts);
  return {
    averaging: 'pixels',
    terms: (batch) => {
      const counts = classCountTensor(where, given, batch); // [C]
      const weights =
        variant === 'paper'
          ? normalized(paperWeights(counts, beta), normalize)
          : authorsWeights(counts);
      return { weight: ofTrueClass(weights, batch), formula };
    },
  };
}

/** Checks that β is in [0, 1). */
export function checkBeta(where: string, beta: number): void {
  checkNumber(where, 'beta', beta, { min: 0, max: 1 });
  if (beta === 1)
    throw invalid(where, 'beta', 'below 1', beta, 'β → 1 weights by 1/n_c: take 0.9999.');
}

/** (1−β)/(1−β^n), 0 where n = 0, `[C]`. */
export function paperWeights(counts: tf.Tensor1D, beta: number): tf.Tensor1D {
  const present = counts.greater(0).toFloat();
  const effectiveNumber = counts
    .maximum(1)
    .mul(Math.log(beta))
    .expm1()
    .div(beta - 1); // (1−β^n)/(1−β)
  return present.div(effectiveNumber);
}

function normalized(weights: tf.Tensor1D, normalize: 'present' | 'classes' | 'none'): tf.Tensor1D {
  if (normalize === 'none') return weights;
  const target = normalize === 'classes' ? weights.size : weights.greater(0).toFloat().sum();
  return weights.mul(target).div(weights.sum().maximum(1e-30));
}

/** (1−β)/(1−β^n + 1e-6) with β = (N−1)/N, 0 where n = 0, `[C]`. */
function authorsWeights(counts: tf.Tensor1D): tf.Tensor1D {
  const share = counts.sum().maximum(1).reciprocal(); // 1/N = 1−β, []
  const logBeta = share.neg().log1p();
  const oneMinusPower = counts.maximum(1).mul(logBeta).expm1().neg(); // [C]
  const present = counts.greater(0).toFloat();
  return present.mul<tf.Tensor1D>(share).div(oneMinusPower.add(AUTHORS_EPSILON));
}
