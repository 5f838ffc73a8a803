import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, levelOf, logitAdjustment, rankedLevel } from '../../lib/decisions';
import { expectClose } from '../support/closeness';

describe('logitAdjustment', () => {
  it('is t times the logarithm of the prior, a class without pixels counting as one', () => {
    const log = (share: number) => 0.5 * Math.log(share);
    const expected = [log(6 / 10), log(3 / 10), log(1 / 10)];
    expectClose(logitAdjustment([6, 3, 0], 0.5), expected, { relative: 1e-12 });
  });

  it('changes nothing with t = 0', () => {
    expect(Array.from(logitAdjustment([6, 3], 0), Math.abs)).toEqual([0, 0]);
  });

  it('refuses counts of none', () => {
    expect(() => logitAdjustment([0, 0], 1)).toThrow(
      'logitAdjustment: pixels must be the pixels of each class in the training split, got [ 0, 0 ].',
    );
  });
});

/** P(n pixels) of independent pixels, by adding one after the other. */
function poissonBinomial(probabilities: readonly number[]): number[] {
  return probabilities.reduce<number[]>(
    (all, p) => [...all, 0].map((one, n) => one * (1 - p) + (n > 0 ? all[n - 1] * p : 0)),
    [1],
  );
}

/** Exact expectation over all labels, 0/0 = 0: the mask is the first `taken` of the probabilities. */
function expected(score: 'dice' | 'iou', sorted: readonly number[], taken: number): number {
  const [inside, outside] = [sorted.slice(0, taken), sorted.slice(taken)].map(poissonBinomial);
  let sum = 0;
  inside.forEach((p, hits) =>
    outside.forEach((q, missed) => {
      if (hits === 0) return;
      sum +=
        p * q * (score === 'dice' ? (2 * hits) / (taken + hits + missed) : hits / (taken + missed));
    }),
  );
  return sum;
}

function levelFor(score: 'dice' | 'iou', probabilities: readonly number[]): number {
  const [count, sum, variance] = [0, 1, 2].map(() => new Float64Array(LEVELS));
  for (const p of probabilities) {
    count[levelOf(p)] += 1;
    sum[levelOf(p)] += p;
    variance[levelOf(p)] += p * (1 - p);
  }
  return rankedLevel(score, { count, sum, variance });
}

describe('rankedLevel', () => {
  const probability = fc
    .integer({ min: 0, max: LEVELS - 1 })
    .map((level) => (level + 0.5) / LEVELS);
  // A class that is there for certain in some pixels: the approximation is one for many pixels.
  const pixels = fc.array(probability, { minLength: 20, maxLength: 40 });

  it.each(['dice', 'iou'] as const)('is near the best cut by exact expectation: %s', (score) => {
    fc.assert(
      fc.property(pixels, (all) => {
        const sorted = [0.98, 0.97, 0.96, ...all].sort((a, b) => b - a);
        const cut = levelFor(score, sorted);
        const taken = sorted.filter((p) => levelOf(p) >= cut).length;
        const best = Math.max(...sorted.map((_, n) => expected(score, sorted, n + 1)));
        expect(expected(score, sorted, taken)).toBeGreaterThan(0.995 * best);
      }),
      { numRuns: 20 },
    );
  });

  it('takes more pixels than argmax of two would where a class is rare and unsure', () => {
    const cut = levelFor('dice', [0.9, ...new Array<number>(40).fill(0.4)]);
    expect(cut).toBe(levelOf(0.4));
  });

  it('leaves a class out whose highest probability is at most one half, as the authors’ code does', () => {
    expect(levelFor('dice', [0.5, 0.4, 0.1])).toBe(LEVELS);
    expect(levelFor('iou', [0.6, 0.4, 0.1])).toBeLessThan(LEVELS);
  });
});
