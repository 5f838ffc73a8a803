/** Two tiny runs on drawn scenes, compared on images picked by rule. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import {
  imageComparisonFigure,
  imageComparisonFigures,
  imageRows,
  pickTitle,
} from '../../lib/figures/imageComparisonFigure';
import { ConfusionMatrix } from '../../lib/metrics';
import { compareImages, hasImages } from '../../lib/results/imageComparison';
import { imageMeanIoUs } from '../../lib/results/scorer';
import { reportedImages } from '../../lib/results/runPredictions';
import type { TrainingRun } from '../../lib/runs/trainingRuns';
import { tinyExperiment, trainTiny } from '../support/tinyRuns';

const folder = mkdtempSync(join(tmpdir(), 'pat-images-'));
const dataset = { ...tinyExperiment.dataset, testLength: 5 };
let runs: TrainingRun[];

beforeAll(async () => {
  runs = [
    await trainTiny(folder, 'ce', { dataset }),
    await trainTiny(folder, 'pat', { dataset, loss: { name: 'pat', temperature: 2 } }),
  ];
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('compareImages', () => {
  it('predicts picked test images, each with the score of the record, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const done: number[] = [];
    const comparison = await compareImages(runs, { onProgress: (count) => done.push(count) });
    expect(tf.memory().numTensors).toBe(before);
    expect(done).toEqual([1, 2]);
    expect(comparison.dataset.split).toBe('test');
    expect(comparison.meanIoU.map(({ length }) => length)).toEqual([5, 5]);
    expect(comparison.images.flatMap(({ rules }) => rules).sort()).toEqual(
      ['best', 'median', 'rarest class', 'worst'].sort(),
    );
    for (const { sample, name, index, predictions, meanIoU } of comparison.images) {
      expect(sample.name).toBe(name);
      predictions.forEach((prediction, run) => {
        const matrix = new ConfusionMatrix(5);
        matrix.update(sample.labels, prediction);
        expect(matrix.scores().meanIoU).toBe(meanIoU[run]);
        expect(comparison.meanIoU[run][index]).toBe(meanIoU[run]);
      });
    }
  });

  it('ranks by the mean over the runs, or by the change from the first to the last', async () => {
    const [ce, pat] = await Promise.all(
      runs.map(async (run) => imageMeanIoUs((await reportedImages(run)).perImage) as number[]),
    );
    const best = async (by: 'mean' | 'change') =>
      (await compareImages(runs, { by, rules: ['best'] })).images[0];
    const mean = ce.map((value, i) => (value + pat[i]) / 2);
    const change = ce.map((value, i) => pat[i] - value);
    expect((await best('mean')).score).toBeCloseTo(Math.max(...mean), 12);
    expect((await best('change')).score).toBeCloseTo(Math.max(...change), 12);
  });

  it('throws for no runs, runs on other images, data that is not theirs, and after an abort', async () => {
    await expect(compareImages([])).rejects.toThrow('compareImages: runs must be a non-empty');
    const [first, second] = runs;
    const changed = (change: Partial<TrainingRun['record']['config']>): TrainingRun => {
      const config = { ...second.record.config, ...change };
      return { ...second, record: { ...second.record, config } };
    };
    const other = changed({ dataset: { ...second.record.config.dataset, seed: 1 } });
    await expect(compareImages([first, other])).rejects.toThrow('scored on the images of');
    const { test } = second.record;
    const perImage = test && { ...test.perImage, names: test.perImage.names.map((n) => `${n}x`) };
    const renamed = {
      ...second,
      record: { ...second.record, test: test && perImage && { ...test, perImage } },
    };
    await expect(compareImages([renamed])).rejects.toThrow('Set PAT_DATA_DIR to the folder');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(compareImages(runs, { signal })).rejects.toThrow('enough');
  });
});

describe('hasImages', () => {
  it('tells whether the data of a run is here', async () => {
    expect(await hasImages(runs[0])).toBe(true);
    const { record } = runs[0];
    const lost = { ...record.config.dataset, name: 'camvid', root: join(folder, 'none') };
    const config = { ...record.config, dataset: lost };
    expect(await hasImages({ ...runs[0], record: { ...record, config } })).toBe(false);
  });
});

describe('reportedImages', () => {
  it('predicts the validation images of a record that holds no counts', async () => {
    const [{ folder: at, record }] = runs;
    const { test, ...older } = record;
    expect(test).toBeDefined();
    const { split, perImage } = await reportedImages({ folder: at, record: older });
    expect(split).toBe('valid');
    const sum = (rows: (readonly number[])[]) =>
      rows[0].map((_, c) => rows.reduce((total, row) => total + row[c], 0));
    expect(perImage.names).toHaveLength(6);
    expect(sum(perImage.hits)).toEqual(record.counts.map((row, c) => row[c]));
  });
});

describe('imageComparisonFigure', () => {
  it('has a column for each run chosen, and says how the images were picked', async () => {
    const comparison = await compareImages(runs, { by: 'change' });
    const figure = await imageComparisonFigure(comparison, { columns: [1], name: 'one' });
    const texts = (figure.layout.annotations ?? []).map(({ text }) => text);
    expect(texts.slice(0, 3)).toEqual(['Image', 'Label', 'PAT<br>τ = 2']);
    expect(texts).toContain(pickTitle(comparison.images[0], comparison));
    expect(figure.name).toBe('one');
    expect(figure.caption).toContain('picked by rule among the 5 of the split');
    expect(figure.caption).toContain('change in mean IoU');
  });

  it('writes networks above the losses where both differ', async () => {
    const comparison = await compareImages(runs, { rules: ['best'] });
    const config = { ...runs[1].record.config, model: { ...runs[1].record.config.model } };
    config.model.name = 'unet';
    const unet = { ...runs[1], record: { ...runs[1].record, config } };
    const figure = await imageComparisonFigure({ ...comparison, runs: [runs[0], unet] });
    const texts = (figure.layout.annotations ?? []).map(({ text }) => text);
    expect(texts.slice(2, 6)).toEqual(['CE', 'PAT<br>τ = 2', 'SegNet', 'UNet']);
  });

  it('is cut into several where the runs have no room in one', async () => {
    const comparison = await compareImages(runs, { rules: ['best'] });
    const figures = await imageComparisonFigures(comparison, { maxColumns: 1, name: 'fig4' });
    expect(figures.map(({ name }) => name)).toEqual(['fig4-1', 'fig4-2']);
    const [whole] = await imageComparisonFigures(comparison);
    expect(whole.layout.images).toHaveLength(6);
  });

  it('comes with a table of the images', async () => {
    const comparison = await compareImages(runs, { rules: ['best'] });
    const [{ name, meanIoU }] = comparison.images;
    const [ce, pat] = meanIoU.map((share) => Math.round(1000 * (share as number)) / 10);
    expect(imageRows(comparison)).toEqual([
      { image: name, 'picked as': 'best', CE: ce, 'PAT, τ = 2': pat },
    ]);
  });

  it('titles rows by rule', () => {
    const context = {
      by: 'mean',
      dataset: { classNames: ['Sky', 'Pole'] },
    } as unknown as Parameters<typeof pickTitle>[1];
    const image = { rules: ['best', 'rarest class'], rarestClass: 1 } as const;
    expect(pickTitle({ ...image, rules: [...image.rules] }, context)).toBe('best, rarest: Pole');
    expect(pickTitle({ rules: ['worst'] }, { ...context, by: 'change' })).toBe('worst change');
  });
});
