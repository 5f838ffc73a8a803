import { describe, expect, it } from 'vitest';
import { parseSweep } from '../../lib/sweeps/plan';
import type { SweepInput } from '../../lib/sweeps/plan';
import { presetNames, scales, studyNames, sweepPreset } from '../../lib/sweeps/presets';

const ids = (input: SweepInput) => parseSweep(input).runs.map(({ id }) => id);

describe('parseSweep', () => {
  it('combines all values of a grid, the last setting turning fastest', () => {
    const grid = {
      'model.name': ['segnet', 'unet'],
      loss: [{ name: 'crossEntropy' }, { name: 'pat', temperature: 2 }],
      seed: [0, 3],
    };
    const { name, runs } = parseSweep({ name: 'first', base: { epochs: 7 }, grid });
    expect(name).toBe('first');
    expect(runs.map(({ id }) => id)).toEqual([
      'segnet/crossEntropy/seed0',
      'segnet/crossEntropy/seed3',
      'segnet/pat-temperature=2/seed0',
      'segnet/pat-temperature=2/seed3',
      'unet/crossEntropy/seed0',
      'unet/crossEntropy/seed3',
      'unet/pat-temperature=2/seed0',
      'unet/pat-temperature=2/seed3',
    ]);
    const last = runs[7].config;
    expect(last).toMatchObject({ epochs: 7, seed: 3, batchSize: 8 });
    expect(last).toMatchObject({ model: { name: 'unet' }, loss: { name: 'pat', temperature: 2 } });
  });

  it('merges objects into the base, but replaces the loss', () => {
    const base = {
      dataset: { name: 'synthetic', size: [32, 48] },
      loss: { name: 'pat', temperature: 2 },
    };
    const grid = { dataset: [{ numClasses: 4 }], loss: [{ name: 'focal' }], 'model.width': [2, 4] };
    const { runs } = parseSweep({ name: 'merge', base, grid });
    expect(runs.map(({ id }) => id)).toEqual([
      'numClasses=4/focal/width2',
      'numClasses=4/focal/width4',
    ]);
    expect(runs[1].config.dataset).toMatchObject({ size: [32, 48], numClasses: 4 });
    expect(runs[1].config.loss).toEqual({ name: 'focal' });
    expect(runs[1].config.model).toMatchObject({ name: 'segnet', width: 4 });
  });

  it('names a value by its label, which is no setting', () => {
    const dataset = [{ label: 'small scenes', name: 'synthetic', size: [32, 32] }];
    const { runs } = parseSweep({ name: 'labels', grid: { dataset } });
    expect(runs.map(({ id }) => id)).toEqual(['small_scenes']);
    expect(runs[0].config.dataset).not.toHaveProperty('label');
  });

  it('puts several grids together', () => {
    const grid = [
      { 'loss.name': ['pat'], seed: [0] },
      { 'loss.name': ['focal'], seed: [1] },
    ];
    expect(ids({ name: 'two', grid })).toEqual(['pat/seed0', 'focal/seed1']);
  });

  it('takes a run that two grids have once', () => {
    const grid = [{ seed: [0, 1] }, { seed: [1, 2] }];
    expect(ids({ name: 'overlap', grid })).toEqual(['seed0', 'seed1', 'seed2']);
  });

  it.each([
    [{ grid: { seed: [0] } }, 'sweep: name: Required. Example'],
    [{ name: 'a/b', grid: { seed: [0] } }, 'sweep: name: Invalid'],
    [{ name: 'a', grid: { seed: [] } }, 'sweep: grid.seed: Array must contain at least 1'],
    [
      {
        name: 'a',
        grid: [2, 3].map((seed) => ({ dataset: [{ label: 'drawn', seed }] })),
      },
      "grid must be runs of different ids, got 'drawn'",
    ],
    [{ name: 'a', grid: { 'model.width': [4, 0] } }, 'run width0: experiment config: model.width'],
    [{ name: 'a', grid: { loss: [{ name: 'pat', tau: 2 }] } }, 'run pat-tau=2: experiment config'],
  ])('refuses %j', (input, message) => {
    expect(() => parseSweep(input)).toThrow(message);
  });
});

describe('sweepPreset', () => {
  it.each(
    [...presetNames, ...studyNames].flatMap((name) =>
      scales.map((scale) => [name, scale] as const),
    ),
  )('%s at the scale %s is a valid sweep', (name, scale) => {
    expect(parseSweep(sweepPreset(name, scale)).runs.length).toBeGreaterThan(1);
  });

  it('table1 holds the eight losses of the paper, and its balanced softmax as the authors wrote it', () => {
    const { runs } = parseSweep(sweepPreset('table1', 'paper'));
    expect(runs).toHaveLength(3 * 9);
    expect(new Set(runs.map(({ config }) => config.loss.name)).size).toBe(8);
    expect(runs[0].config).toMatchObject({ epochs: 100, model: { name: 'segnet', width: 32 } });
  });

  it('puts several presets together, a run that they share once', () => {
    const all = ids(sweepPreset(['table3', 'ablation'], 'laptop'));
    const apart = ['table3', 'ablation'].flatMap((name) => ids(sweepPreset(name, 'laptop')));
    // PAT at temperature 1, on three data sets with three seeds.
    expect(apart.length - all.length).toBe(9);
    expect(new Set(apart)).toEqual(new Set(all));
  });
});
