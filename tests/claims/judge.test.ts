/** One rule from cases to a verdict: what makes a claim hold makes its opposite contradicted. */
import { describe, expect, it } from 'vitest';
import { verdicts } from '../../lib/claims';
import { overImages } from '../../lib/claims/imageClusters';
import { caseRule, judgeCases, outcomeOf, untestable } from '../../lib/claims/judge';
import type { CaseOutcome } from '../../lib/claims/judge';
import { Random } from '../../lib/random';

const cases = (favour: number, against: number, open = 0): CaseOutcome[] => [
  ...Array.from({ length: favour }, () => 'for' as const),
  ...Array.from({ length: against }, () => 'against' as const),
  ...Array.from({ length: open }, () => 'open' as const),
];
const verdict = (...counts: Parameters<typeof cases>) => judgeCases(cases(...counts), '').verdict;

describe('judgeCases', () => {
  it('gives each verdict for the cases of its rule', () => {
    expect(verdict(3, 0)).toBe('holds');
    expect(verdict(0, 3)).toBe('contradicted');
    expect(verdict(4, 0, 1)).toBe('holds'); // 80 %
    expect(verdict(0, 4, 1)).toBe('contradicted');
    expect(verdict(3, 0, 1)).toBe('not decided');
    expect(verdict(0, 3, 1)).toBe('not decided');
    expect(verdict(0, 0, 12)).toBe('not decided');
    expect(verdict(1, 11)).toBe('contradicted'); // 92 %: one case of 12 does not turn it
    expect(verdict(11, 1)).toBe('holds');
    expect(verdict(3, 1)).toBe('holds in part'); // 75 %
    expect(verdict(1, 3)).toBe('holds in part');
    expect(verdict(1, 1, 8)).toBe('holds in part');
    expect(judgeCases([], 'nothing')).toEqual(untestable('no case was measured'));
    expect(judgeCases(cases(1, 0), '1 of 1')).toEqual({
      verdict: 'holds',
      measured: '1 of 1',
      comparisons: [],
      missing: [],
    });
  });

  it('is symmetric, whatever the counts and the order', () => {
    const mirror = { for: 'against', against: 'for', open: 'open' } as const;
    const opposite = new Map([
      ['holds', 'contradicted'],
      ['contradicted', 'holds'],
    ]);
    const random = new Random(3);
    const seen = new Set<string>();
    for (let n = 0; n < 2000; n++) {
      const lean = random.uniform(); // many lists of one kind, too
      const kinds =
        lean < 0.3 ? ['for', 'open'] : lean < 0.6 ? ['for'] : ['for', 'against', 'open'];
      const list = Array.from({ length: 1 + Math.floor(random.uniform(0, 12)) }, () => {
        return kinds[Math.floor(random.uniform(0, kinds.length))] as CaseOutcome;
      });
      const one = judgeCases(list, '').verdict;
      const other = judgeCases(
        list.map((outcome) => mirror[outcome]),
        '',
      ).verdict;
      expect(other).toBe(opposite.get(one) ?? one);
      expect(judgeCases([...list].reverse(), '').verdict).toBe(one);
      seen.add(one).add(other);
    }
    expect([...seen].sort()).toEqual(['contradicted', 'holds', 'holds in part', 'not decided']);
    expect(verdicts).toEqual(expect.arrayContaining([...seen]));
    expect(caseRule).toMatch(/80 % of its cases are for it, .* 80 % are against it/);
  });
});

describe('outcomeOf', () => {
  it('is open where the interval contains what it is compared with', () => {
    expect(outcomeOf({ low: 1.1, high: 2 }, 1)).toBe('for');
    expect(outcomeOf({ low: 1.1, high: 2 }, 1, 'below')).toBe('against');
    expect(outcomeOf({ low: 0.5, high: 0.9 }, 1, 'below')).toBe('for');
    expect(outcomeOf({ low: 0.5, high: 0.9 }, 1)).toBe('against');
    for (const side of ['above', 'below'] as const) {
      expect(outcomeOf({ low: 0.9, high: 1.1 }, 1, side)).toBe('open');
      expect(outcomeOf({ low: 1, high: 1 }, 1, side)).toBe('open');
      expect(outcomeOf({ low: NaN, high: NaN }, 1, side)).toBe('open');
    }
  });
});

describe('overImages', () => {
  const mean = (values: readonly number[]) => (items: readonly number[]) =>
    items.reduce((sum, item) => sum + values[item], 0) / items.length;

  it('draws clusters whole: twelve frames of four scenes tell as much as four images', () => {
    const scenes = [1, 2, 3, 4];
    const frames = scenes.flatMap((value) => [value, value, value]);
    const clusters = scenes.flatMap((scene) => [`${scene}`, `${scene}`, `${scene}`]);
    const single = overImages(['a', 'b', 'c', 'd'], mean(scenes))!;
    expect(overImages(clusters, mean(frames))).toEqual(single);
    const apart = overImages(
      frames.map((_, frame) => `${frame}`),
      mean(frames),
    )!;
    expect(apart.high - apart.low).toBeLessThan(0.8 * (single.high - single.low));
  });

  it('needs two clusters', () => {
    expect(overImages(['one', 'one', 'one'], mean([1, 2, 3]))).toBeNull();
  });
});
