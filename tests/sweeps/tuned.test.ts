import path from 'node:path';
import { expect, it } from 'vitest';
import { chooseOptions } from '../../lib/results/chooseOptions';
import { groupCells } from '../../lib/results/cells';
import { plannedCells } from '../../lib/results/plannedCells';
import { readRecords } from '../../lib/results/records';
import { parseSweep } from '../../lib/sweeps/plan';
import { candidates, presetNames, sweepPreset } from '../../lib/sweeps/presets';
import { atScale, tunedLoss, tunedLosses } from '../../lib/sweeps/tuned';

const folder = path.resolve(__dirname, '../../data/results/laptop');

it('the options at laptop scale are those that the committed search chooses', async () => {
  const { records } = await readRecords(folder, { split: 'valid' });
  const search = records.filter(
    ({ config }) => config.model.name === 'segnet' && config.seed === 0,
  );
  const tried = candidates.map((loss) => atScale('laptop', loss));
  const chosen = chooseOptions(search, tried).filter((option) => option.chosen);
  const datasets = Object.entries(tunedLosses.laptop ?? {});
  expect(datasets.map(([name]) => name).sort()).toEqual(['camvid', 'nyuv2', 'oxfordPet']);
  for (const [name, losses = []] of datasets) {
    const found = chosen.filter(({ dataset }) => dataset === name).map(({ loss }) => loss);
    expect(found).toEqual(losses.map((loss) => tunedLoss('laptop', name, loss.name)));
    expect(found.map(({ name: loss }) => loss)).toEqual(losses.map((loss) => loss.name));
  }
});

it('the laptop’s presets find every committed record, by its id', async () => {
  const { runs } = parseSweep(sweepPreset(presetNames, 'laptop'));
  const { records, skipped } = await readRecords(folder);
  expect(skipped).toEqual([]);
  const ids = records.map(({ file }) => path.relative(folder, file).replace(/\.json$/, ''));
  expect(runs.map(({ id }) => id).sort()).toEqual(ids.sort());
  const cells = plannedCells(runs, groupCells(records).cells, 'valid');
  const found = cells.flatMap(({ cell }) => cell?.runs ?? []);
  expect(found).toHaveLength(records.length);
  const counting = runs.map(({ config }) => config.loss).filter((loss) => 'classCounts' in loss);
  expect(new Set(counting.map(({ name }) => name)).size).toBe(5);
  expect(counting).toEqual(counting.map((loss) => ({ ...loss, classCounts: 'batch' })));
});

it('at the other scales the losses have the counts of the training split', () => {
  for (const scale of ['paper', 'smoke'] as const) {
    const { runs } = parseSweep(sweepPreset('table1', scale));
    const ldam = runs.find(({ config }) => config.loss.name === 'ldam');
    expect(ldam?.config.loss).toEqual({ name: 'ldam', classCounts: 'dataset' });
    expect(ldam?.id).toMatch(/segnet\/ldam\/seed0$/);
  }
});

it('a loss without a search has its defaults', () => {
  expect(tunedLoss('paper', 'camvid', 'focal')).toEqual({ name: 'focal' });
  expect(tunedLoss('paper', 'camvid', 'ldam')).toEqual({ name: 'ldam' });
  expect(tunedLoss('laptop', 'camvid', 'crossEntropy')).toEqual({ name: 'crossEntropy' });
});
