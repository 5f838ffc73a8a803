import { overlapLoss } from './region';
import type { RegionOptions } from './region';
import type { LossDefinition } from './lossTypes';

/**
 * Soft Dice loss (Milletari et al. 2016, with sums of p rather than of its square):
 *
 *     L = mean of 1 − (2·TP + 2s)/(2·TP + FP + FN + 2s),   TP = Σ p·y,   FP = Σ p − TP,   FN = Σ y − TP over valid pixels
 *
 * for each class with labels, in the batch or in each image; p = softmax(z), y one-hot.
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; 0 where nothing is labelled.
 * - Options: `over` ('batch'), what the sums and the mean go over; `smooth` s (1e-3).
 */
export const dice: LossDefinition<RegionOptions> = {
  title: 'Dice',
  options: ['over', 'smooth'],
  symbols: { smooth: 's' },
  perPixel: false,
  configure: (where, options) => overlapLoss(where, { alpha: 0.5, beta: 0.5 }, options),
};
