import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readRecords } from '../../lib/results';
import { adjustedRecord } from '../../lib/results/records';
import { runExperiment } from '../../lib/training/experiment';
import { evaluateRun } from '../../lib/training/evaluateRun';
import type { ExperimentInput } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { smallNetwork } from '../support/smallNetwork';

const dataset = {
  name: 'synthetic',
  size: [32, 48],
  numClasses: 3,
  trainLength: 2,
  validLength: 3,
};
const config = { dataset, model: smallNetwork, epochs: 1, batchSize: 2 } as ExperimentInput;

it('a record holds the counts of each image of the test split, which results read', () =>
  withFolder(async (folder) => {
    const withTest = { ...config, dataset: { ...config.dataset, testLength: 5 } };
    const record = await runExperiment(withTest, { outDir: folder });
    expect(record.perImage).toBeUndefined();
    expect(record.test?.perImage.names).toHaveLength(5);
    expect(record.test?.counts).not.toEqual(record.counts);
    const { records, skipped } = await readRecords(folder, { split: 'test' });
    expect(skipped).toEqual([]);
    expect(records[0].perImage).toEqual(record.test?.perImage);
    expect(records[0].scores).toEqual(record.test?.scores);
    const text = await readFile(path.join(folder, 'record.json'), 'utf8');
    expect(text).toContain('\n  "test": {');
    expect(text).toMatch(/\n {8}\[\d+,\d+,\d+\],\n/); // a row of numbers on a line
  }));

it('without a test split the validation split is reported image by image', () =>
  withFolder(async (folder) => {
    const record = await runExperiment(config, { outDir: folder });
    expect(record.test).toBeUndefined();
    expect(record.perImage?.names).toHaveLength(3);
    const { records } = await readRecords(folder);
    expect(records[0].perImage).toEqual(record.perImage);
  }));

it.each([0, 4])(
  'a run of cross-entropy also holds what its adjusted logits decide, as npm run evaluate finds it (test images: %s)',
  (testLength) =>
    withFolder(async (folder) => {
      const input = {
        ...config,
        dataset: { ...dataset, ...(testLength > 0 && { testLength }) },
        loss: { name: 'crossEntropy' },
      };
      const { adjusted } = await runExperiment(input as ExperimentInput, { outDir: folder });
      const split = testLength > 0 ? 'test' : 'valid';
      const again = await evaluateRun(folder, { split, decision: 'adjusted' });
      expect(adjusted?.strength).toBe(again.decision?.strength);
      expect(adjusted?.counts).toEqual(again.counts);
      expect(adjusted?.perImage).toEqual(again.perImage);
      const [read] = (await readRecords(folder, { split })).records;
      expect(adjustedRecord(read)?.scores).toEqual(again.scores);
      const other = (await readRecords(folder, { split: testLength > 0 ? 'valid' : 'test' }))
        .records;
      for (const one of other) expect(adjustedRecord(one)).toBeUndefined();
    }),
);

it('a run of another loss holds no other decision', () =>
  withFolder(async (folder) => {
    const record = await runExperiment({ ...config, loss: { name: 'pat' } }, { outDir: folder });
    expect(record.adjusted).toBeUndefined();
  }));
