/** Wilcoxon's signed-rank test for pairs, and Holm's correction of several tests. */
import { checkNumber, invalid } from '../check';

export interface SignedRankTest {
  /** Pairs whose difference is not 0; the others say nothing. */
  pairs: number;
  /** The smaller of the rank sums of the positive and of the negative differences. */
  statistic: number;
  /** Two-sided; 1 without a difference. */
  p: number;
  method: 'exact' | 'normal';
}

/** Up to here the distribution is counted out. */
const EXACT_UP_TO = 50;

/**
 * Tests whether paired differences are symmetric about 0 (Wilcoxon, 1945). Zeros are left out, equal |differences| share
 * their mean rank. Up to 50 pairs the p-value is exact, given the ranks, ties included: each difference has either sign
 * with probability 1/2. Beyond it is that of a normal distribution with mean n(n+1)/4 and variance n(n+1)(2n+1)/24 −
 * Σ(t³−t)/48 over the groups of t ties, without continuity correction. Both as in `scipy.stats.wilcoxon`.
 *
 * @throws InputError for a difference that is not finite.
 */
export function signedRankTest(differences: readonly number[]): SignedRankTest {
  differences.forEach((value, i) => checkNumber('signedRankTest', `differences[${i}]`, value));
  const kept = differences.filter((value) => value !== 0);
  const n = kept.length;
  if (n === 0) return { pairs: 0, statistic: 0, p: 1, method: 'exact' };
  const { ranks, ties } = meanRanks(kept.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => (kept[i] > 0 ? sum + rank : sum), 0);
  const statistic = Math.min(positive, (n * (n + 1)) / 2 - positive);
  if (n <= EXACT_UP_TO) {
    return { pairs: n, statistic, p: exactP(ranks, statistic), method: 'exact' };
  }
  const lost = ties.reduce((sum, t) => sum + t ** 3 - t, 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - lost / 48;
  const z = (statistic - (n * (n + 1)) / 4) / Math.sqrt(variance);
  return { pairs: n, statistic, p: twoSidedNormal(z), method: 'normal' };
}

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

/** Ranks from 1, equal values at their mean rank, and the sizes of the groups of equal values. */
function meanRanks(values: readonly number[]): { ranks: number[]; ties: number[] } {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = values.map(() => 0);
  const ties: number[] = [];
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Share of the 2ⁿ choices of signs whose rank sum is at most `statistic`, twice, at most 1. */
function exactP(ranks: readonly number[], statistic: number): number {
  const steps = ranks.map((rank) => 2 * rank); // mean ranks are halves
  const largest = steps.reduce((sum, step) => sum + step, 0);
  const ways = new Float64Array(largest + 1); // of each doubled rank sum; below 2^53, so exact
  ways[0] = 1;
  for (const step of steps) {
    for (let sum = largest; sum >= step; sum--) ways[sum] += ways[sum - step];
  }
  const below = ways.subarray(0, 2 * statistic + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * below) / 2 ** ranks.length);
}

/** P(|Z| ≥ |z|) = erfc(|z|/√2): its power series below 2, else its continued fraction. */
function twoSidedNormal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 100; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
