/**
 * Logit adjustment after training (A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit, S. Kumar: Long-tail learning
 * via logit adjustment. ICLR 2021, Eq. 9).
 */
import { checkNumber, invalid } from '../check';
import { sum } from '../statistics';

/**
 * t·log π_c, to be subtracted from the logits before argmax; π is the share of the class in the pixels of the training
 * split, where a class without a pixel counts as one pixel, as in `balancedSoftmax`. t = 0 changes nothing, t = 1 takes the
 * prior out in full.
 *
 * @param pixels of each class in the training split
 * @throws InputError for counts that are negative or none, and for a strength that is no number
 */
export function logitAdjustment(pixels: readonly number[], strength: number): Float64Array {
  const where = 'logitAdjustment';
  checkNumber(where, 'strength', strength);
  pixels.forEach((count, c) => checkNumber(where, `pixels[${c}]`, count, { min: 0 }));
  if (!pixels.some((count) => count > 0)) {
    throw invalid(where, 'pixels', 'the pixels of each class in the training split', pixels);
  }
  const counts = pixels.map((count) => Math.max(1, count));
  const total = sum(counts);
  return Float64Array.from(counts, (count) => strength * Math.log(count / total));
}
