import path from 'node:path';
import { expect, it } from 'vitest';
import { chooseOptions } from '../../../lib/results/chooseOptions';
import { readRecords } from '../../../lib/results/records';
import { candidates } from '../../../lib/training/sweep/presets';
import { tunedLoss, tunedLosses } from '../../../lib/training/sweep/tuned';

const folder = path.resolve(__dirname, '../../../data/results/laptop');

it('the options at laptop scale are those that the committed search chooses', async () => {
  const { records } = await readRecords(folder, { split: 'valid' });
  const search = records.filter(
    ({ config }) => config.model.name === 'segnet' && config.seed === 0,
  );
  const chosen = chooseOptions(search, candidates).filter((option) => option.chosen);
  const datasets = Object.entries(tunedLosses.laptop ?? {});
  expect(datasets.map(([name]) => name).sort()).toEqual(['camvid', 'nyuv2', 'oxfordPet']);
  for (const [name, losses] of datasets) {
    const found = chosen.filter(({ dataset }) => dataset === name).map(({ loss }) => loss);
    expect(found).toEqual(losses);
  }
});

it('a loss without a search has its defaults', () => {
  expect(tunedLoss('paper', 'camvid', 'focal')).toEqual({ name: 'focal' });
  expect(tunedLoss('laptop', 'camvid', 'crossEntropy')).toEqual({ name: 'crossEntropy' });
});
