import { describe, expect, it } from 'vitest';
import { isDefined } from '../../lib/results/contrasts';
import { JudgeContrasts } from '../../lib/judge/contrasts';
import type { MethodRuns } from '../../lib/judge/contrasts';
import type { JudgedRun } from '../../lib/judge/scores';

const imageCount = 12;

/** One class and the rest on images of 100 pixels: a seed finds a share of each, a rule some pixels more. */
function runs(method: string, shares: readonly number[], more: number): JudgedRun[] {
  return shares.map((share, seed) => {
    const names = Array.from({ length: imageCount }, (_, i) => `f${i}`);
    const hit = names.map((_, i) => Math.round(50 * share) + (i % 3) + more);
    return {
      ...{ method, seed, overlaps: false, dataset: '', thirds: [[0], [], [1]] },
      perImage: {
        names,
        hits: hit.map((one) => [one, one]),
        labelled: hit.map(() => [50, 50]),
        predicted: hit.map(() => [50, 50]),
      },
    };
  });
}

/** Seeds that are far apart, so that their noise shows. */
const seeds = [0.3, 0.5, 0.8];
const argmax: MethodRuns = { key: 'ce', runs: runs('ce', seeds, 0) };
const adjusted: MethodRuns = { key: 'ce (adjusted)', runs: runs('ce', seeds, 2) };
const same: MethodRuns = { key: 'ce (t = 0)', runs: runs('ce', seeds, 0) };
const other: MethodRuns = { key: 'pat', runs: runs('pat', seeds, 2) };
const score = 'pixelAccuracy';

describe('rules on the same predictions', () => {
  const contrasts = new JudgeContrasts([argmax, adjusted, same, other], 500);
  const defined = (a: MethodRuns, b: MethodRuns) => {
    const found = contrasts.contrast(a, b, { score });
    if (!isDefined(found) || found.low === null || found.high === null) throw new Error('none');
    return { ...found, low: found.low, high: found.high };
  };

  it('are compared seed by seed: 4 pixels of 100 more in every image of every seed are 4 points', () => {
    const { value, low, high, seeds: count, p } = defined(adjusted, argmax);
    expect([value, low, high].map((one) => Number(one.toFixed(9)))).toEqual([0.04, 0.04, 0.04]);
    expect(count).toBe(3);
    expect(p).toBeLessThan(0.01);
  });

  it('are the same the other way round, with the other sign', () => {
    const [there, back] = [defined(adjusted, argmax), defined(argmax, adjusted)];
    expect(back.value).toBeCloseTo(-there.value, 12);
    expect([back.low, back.high]).toEqual([-there.high, -there.low]);
  });

  it('do not differ where they decide alike', () => {
    expect(defined(same, argmax)).toMatchObject({ value: 0, p: 1 });
  });

  it('leave other predictions the noise of their seeds', () => {
    const { value, low, high } = defined(other, argmax);
    expect(value).toBeCloseTo(0.04, 12);
    expect(high - low).toBeGreaterThan(0.2);
  });

  it('need the same seeds: else the two are as independent as any', () => {
    const fewer: MethodRuns = { key: 'ce (dice)', runs: adjusted.runs.slice(0, 2) };
    const both = new JudgeContrasts([argmax, fewer], 500).contrast(fewer, argmax, { score });
    if (!isDefined(both)) throw new Error(both.reason);
    expect((both.high ?? 0) - (both.low ?? 0)).toBeGreaterThan(0.2);
  });
});
