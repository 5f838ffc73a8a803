import { checkNumber } from '../check';
import type { tf } from '../backend';
import { crossEntropyTerm } from './logOdds';
import type { LossDefinition, PixelTerm } from './types';

export interface FocalOptions {
  /** γ ≥ 0, how fast well classified pixels lose weight; 0 is cross-entropy (default 2). */
  gamma?: number;
}

/**
 * Focal loss (Lin et al. 2017):
 *
 *     L = (1/V) · Σ (1−p)^γ · (−log p),   p = softmax(z)_y, the gradient flowing through the factor
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `gamma` (2).
 * - The paper lost the γ of its tables; 2 is Lin et al.'s. The authors' code has the same formula, but log(softmax)
 *   in place of a log-softmax, so it overflows where this one does not.
 */
export const focal: LossDefinition<FocalOptions> = {
  options: ['gamma'],
  configure: (where, { gamma = 2 }) => {
    checkNumber(where, 'gamma', gamma, { min: 0 });
    const formula = focalFormula(gamma);
    return { averaging: 'pixels', terms: () => ({ formula }) };
  },
};

/** The focal term of each pixel as a function of its log-odds u. */
export function focalFormula(gamma: number): (logOdds: tf.Tensor1D) => PixelTerm {
  return (logOdds) => {
    const { value: crossEntropy, slope: miss } = crossEntropyTerm(logOdds); // −log p, 1 − p
    const towards = logOdds.neg(); // log(p/(1−p))
    const hit = towards.sigmoid(); // p
    // (1−p)^γ by log(1−p) = −softplus(−u), which keeps its accuracy at both ends.
    const factor = towards.softplus<tf.Tensor1D>().mul<tf.Tensor1D>(-gamma).exp<tf.Tensor1D>();
    return {
      value: factor.mul(crossEntropy),
      slope: hit.mul(crossEntropy).mul(gamma).add(miss).mul(factor), // (1−p)^γ·(γ·p·CE + 1 − p)
    };
  };
}
