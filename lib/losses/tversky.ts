import { checkNumber } from '../check';
import { overlapLoss } from './region';
import type { RegionOptions } from './region';
import type { LossDefinition } from './lossTypes';

export interface TverskyOptions extends RegionOptions {
  /** α ≥ 0, weight of false positives (default 0.3). */
  alpha?: number;
  /** β ≥ 0, weight of false negatives (default 0.7). */
  beta?: number;
}

/**
 * Tversky loss (Salehi et al. 2017):
 *
 *     L = mean of 1 − (TP + s)/(TP + α·FP + β·FN + s),   TP = Σ p·y,   FP = Σ p − TP,   FN = Σ y − TP over valid pixels
 *
 * for each class with labels, in the batch or in each image; p = softmax(z), y one-hot. α = β = 1/2 is Dice, α = β = 1 Jaccard.
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; 0 where nothing is labelled.
 * - Options: `alpha` (0.3), `beta` (0.7), `over` ('batch'), what the sums and the mean go over; `smooth` s (1e-3).
 */
export const tversky: LossDefinition<TverskyOptions> = {
  title: 'Tversky',
  options: ['alpha', 'beta', 'over', 'smooth'],
  symbols: { alpha: 'α', beta: 'β', smooth: 's' },
  perPixel: false,
  configure: (where, { alpha = 0.3, beta = 0.7, ...options }) => {
    checkNumber(where, 'alpha', alpha, { min: 0 });
    checkNumber(where, 'beta', beta, { min: 0 });
    return overlapLoss(where, { alpha, beta }, options);
  },
};
