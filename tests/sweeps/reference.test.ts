/** The reference study: what its searches chose, and what its runs are. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { maximumOf } from '../../lib/extremes';
import { readRecords } from '../../lib/results/records';
import { mean } from '../../lib/statistics';
import { parseSweep } from '../../lib/sweeps/plan';
import { sweepPreset } from '../../lib/sweeps/presets';
import { chosen } from '../../lib/sweeps/reference';

const folder = path.resolve(__dirname, '../../data/results/reference');
const idsOf = (name: string) => parseSweep(sweepPreset(name, 'laptop')).runs.map(({ id }) => id);

/** Mean IoU on validation of the runs of a preset, by id; of the epochs that the study keeps. */
async function scoresOf(name: string): Promise<Map<string, number>> {
  const { records, skipped } = await readRecords(folder, { split: 'valid', selection: 'meanIoUC' });
  expect(skipped).toEqual([]);
  const all = new Map(
    records.map(({ file, scores }) => [
      path.relative(folder, file).replace(/\.json$/, ''),
      scores.meanIoU as number,
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

  it('are the best of five for each loss', async () => {
    const families = new Map<string, Map<string, number>>();
    for (const [id, score] of await scoresOf('reference-search')) {
      const [, , label] = id.split('/');
      const family = label.slice(0, label.lastIndexOf('='));
      families.set(family, (families.get(family) ?? new Map<string, number>()).set(label, score));
    }
    expect([...families.values()].map(({ size }) => size)).toEqual(new Array(8).fill(5));
    expect([...families.values()].map(bestOf).sort()).toEqual([...chosen.losses].sort());
  });
});

it('the study begins with seed 0 of everything, and takes nothing but what was chosen', () => {
  const ids = idsOf('reference');
  expect(ids).toHaveLength(66);
  const seeds = ids.map((id) => Number(id.at(-1)));
  expect(seeds).toEqual([...seeds].sort((a, b) => a - b));
  const labels = new Set(ids.map((id) => id.split('/')[2]));
  expect([...labels].sort()).toEqual(['crossEntropy', ...chosen.losses].sort());
});
