import { checkNumber } from '../check';
import type { tf } from '../backend';
import type { LossDefinition, PixelProbabilities, PixelTerm } from './types';

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

/** The focal term of each pixel. */
export function focalFormula(gamma: number): (pixels: PixelProbabilities) => PixelTerm {
  return ({ crossEntropy, hit, miss }) => {
    const factor = power(miss, gamma); // (1−p)^γ
    return {
      value: factor.mul(crossEntropy),
      slope: hit.mul(crossEntropy).mul(gamma).add(miss).mul(factor), // (1−p)^γ·(γ·p·CE + 1 − p)
    };
  };
}

/** x^γ; the general power costs as much as a pass over all classes. */
function power(x: tf.Tensor1D, gamma: number): tf.Tensor1D {
  if (gamma === 1) return x;
  return gamma === 2 ? x.square() : x.pow(gamma);
}
