import { describe, expect, it } from 'vitest';
import {
  bestOfEachLoss,
  distinctLabels,
  figureColumns,
  groupByImages,
} from '../../lib/results/runSelection';
import type { LossConfig } from '../../lib/losses';
import type { NetworkName } from '../../lib/models';
import { parseConfig } from '../../lib/runs/config';
import { lossLabel } from '../../lib/results/names';
import type { TrainingRun } from '../../lib/runs/trainingRuns';

interface Given {
  loss: LossConfig;
  network?: NetworkName;
  dataset?: string;
  seed?: number;
  meanIoU?: number | null;
  epochs?: number;
}

function run({ loss, network, dataset, seed = 0, meanIoU = 0.5, epochs }: Given): TrainingRun {
  const config = parseConfig({
    dataset: { name: dataset ?? 'camvid', cache: seed > 0 ? 'memory' : 'none' },
    model: { name: network ?? 'segnet' },
    loss,
    seed,
    epochs,
  });
  const told = {
    classNames: ['a', 'b'],
    counts: [
      [3, 0],
      [0, 4],
    ],
  };
  const record = { config, scores: { meanIoU }, ...told } as unknown as TrainingRun['record'];
  return { label: lossLabel(loss), folder: '', record, epochs: [] };
}

const pat = (temperature: number, meanIoU: number | null, seed = 0) =>
  run({ loss: { name: 'pat', temperature }, meanIoU, seed });
const ce = run({ loss: { name: 'crossEntropy' } });

describe('bestOfEachLoss', () => {
  it('keeps the option with the best validation score, of the first seed', () => {
    const chosen = bestOfEachLoss([ce, pat(0.5, null), pat(1, 0.3), pat(2, 0.2), pat(4, 0.9, 1)]);
    expect(chosen.map(({ label }) => label)).toEqual(['CE', 'PAT, τ = 1']);
  });

  it('keeps variants, networks and data sets apart', () => {
    const authors = run({ loss: { name: 'balancedSoftmax', variant: 'authors' } });
    const paper = run({ loss: { name: 'balancedSoftmax' } });
    const unet = run({ loss: { name: 'crossEntropy' }, network: 'unet' });
    const pets = run({ loss: { name: 'crossEntropy' }, dataset: 'oxfordPet' });
    const withoutMasks = run({ loss: { name: 'pat', temperature: 1, normalizer: 'pixels' } });
    const runs = [ce, authors, paper, unet, pets, pat(1, 0.2), withoutMasks];
    expect(bestOfEachLoss(runs)).toHaveLength(7);
  });
});

describe('runs that were not trained alike', () => {
  const longer = run({ loss: { name: 'pat', temperature: 1 }, epochs: 7, meanIoU: 0.9 });

  it('do not stand for each other, nor side by side without a word', () => {
    const runs = [ce, pat(1, 0.3), longer];
    expect(bestOfEachLoss(runs)).toHaveLength(3);
    const groups = groupByImages(runs);
    expect(groups.map(({ dataset, stem, runs: own }) => [dataset, stem, own.length])).toEqual([
      ['camvid, epochs 100', 'camvid_epochs_100', 2],
      ['camvid, epochs 7', 'camvid_epochs_7', 1],
    ]);
    expect(distinctLabels([pat(1, 0.3), longer])).toEqual(['epochs 100', 'epochs 7']);
  });
});

describe('groupByImages', () => {
  it('groups by data, not by where it is kept, and orders by network and loss', () => {
    const unet = run({ loss: { name: 'crossEntropy' }, network: 'unet' });
    const pets = run({ loss: { name: 'pat' }, dataset: 'oxfordPet' });
    const groups = groupByImages([unet, pets, pat(2, 0.5, 1), pat(1, 0.5), ce]);
    expect(groups.map(({ dataset, runs }) => [dataset, ...runs.map(({ label }) => label)])).toEqual(
      [
        ['camvid', 'CE', 'PAT, τ = 2', 'PAT, τ = 1', 'CE'],
        ['oxfordPet', 'PAT'],
      ],
    );
    expect(groups[0].runs[3]).toBe(unet);
  });
});

describe('figureColumns', () => {
  const unets = [1, 2].map((temperature) =>
    run({ loss: { name: 'pat', temperature }, network: 'unet' }),
  );
  const runs = [ce, pat(1, 0.5), pat(2, 0.5), ...unets];

  it('puts all in one figure, else a figure for each network, else several', () => {
    expect(figureColumns(runs, 5)).toEqual([[0, 1, 2, 3, 4]]);
    expect(figureColumns(runs, 4)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(figureColumns(runs, 2)).toEqual([[0, 1], [2], [3, 4]]);
  });

  it('throws for less than a column', () => {
    expect(() => figureColumns(runs, 0)).toThrow('figureColumns: maxColumns');
  });
});
