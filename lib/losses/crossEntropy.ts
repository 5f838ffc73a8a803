import { tf } from '../backend';
import { checkNumber } from '../check';
import { crossEntropyTerm } from './odds';
import type { AnalyticLoss, ComputedLoss, LossDefinition } from './lossTypes';

export interface CrossEntropyOptions {
  /** e between 0 and 1, the share of the target that all classes get alike (default 0). */
  labelSmoothing?: number;
}

/**
 * Cross-entropy per pixel, Eq. 3, and with a share e of label smoothing (Szegedy et al. 2016):
 *
 *     L = (1/V) · Σ (1−e) · (−log p_y) + (e/C) · Σ_c −log p_c,   p = softmax(z)
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: `labelSmoothing` e (0).
 * - The authors' code computes the same with e = 0 when no pixel is ignored; it knows no ignored pixels.
 */
export const crossEntropy: LossDefinition<CrossEntropyOptions> = {
  title: 'CE',
  options: ['labelSmoothing'],
  symbols: { labelSmoothing: 'e' },
  configure: (where, { labelSmoothing = 0 }) => {
    checkNumber(where, 'labelSmoothing', labelSmoothing, { min: 0, max: 1 });
    if (labelSmoothing === 0) return plain;
    return {
      sum: [
        { weight: 1 - labelSmoothing, loss: plain },
        { weight: labelSmoothing, loss: uniform },
      ],
    };
  },
};

const plain: AnalyticLoss = { averaging: 'pixels', terms: () => ({ formula: crossEntropyTerm }) };

/** Cross-entropy with a target of 1/C for every class: no function of the true class's odds. */
const uniform: ComputedLoss = {
  averaging: 'pixels',
  compute: (logits) => tf.logSoftmax(logits).mean(3).neg(),
};
