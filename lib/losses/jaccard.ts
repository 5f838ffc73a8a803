import { overlapLoss } from './region';
import type { RegionOptions } from './region';
import type { LossDefinition } from './lossTypes';

/**
 * Soft Jaccard loss (Rahman & Wang 2016; over images and classes Wang et al. 2023):
 *
 *     L = mean of 1 − (TP + s)/(TP + FP + FN + s),   TP = Σ p·y,   FP = Σ p − TP,   FN = Σ y − TP over valid pixels
 *
 * for each class with labels, in the batch or in each image; p = softmax(z), y one-hot. With `over` 'batch', 'image' and
 * 'class' it is the objective of the fine-grained scores meanIoUD, meanIoUI and meanIoUC.
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; 0 where nothing is labelled.
 * - Options: `over` ('batch'), what the sums and the mean go over; `smooth` s (1e-3).
 */
export const jaccard: LossDefinition<RegionOptions> = {
  title: 'Jaccard',
  options: ['over', 'smooth'],
  symbols: { smooth: 's' },
  perPixel: false,
  configure: (where, options) => overlapLoss(where, { alpha: 1, beta: 1 }, options),
};
