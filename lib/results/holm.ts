/** Holm's correction of several tests. */
import { invalid } from '../check';

/**
 * Holm's step-down correction (1979) of p-values for as many tests: p₍ᵢ₎ ← max over j ≤ i of min(1, (m−j+1)·p₍ⱼ₎), in
 * the given order.
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw invalid('holm', 'pValues', 'numbers 0 … 1', p);
  }
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const corrected = pValues.map(() => 0);
  let highest = 0;
  order.forEach((index, i) => {
    highest = Math.max(highest, Math.min(1, (order.length - i) * pValues[index]));
    corrected[index] = highest;
  });
  return corrected;
}
