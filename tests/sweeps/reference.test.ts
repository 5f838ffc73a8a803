/** The reference study: what its searches chose, and what its runs are. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { maximumOf } from '../../lib/extremes';
import { readRecords } from '../../lib/results/records';
import { scoresOf as runScoresOf } from '../../lib/results/scorer';
import type { RunScore } from '../../lib/results/scorer';
import { mean, sum } from '../../lib/statistics';
import { parseSweep } from '../../lib/sweeps/plan';
import { sweepPreset } from '../../lib/sweeps/presets';
import { chosen } from '../../lib/sweeps/reference';

const folder = path.resolve(__dirname, '../../data/results/reference');
const idsOf = (name: string) => parseSweep(sweepPreset(name, 'laptop')).runs.map(({ id }) => id);

/** Scores on validation of the runs of a preset, or their sums, by id; of the epochs that the study keeps. */
async function scoresOf(
  name: string,
  scores: readonly RunScore[] = ['meanIoU'],
): Promise<Map<string, number>> {
  const { records, skipped } = await readRecords(folder, { split: 'valid', selection: 'meanIoUC' });
  expect(skipped).toEqual([]);
  const all = new Map(
    records.map((record) => [
      path.relative(folder, record.file).replace(/\.json$/, ''),
      sum(scores.map((score) => runScoresOf(record)[score] ?? NaN)),
    ]),
  );
  return new Map(idsOf(name).map((id) => [id, all.get(id) ?? NaN]));
}

const bestOf = <Key>(scores: ReadonlyMap<Key, number>): Key | undefined =>
  [...scores].find(([, score]) => score === maximumOf(scores.values()))?.[0];

describe('the options of the reference study', () => {
  it('have the learning rate that is best for cross-entropy and PAT together', async () => {
    const scores = await scoresOf('reference-rate');
    const rates = new Map<number, number[]>();
    for (const [id, score] of scores) {
      const rate = Number(/learningRate([\d.e-]+)\//.exec(id)?.[1]);
      rates.set(rate, [...(rates.get(rate) ?? []), score]);
    }
    expect([...rates.values()].map(({ length }) => length)).toEqual([2, 2, 2, 2, 2]);
    const means = new Map([...rates].map(([rate, both]) => [rate, mean(both)]));
    expect(bestOf(means)).toBe(chosen.learningRate);
  });

  it('are the best of five for each loss, by mean IoU and by mean IoU and tail together', async () => {
    const best = async (...scores: RunScore[]) => {
      const families = await familiesOf(scores);
      expect([...families.values()].map(({ size }) => size)).toEqual(new Array(8).fill(5));
      return [...families.values()].map(bestOf);
    };
    const [byMean, bySum] = [await best('meanIoU'), await best('meanIoU', 'tailIoU')];
    expect([...new Set([...bySum, ...byMean])].sort()).toEqual([...chosen.losses].sort());
    // Of each name the first, which is what the primary contrasts take.
    const first = bySum.map((label = '') => {
      const prefix = label.slice(0, label.lastIndexOf('='));
      return chosen.losses.find((one) => one.startsWith(`${prefix}=`));
    });
    expect(first).toEqual(bySum);
  });

  async function familiesOf(scores: readonly RunScore[]) {
    const families = new Map<string, Map<string, number>>();
    for (const [id, score] of await scoresOf('reference-search', scores)) {
      const [, , label] = id.split('/');
      const family = label.slice(0, label.lastIndexOf('='));
      families.set(family, (families.get(family) ?? new Map<string, number>()).set(label, score));
    }
    return families;
  }
});

it('the study begins with seed 0 of everything, and takes nothing but what was chosen', () => {
  const ids = idsOf('reference');
  expect(ids).toHaveLength(78);
  const seeds = ids.map((id) => Number(id.at(-1)));
  expect(seeds).toEqual([...seeds].sort((a, b) => a - b));
  const labels = new Set(ids.map((id) => id.split('/')[2]));
  expect([...labels].sort()).toEqual(['crossEntropy', ...chosen.losses].sort());
});
