/** The counts of the training split: counted, stored, used by every loss of a run, and what files of version 1.0 meant. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/closeness';
import { tf } from '../../lib/backend';
import { openDataset } from '../../lib/datasets';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { evaluateRun } from '../../lib/training/evaluateRun';
import { openExperiment, runExperiment } from '../../lib/training/experiment';
import { estimateRun } from '../../lib/training/estimateRun';
import type { RunOptions } from '../../lib/training/experiment';
import { countPixels } from '../../lib/training/trainingPixels';
import { findRun } from '../../lib/runs/trainingRuns';
import { parseConfig } from '../../lib/runs/config';
import type { ExperimentInput } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { memoryDataset } from '../support/memoryDataset';
import { smallNetwork } from '../support/smallNetwork';

describe('countPixels', () => {
  it('counts every label map once, void left out, and leaves no tensor', async () => {
    const samples = Array.from({ length: 37 }, (_, index): Sample => {
      const labels = Uint8Array.from(
        { length: 12 },
        (_, i) => [0, 0, 2, 255][(i * (index + 1)) % 4],
      );
      const [height, width] = index % 2 === 0 ? [3, 4] : [2, 6];
      return { name: `${index}`, height, width, image: new Uint8Array(36), labels };
    });
    const expected = [0, 0, 0];
    for (const { labels } of samples) labels.forEach((id) => id < 3 && (expected[id] += 1));
    const dataset = memoryDataset(samples, ['a', 'b', 'c']);
    const before = tf.memory().numTensors;
    expect(await countPixels(dataset)).toEqual(expected);
    expect(expected[1]).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    await expect(countPixels(dataset, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

const dataset = {
  name: 'synthetic',
  size: [32, 48] as [number, number],
  numClasses: 6,
  trainLength: 7,
  validLength: 2,
};
const config: ExperimentInput = {
  dataset,
  model: smallNetwork,
  loss: { name: 'ldam', scale: 5 },
  epochs: 2,
  batchSize: 4,
  logging: { tensorboard: false, classStatistics: true },
};
const run = (outDir: string, changes: ExperimentInput = {}, options: Partial<RunOptions> = {}) =>
  runExperiment({ ...config, ...changes }, { outDir, ...options });

async function stopAt(outDir: string, step: number, changes: ExperimentInput = {}) {
  const stop = new AbortController();
  const onProgress: RunOptions['onProgress'] = (event) => {
    if (event.kind === 'step' && event.step === step) stop.abort(new Error('stopped'));
  };
  await expect(run(outDir, changes, { signal: stop.signal, onProgress })).rejects.toThrow(
    'stopped',
  );
}

/** What version 1.0 would have written: no file names the counts. */
async function makeOld(...files: string[]) {
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    const old = text
      .replace(/,\s*"classCounts": "batch"/, '')
      .replace(/\s*"trainingPixels": \[[^\]]*\],/, '');
    expect(old).not.toBe(text);
    await writeFile(file, old);
  }
}

