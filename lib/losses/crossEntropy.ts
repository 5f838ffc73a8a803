import { crossEntropyTerm } from './odds';
import type { CommonLossOptions, LossDefinition } from './types';

/**
 * Cross-entropy per pixel, Eq. 3:
 *
 *     L = (1/V) · Σ −log p,   p = softmax(z)_y
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; V valid pixels.
 * - Options: none of its own.
 * - The authors' code computes the same when no pixel is ignored; it knows no ignored pixels.
 */
export const crossEntropy: LossDefinition<CommonLossOptions> = {
  title: 'CE',
  options: [],
  configure: () => ({ averaging: 'pixels', terms: () => ({ formula: crossEntropyTerm }) }),
};
