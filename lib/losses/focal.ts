import { checkNumber, checkOneOf } from '../check';
import type { tf } from '../backend';
import { lossVariants } from './lossTypes';
import type { LossDefinition, LossVariant, PixelProbabilities, PixelTerm } from './lossTypes';

/** What class-balanced focal loss takes too. */
export interface FocusingOptions {
  /** γ ≥ 0, how fast well classified pixels lose weight; 0 is cross-entropy (default 2). */
  gamma?: number;
}

export interface FocalOptions extends FocusingOptions {
  /** `'authors'` divides by B·C·H·W in place of V (default `'paper'`). */
  variant?: LossVariant;
}

/**
 * Focal loss (Lin et al. 2017):
 *
 *     L = (1/V) · Σ (1−p)^γ · (−log p),   p = softmax(z)_y, the gradient flowing through the factor
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `gamma` (2), `variant` ('paper').
 * - The paper lost the γ of its tables; 2 is Lin et al.'s, the authors' code has 0 for its default.
 * - The authors' code averages over B·C·H·W, counting the zeros of the one-hot product, so its value is the published one
 *   divided by C where no pixel is ignored: `variant: 'authors'`.
 */
export const focal: LossDefinition<FocalOptions> = {
  title: 'Focal',
  options: ['gamma', 'variant'],
  symbols: { gamma: 'γ' },
  configure: (where, { gamma = 2, variant = 'paper' }) => {
    checkNumber(where, 'gamma', gamma, { min: 0 });
    checkOneOf(where, 'variant', variant, lossVariants);
    const formula = focalFormula(gamma);
    return {
      averaging: variant === 'authors' ? 'elements' : 'pixels',
      terms: () => ({ formula }),
    };
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
