import { describe, expect, it } from 'vitest';
import { tableNamed, tableOfRecords } from '../../lib/tables';
import { tableClassBars, tableCurves, tableIntervals } from '../../lib/figures/tableFigures';
import { plan, recordsOf } from '../results/plannedRecords';

const losses = [{ name: 'crossEntropy' }, { name: 'pat' }, { name: 'balancedSoftmax' }];
const authors = { name: 'balancedSoftmax', variant: 'authors' };
const runs = plan({
  dataset: [{ name: 'camvid' }, { name: 'nyuv2' }],
  'model.name': ['segnet', 'unet'],
  loss: [...losses, authors],
  seed: [0, 1],
});
const records = recordsOf(runs, ({ config: { dataset, loss } }) =>
  dataset.name === 'camvid' ? (loss.name === 'pat' ? 0.8 : 0.6) : null,
);
const settings = { scale: 'laptop', split: 'test', resamples: 50, runs } as const;
const table = tableOfRecords(tableNamed('table2'), records, settings);
const choice = { dataset: 'camvid', network: 'unet' } as const;

describe('figures of a table', () => {
  it('show the chosen cells', () => {
    const [all] = tableClassBars(table, choice);
    expect(all?.data.map(({ name }) => name)).toEqual(['CE', 'PAT', 'BMS', 'BMS, authors’ code']);
    const [some] = tableClassBars(table, { ...choice, losses: ['balancedSoftmax', 'pat'] });
    expect(some?.data.map(({ name }) => name)).toEqual(['PAT', 'BMS']);
    const [named] = tableClassBars(table, { ...choice, losses: ['BMS, authors’ code', 'pat'] });
    expect(named?.data.map(({ name }) => name)).toEqual(['PAT', 'BMS, authors’ code']);
    expect(some?.name).toBe('table2-camvid-unet-classes');
    expect(some?.caption).toContain('CamVid 256×256 (test), UNet of width 8, 10 epochs');
  });

  it('average the curves over the seeds', () => {
    const [figure] = tableCurves(table, { ...choice, losses: ['pat'] });
    expect(figure?.rows).toHaveLength(2);
    expect(figure?.rows[1]).toMatchObject({ run: 'PAT', epoch: 2, meanIoU: 0.8 });
    expect(figure?.caption).toContain('UNet of width 8, 10 epochs, mean over the seeds');
    expect(figure?.caption).not.toContain('(test)'); // the curves are of training and validation
  });

  it('have a panel for each data set that was compared, a series for each network', () => {
    const figure = tableIntervals(table);
    expect(figure?.caption).toContain(', 10 epochs, test split: difference in mean IoU');
    expect(figure?.layout.annotations?.map(({ text }) => text)).toEqual(['CamVid']);
    expect(figure?.data.map(({ name }) => name)).toEqual(['SegNet', 'UNet']);
    expect(figure?.title).toBe('Differences to CE');
    expect(tableIntervals(table, 1)?.title).toBe('Differences to PAT');
  });

  it('name a loss without its option where each data set has its own', () => {
    const tuned = plan({
      loss: [{ name: 'crossEntropy' }, { name: 'pat', temperature: 2 }, authors],
      seed: [0],
    });
    const skill = () => 0.6;
    const of = (name: 'table1' | 'ablation') => {
      const made = tableOfRecords(tableNamed(name), recordsOf(tuned, skill), {
        ...settings,
        runs: tuned,
      });
      return tableIntervals(made)?.rows.map(({ label }) => label);
    };
    expect(of('table1')).toEqual(['PAT', 'BMS, authors’ code']);
    expect(of('ablation')).toEqual(['PAT, τ = 2', 'BMS, authors’ code']);
  });

  it('are apart for each setting, and average the curves by epoch', () => {
    const sizes = plan({
      'dataset.size': [
        [64, 96],
        [96, 144],
      ],
      loss: losses.slice(0, 2),
      seed: [0, 1],
    });
    const own = recordsOf(sizes, ({ config }) => config.dataset.size[0] / 200);
    const point = { step: 1, trainLoss: 1, validLoss: 1, pixelAccuracy: 0.5 };
    const at = (epoch: number) => ({ ...point, epoch, meanIoU: epoch / 10 });
    own[0].curves = [1, 4, 5].map(at); // a repair cut two lines out
    own[1].curves = [1, 2, 3, 4, 5].map(at);
    const made = tableOfRecords(tableNamed('runs'), own, { ...settings, runs: sizes });
    const synthetic = { dataset: 'synthetic', network: 'segnet' } as const;
    const [bars, curves] = [tableClassBars(made, synthetic), tableCurves(made, synthetic)];
    for (const figures of [bars, curves]) {
      expect(new Set(figures.map(({ name }) => name)).size).toBe(2);
    }
    expect(bars[1].name).toBe('runs-synthetic-size_96_144-segnet-classes');
    const rows = curves[0].rows.filter(({ run }) => run === 'CE');
    expect(rows.map(({ epoch, meanIoU }) => [epoch, meanIoU])).toEqual([
      [1, 0.1],
      [4, 0.4],
      [5, 0.5],
    ]);
    expect(curves[0].caption).toContain('Epochs without a value: CE: 2–3.');
    const traces = curves[0].data as { name?: string; x: number[]; y: (number | null)[] }[];
    const drawnLine = traces.find((trace) => trace.name === 'CE, validation');
    expect(drawnLine).toMatchObject({ x: [1, 2, 4, 5], y: [1, null, 1, 1] }); // no line over the gap
    const panels = tableIntervals(made)?.layout.annotations?.map(({ text }) => text);
    expect(panels).toEqual(['Synthetic scenes, size 64×96', 'Synthetic scenes, size 96×144']);
  });

  it('are not there without runs', () => {
    const empty = { ...choice, dataset: 'nyuv2' };
    expect(tableClassBars(table, empty)).toEqual([]);
    expect(tableCurves(table, empty)).toEqual([]);
    expect(tableIntervals(tableOfRecords(tableNamed('table2'), [], settings))).toBeUndefined();
  });
});