describe('a run', () => {
  it('takes the counts of its training split by default, in every loss, resumed or not', () =>
    withFolder(async (folder) => {
      const at = (...names: string[]) => path.join(folder, ...names);
      const record = await run(at('whole'));
      const { name, size, numClasses, trainLength: length } = dataset;
      const train = await openDataset({ name, size, numClasses, length, split: 'train' });
      const pixels = new Array<number>(6).fill(0);
      for (let i = 0; i < length; i++) {
        (await train.labelMap(i)).labels.forEach((id) => id < 6 && (pixels[id] += 1));
      }
      expect(record.trainingPixels).toEqual(pixels);
      const loss = { name: 'ldam', scale: 5, classCounts: 'dataset' };
      expect(record.config.loss).toEqual(loss);
      const stored = JSON.parse(
        await readFile(at('whole', 'config.json'), 'utf8'),
      ) as typeof record.config;
      expect(stored.loss).toEqual(loss);

      const given = await run(at('given'), {
        loss: { name: 'ldam', scale: 5, classCounts: pixels },
      });
      expect(given.weightsSha256).toBe(record.weightsSha256);
      expect(given.best).toEqual(record.best);
      const lines = async (of: string) =>
        (await readFile(at(of, 'metrics.jsonl'), 'utf8')).replace(/"seconds":[\d.e-]+/g, '');
      expect(await lines('given')).toBe(await lines('whole')); // steps, validation, probe
      const { loss: evaluated } = await evaluateRun(at('whole'));
      expectClose([evaluated as number], [record.best.validLoss], { relative: 1e-6 });
      const batch = await run(at('batch'), {
        loss: { name: 'ldam', scale: 5, classCounts: 'batch' },
      });
      expect(batch.weightsSha256).not.toBe(record.weightsSha256);
      expect(batch.trainingPixels).toEqual(pixels);

      await stopAt(at('parts'), 3);
      const parts = await run(at('parts'));
      expect(parts.weightsSha256).toBe(record.weightsSha256);
      expect(parts.trainingPixels).toEqual(pixels);
    }));

  it('counts for every loss, and for the authors’ variants the batch', () =>
    withFolder(async (folder) => {
      const short: ExperimentInput = { epochs: 1, loss: { name: 'pat' } };
      const pat = await run(path.join(folder, 'pat'), short);
      expect(pat.trainingPixels).toHaveLength(6);
      const loss = { name: 'ldam', variant: 'authors' } as const;
      const authors = await run(path.join(folder, 'authors'), { epochs: 1, loss });
      expect(authors.config.loss).toEqual(loss);
      expect(authors.trainingPixels).toEqual(pat.trainingPixels);
      const counted = await run(path.join(folder, 'batch'), {
        epochs: 1,
        loss: { ...loss, classCounts: 'batch' },
      });
      expect(counted.weightsSha256).toBe(authors.weightsSha256);
    }));

  it('can be estimated without a pass over the labels', async () => {
    const experiment = await openExperiment(parseConfig(config));
    expect((await estimateRun(experiment)).secondsPerStep).toBeGreaterThan(0);
    experiment.model.dispose();
  });
});

describe('a run of version 1.0, whose config names no counts', () => {
  const old: ExperimentInput = { loss: { name: 'ldam', scale: 5, classCounts: 'batch' } };

  it('is not gone on with by other counts, and says how to', () =>
    withFolder(async (folder) => {
      const at = (...names: string[]) => path.join(folder, ...names);
      const whole = await run(at('whole'), old);
      await stopAt(at('old'), 3, old);
      const file = at('old', 'config.json');
      await writeFile(
        file,
        (await readFile(file, 'utf8')).replace(/,\s*"classCounts": "batch"/, ''),
      );
      await expect(run(at('old'))).rejects.toThrow(
        /loss\.classCounts is "dataset", was "batch" .*--set loss\.classCounts=batch goes on/,
      );
      expect((await run(at('old'), old)).weightsSha256).toBe(whole.weightsSha256);
    }));

  it('is read and evaluated with the counts of the batch', () =>
    withFolder(async (folder) => {
      const record = await run(folder, old);
      await makeOld(path.join(folder, 'record.json'));
      const file = path.join(folder, 'config.json');
      await writeFile(
        file,
        (await readFile(file, 'utf8')).replace(/,\s*"classCounts": "batch"/, ''),
      );
      const found = await findRun(folder);
      expect(found?.record.config.loss).toEqual(old.loss);
      expect(found?.label).toBe('LDAM, s = 5, batch counts');
      expect(found?.record.trainingPixels).toBeUndefined();
      const { loss: evaluated } = await evaluateRun(folder);
      expectClose([evaluated as number], [record.best.validLoss], { relative: 1e-6 });
      expect((await run(folder, old)).config.loss).toEqual(old.loss);
      await expect(run(folder)).rejects.toThrow('loss.classCounts');
    }));
});
