/** Differences of losses in several places, and the verdict that follows. */
import { describe, expect, it } from 'vitest';
import { comparePairs, judgeMean } from '../../lib/claims/compare';
import type { Differences, Pair } from '../../lib/claims/compare';
import type { Comparison } from '../../lib/claims';
import { Random } from '../../lib/random';
import { claimRuns, madeUpRun } from './madeUpRuns';
import type { Skill } from './madeUpRuns';

const pat = { name: 'pat', temperature: 1 } as const;
const crossEntropy = { name: 'crossEntropy' } as const;
const pairAt = (dataset: string): Pair => {
  return { dataset, network: 'segnet', left: pat, right: crossEntropy };
};
const records = (dataset: string, skill: Skill, seeds = [0, 1], tag = '') =>
  [pat, crossEntropy].flatMap((loss) =>
    seeds.map((seed) => madeUpRun({ dataset, network: 'segnet', loss }, skill, { seed, tag })),
  );
/** PAT better on rare classes by `points`. */
const gain =
  (points: number): Skill =>
  ({ loss }, rank) =>
    0.6 - 0.3 * rank + (loss.name === 'pat' ? points * rank : 0);
const all = ['camvid', 'nyuv2', 'oxfordPet'];

describe('comparePairs', () => {
  it('tells gains and losses apart, and averages with the same weight', () => {
    const runs = claimRuns([
      ...records('camvid', gain(0.1)),
      ...records('nyuv2', gain(-0.1)),
      ...records('oxfordPet', gain(0.2)),
    ]);
    const { each, mean, missing } = comparePairs(runs, all.map(pairAt), 'tailIoU');
    expect(missing).toEqual([]);
    expect(each.map(({ outcome }) => outcome)).toEqual(['above', 'below', 'above']);
    expect(each[0]).toMatchObject({ label: 'CamVid, SegNet: PAT − CE', seeds: 2, clusters: 20 });
    for (const { low, value, high } of each) {
      expect(low).toBeLessThan(value);
      expect(value).toBeLessThan(high);
    }
    expect(each[0].value).toBeGreaterThan(4); // points, not shares
    const sum = each.reduce((total, { value }) => total + value, 0);
    expect(mean?.value).toBeCloseTo(sum / 3, 10);
  });

  it('names the runs that are missing, those with too few seeds, and other images (wrong today 6)', () => {
    const other = records('oxfordPet', gain(0), [0, 1], ' b').slice(2); // cross-entropy
    const runs = claimRuns([
      ...records('camvid', gain(0), [0]),
      ...records('nyuv2', gain(0)).slice(0, 2),
      ...records('oxfordPet', gain(0)).slice(0, 2),
      ...other,
    ]);
    const found = comparePairs(runs, all.map(pairAt), 'tailIoU');
    expect(found.each).toEqual([]);
    expect(found.mean).toBeUndefined();
    expect(found.missing).toEqual([
      'camvid/segnet: PAT, τ = 1 (1 of 2 seeds)',
      'camvid/segnet: CE (1 of 2 seeds)',
      'nyuv2/segnet: CE',
      'oxfordPet/segnet: PAT, τ = 1', // on the images of the other
    ]);
    expect(judgeMean(found).verdict).toBe('not testable here');
  });

  it('has simultaneous intervals: wider where a claim makes more comparisons', () => {
    const runs = claimRuns(
      all.flatMap((dataset) => records(dataset, gain(0))),
      2000,
    );
    const [alone] = comparePairs(runs, [pairAt('camvid')], 'tailIoU').each;
    const [together] = comparePairs(runs, all.map(pairAt), 'tailIoU').each;
    expect(together.value).toBe(alone.value);
    expect(together.high - together.low).toBeGreaterThan(alone.high - alone.low);
  });
});

const one = (low: number, high: number): Comparison => {
  const outcome =
    low > 0 ? 'above' : high < 0 ? 'below' : low > -1 && high < 1 ? 'equal' : 'undecided';
  return { label: 'a', value: (low + high) / 2, low, high, outcome, seeds: 2, clusters: 9 };
};
const judged = (
  mean: [number, number],
  each: [number, number][] = [mean],
  missing: string[] = [],
) => {
  const differences: Differences = {
    score: 'meanIoU',
    each: each.map(([low, high]) => one(low, high)),
    mean: one(...mean),
    missing,
  };
  return judgeMean(differences);
};

describe('judgeMean', () => {
  it('has a word for each state of the evidence (wrong today 9: no contradicted, no not decided)', () => {
    expect(judged([1, 3]).verdict).toBe('holds');
    expect(judged([-3, -1]).verdict).toBe('contradicted');
    expect(judged([-0.5, 0.5]).verdict).toBe('no difference');
    expect(judged([-1, 5]).verdict).toBe('not decided');
    expect(
      judged(
        [1, 3],
        [
          [2, 5],
          [-4, -1],
        ],
      ).verdict,
    ).toBe('holds in part');
    expect(judged([-3, -1], [[-9, -5], ...Array<[number, number]>(11).fill([1, 2])]).verdict).toBe(
      'contradicted',
    );
  });

  it('never holds, and never finds no difference, with something missing (wrong today 6)', () => {
    const missing = ['nyuv2/unet: BLV'];
    expect(judged([1, 3], [[1, 3]], missing).verdict).toBe('holds in part');
    expect(judged([-0.5, 0.5], [[-0.5, 0.5]], missing).verdict).toBe('not decided');
    expect(judged([1, 3], [[1, 3]], missing).measured).toContain('; missing: nyuv2/unet: BLV');
  });

  it('is symmetric where the places agree: swapped losses are contradicted where they held', () => {
    const random = new Random(9);
    const swapped = new Map([
      ['holds', 'contradicted'],
      ['contradicted', 'holds'],
    ]);
    const seen = new Set<string>();
    for (let n = 0; n < 500; n++) {
      const center = random.normal(0, 2);
      const half = random.uniform(0.1, 2);
      const mean: [number, number] = [center - half, center + half];
      const { verdict } = judged(mean);
      const other = judged([-mean[1], -mean[0]]).verdict;
      expect(other).toBe(swapped.get(verdict) ?? verdict);
      seen.add(verdict);
    }
    expect([...seen].sort()).toEqual(['contradicted', 'holds', 'no difference', 'not decided']);
  });

  it('is symmetric on runs, too', () => {
    const sign = (points: number) => {
      const runs = claimRuns(all.flatMap((dataset) => records(dataset, gain(points))));
      const swap = ({ left, right, ...place }: Pair): Pair => {
        return { ...place, left: right, right: left };
      };
      const pairs = all.map(pairAt);
      return [pairs, pairs.map(swap)].map(
        (own) => judgeMean(comparePairs(runs, own, 'tailIoU')).verdict,
      );
    };
    expect(sign(0.1)).toEqual(['holds', 'contradicted']);
    expect(sign(-0.1)).toEqual(['contradicted', 'holds']);
  });
});
