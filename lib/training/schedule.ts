/** Learning rates, step by step. */

import type { Schedule } from '../runs/config';

/**
 * Learning rate of step `step` (from 0) of `totalSteps`. `'cosine'` (Loshchilov & Hutter, 2017, one period, as
 * PyTorch's CosineAnnealingLR stepped after every batch): η = η_min + (η₀ − η_min)·(1 + cos(π·step/totalSteps))/2.
 */
export function learningRateAt(
  schedule: Schedule,
  initial: number,
  step: number,
  totalSteps: number,
): number {
  const { name, minimum } = schedule;
  if (name === 'constant') return initial;
  return minimum + ((initial - minimum) * (1 + Math.cos((Math.PI * step) / totalSteps))) / 2;
}
