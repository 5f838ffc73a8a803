import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { analyzeMasks } from '../../lib/analysis/maskImbalance';
import { openDataset } from '../../lib/datasets';
import { strengthGrid } from '../../lib/decisions';
import { ConfusionMatrix } from '../../lib/metrics';
import { evaluateRun } from '../../lib/training/evaluateRun';
import { runExperiment } from '../../lib/training/experiment';
import { withFolder } from '../datasets/files';
import { run } from './run';

const dataset = {
  name: 'synthetic',
  size: [32, 48] as [number, number],
  numClasses: 6,
  trainLength: 4,
  validLength: 3,
  testLength: 2,
};

describe('npm run evaluate', () => {
  it('decides by adjusted logits, with the strength that does best on validation', () =>
    withFolder(async (folder) => {
      const outDir = path.join(folder, 'run');
      const model = { name: 'segnet', width: 2 } as const;
      const record = await runExperiment({ dataset, model, epochs: 1, batchSize: 2 }, { outDir });
      const { scores, decision } = await evaluateRun(outDir, { decision: 'adjusted', strength: 0 });
      expect(scores).toEqual(record.scores);
      expect(decision).toEqual({ rule: 'adjusted', strength: 0, chosenOn: 'given' });
      const full = await evaluateRun(outDir, { decision: 'adjusted', strength: 1 });
      expect(full.counts).not.toEqual(record.counts); // the rule does something
      const chosen = await evaluateRun(outDir, { decision: 'adjusted' });
      expect(chosen.decision).toMatchObject({ rule: 'adjusted', chosenOn: 'valid' });
      expect(strengthGrid).toContain(chosen.decision?.strength);
      const others = [record.scores.meanIoU ?? 0, full.scores.meanIoU ?? 0];
      expect(chosen.scores.meanIoU).toBeGreaterThanOrEqual(Math.max(...others));
      const told = await run(['evaluate', outDir, '--decision', 'adjusted']);
      expect(told.output).toContain(`t = ${chosen.decision?.strength}, the best by mean IoU`);
      await expect(evaluateRun(outDir, { decision: 'adjusted', strength: NaN })).rejects.toThrow(
        'logitAdjustment: strength must be a number',
      );
    }));

  it('gives the scores of the record, a table, JSON, and predictions that score the same', () =>
    withFolder(async (folder) => {
      const outDir = path.join(folder, 'run');
      const model = { name: 'segnet', width: 2 } as const;
      const record = await runExperiment({ dataset, model, epochs: 1, batchSize: 2 }, { outDir });
      const { scores, counts, loss, crossEntropy } = await evaluateRun(outDir);
      expect({ scores, counts }).toEqual({ scores: record.scores, counts: record.counts });
      expect(loss).toBe(record.best.validLoss);
      expect(crossEntropy).toBe(record.validationCrossEntropy);

      const predictions = path.join(folder, 'predictions');
      const args = ['evaluate', outDir, '--split', 'test'];
      const made = path.join(folder, 'made');
      const json = await run([...args, '--json', '--predictions', predictions, '--table', made]);
      expect(json.status).toBe(0);
      expect((await readdir(made)).sort()).toEqual(['classes.csv', 'classes.md', 'classes.tex']);
      const printed = await readFile(path.join(made, 'classes.md'), 'utf8');
      expect(printed).toMatch(/^Synthetic scenes, test split of 2 images, class by class/);
      expect(printed).not.toMatch(/\*\*|<u>/); // classes are no rivals: none is marked as the best
      const told = JSON.parse(json.output) as {
        length: number;
        counts: number[][];
        crossEntropy: number;
      };
      expect(told.length).toBe(2);
      expect(told.crossEntropy).toBe(record.test?.crossEntropy);

      const { testLength: length, name, size, numClasses } = dataset;
      const test = await openDataset({ name, size, numClasses, length, split: 'test' });
      const matrix = new ConfusionMatrix(6);
      expect(await readdir(predictions)).toHaveLength(2);
      for (const index of [0, 1]) {
        const sample = await test.sample(index);
        const rgb = await sharp(path.join(predictions, `${sample.name}.png`))
          .raw()
          .toBuffer();
        const ids = Array.from(sample.labels, (_, i) =>
          test.palette.findIndex((colour) => colour.every((part, c) => part === rgb[3 * i + c])),
        );
        matrix.update(sample.labels, ids);
      }
      expect(told.counts).toEqual(matrix.counts());

      const train = await openDataset({ name, size, numClasses, length: 4, split: 'train' });
      const pixels = (await analyzeMasks(train)).classes.map((item) => item.pixels);
      const { groups } = await evaluateRun(outDir, { groupsBy: 'train' });
      const order = groups.flatMap(({ classes }) => classes);
      expect(order).toEqual([...order].sort((a, b) => pixels[b] - pixels[a]));
      expect(order).toHaveLength(pixels.filter((count) => count > 0).length);

      const { status, output } = await run([...args, '--groups', 'train']);
      expect(status).toBe(0);
      for (const word of [
        'Synthetic scenes, test: 2',
        'tail mIoU',
        'frequency-weighted IoU',
        'Ground',
      ]) {
        expect(output).toContain(word);
      }
      expect(output).toContain(`cross-entropy ${told.crossEntropy.toPrecision(4)}`);
      const share = 100 * (record.test?.scores.pixelAccuracy ?? 0);
      expect(output).toMatch(new RegExp(`pixel accuracy +${share.toFixed(1)}`));
      expect(output).not.toMatch(/meanIoU|pixelAccuracy|crossEntropy/); // names of the code

      await expect(evaluateRun(outDir, { data: 'synthetic' })).rejects.toThrow(
        "data must be a data set of 6 classes, as the run's, got 'synthetic with 12'",
      );
      await rm(path.join(outDir, 'record.json'));
      await expect(evaluateRun(outDir)).rejects.toThrow('without a readable record.json');
    }));

  it.each([
    [['/nowhere'], "run must be the folder of a finished run, got '/nowhere'"],
    [[], 'RUN is missing'],
    [['a', '--split', 'tests'], "Did you mean 'test'?"],
    [['a', '--groups', 'trai'], "Did you mean 'train'?"],
  ])('%j is an error', async (args, message) => {
    const { status, output, errors } = await run(['evaluate', ...args]);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain(message);
  });
});
