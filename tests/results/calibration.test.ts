/**
 * Deliver 3 of the evidence: runs of the same loss are "significant" at 5 % in 3–7 % of the pairs (wrong today 8: 43 %), and
 * what differs is found.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LossName } from '../../lib/losses';
import { calibrate, isDefined, readRecords, Results } from '../../lib/results';
import type { Calibration } from '../../lib/results';
import { calibrationText } from '../../lib/results/calibration';
import type { RunScore } from '../../lib/results/scorer';
import { simulatedRuns } from './simulatedRuns';
import type { Design } from './simulatedRuns';

/** As many as the tables have, so that the variance between seeds is known as well as there. */
const losses: readonly LossName[] = [
  'crossEntropy',
  'focal',
  'classBalanced',
  'classBalancedFocal',
  'balancedSoftmax',
  'ldam',
  'blv',
  'pat',
];
const networks = ['segnet', 'unet', 'attentionUnet', 'nestedUnet'] as const;
// Of 200 draws p < 0.05 is p ≤ 10/201; of 199 it would be p ≤ 0.04.
const worldOf = (number: number, design: Design) =>
  new Results(simulatedRuns(number, { losses, ...design }), { resamples: 200, seed: number });

interface Rates {
  /** Share of the pairs of seeds of one loss. */
  seeds: number;
  /** Share of the pairs of losses, all seeds of each. */
  cells: number;
  pairs: [seeds: number, cells: number];
}

/** p < 0.05 in worlds in which nothing differs. */
function rates(worlds: number, design: Design): Rates {
  const found = { seeds: [0, 0], cells: [0, 0] };
  for (let n = 0; n < worlds; n++) {
    const results = worldOf(n, design);
    const { pairs, significant } = calibrate(results, 'meanIoU');
    found.seeds[0] += significant;
    found.seeds[1] += pairs;
    const { cells } = results;
    // Each loss once: the pairs of a world are independent but for what is pooled.
    for (let i = 0; i + 1 < cells.length; i += 2) {
      const compared = results.contrast(cells[i], cells[i + 1], { score: 'meanIoU' });
      if (!isDefined(compared) || compared.p === null) throw new Error('no contrast');
      if (compared.p < 0.05) found.cells[0] += 1;
      found.cells[1] += 1;
    }
  }
  const share = ([hits, all]: number[]) => hits / all;
  return {
    seeds: share(found.seeds),
    cells: share(found.cells),
    pairs: [found.seeds[1], found.cells[1]],
  };
}

describe('simulated runs of equally good losses', () => {
  // Seeds, images, and seed × image; a loss has no clusters of its own to be good at.
  const design = { networks, lossByCluster: 0, images: 2, clusters: 12 };

  it('differ significantly in 3–7 % of the pairs, by seed and by loss (wrong today 8)', () => {
    const { seeds, cells, pairs } = rates(25, design);
    // Standard errors of 5 %: 0.5 and 1.1 points.
    expect(pairs).toEqual([2400, 400]);
    expect(seeds).toBeGreaterThan(0.03);
    expect(seeds).toBeLessThan(0.07);
    expect(cells).toBeGreaterThan(0.03);
    expect(cells).toBeLessThan(0.07);
  });

  it('do so where only other images would have told them apart, too', () => {
    const { cells } = rates(15, { ...design, lossByCluster: 0.06, seedNoise: 0.004 });
    expect(cells).toBeGreaterThan(0.005);
    expect(cells).toBeLessThan(0.08); // of 240: standard error 1.4 points
  });

  it('are told apart when one is better by several standard deviations', () => {
    const gain = (loss: LossName) => (loss === 'pat' ? 0.04 : 0); // the mean of two seeds: ± 0.008
    const outcomes = Array.from({ length: 20 }, (_, n) => {
      const results = worldOf(n, { ...design, gain });
      const [pat, other] = ['pat', 'focal'].map((name) => {
        return results.cells.find(({ loss }) => loss.name === name) ?? results.cells[0];
      });
      const compared = results.contrast(pat, other, { score: 'meanIoU' });
      return isDefined(compared) ? compared.outcome : compared.reason;
    });
    expect(outcomes.filter((one) => one === 'above').length).toBeGreaterThanOrEqual(18);
    expect(outcomes).not.toContain('below');
  });
});

describe('calibrate', () => {
  it('compares each pair of seeds by the variance of the other losses alone', () => {
    const records = simulatedRuns(1);
    const results = new Results(records, { resamples: 99 });
    expect(calibrate(results, 'meanIoU').pairs).toBe(4 * 3);
    expect(calibrate(results, 'meanIoU')).toBe(calibrate(results, 'meanIoU')); // once
    // One loss alone: nothing else tells how much seeds differ.
    const one = records.filter(({ config }) => config.loss.name === 'pat');
    expect(calibrate(new Results(one, { resamples: 99 }), 'meanIoU').pairs).toBe(0);
    // A loss whose seeds differ ten times as much stands out by the noise of the others.
    const noisy = simulatedRuns(2, { seedNoise: (loss) => (loss === 'pat' ? 0.1 : 0.004) });
    const { significant } = calibrate(new Results(noisy, { resamples: 399 }), 'meanIoU');
    expect(significant).toBeGreaterThanOrEqual(2);
  });

  it('is a clause of a caption', () => {
    const calibration: Calibration = { score: 'meanIoU', pairs: 200, significant: 9 };
    expect(calibrationText(calibration)).toBe(
      'of 200 pairs of runs that differ only in their seed, 4.5 % have p < 0.05 by the same test (by chance 5 %)',
    );
    expect(calibrationText({ ...calibration, pairs: 0 })).toBeUndefined();
  });
});

const folder = path.resolve(__dirname, '../../data/results/laptop');
const reason = existsSync(folder) ? '' : ' (skipped: no data/results/laptop)';
describe.skipIf(reason !== '')(`the committed records${reason}`, () => {
  it('of 288 pairs of seeds of one loss about 5 % differ significantly (wrong today 8: 43 %)', async () => {
    const { records } = await readRecords(folder, { split: 'test' });
    const results = new Results(records);
    const primary: readonly RunScore[] = ['meanIoU', 'tailIoU'];
    // Not named in advance: 8 % is 5 % and 2.3 standard errors of as many pairs, were they independent.
    const others: readonly RunScore[] = ['meanIoUI', 'meanIoUC', 'headIoU', 'pixelAccuracy'];
    for (const score of [...primary, ...others]) {
      const { pairs, significant } = calibrate(results, score);
      expect(pairs, score).toBe(288);
      expect(significant / pairs, score).toBeGreaterThan(0.03);
      expect(significant / pairs, score).toBeLessThan(primary.includes(score) ? 0.07 : 0.08);
    }
  }, 120_000);
});
