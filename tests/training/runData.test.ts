/** A run is its data, its weights' bytes and its threads, too: what happens when one of them changes. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../lib/runs/config';
import { readFacts, writeFacts } from '../../lib/runs/facts';
import type { RunFacts } from '../../lib/runs/facts';
import { readRun } from '../../lib/runs/trainingRuns';
import { predictSamples } from '../../lib/results/runPredictions';
import { evaluateRun } from '../../lib/training/evaluateRun';
import { runExperiment } from '../../lib/training/experiment';
import { pngBytes, withFolder } from '../datasets/files';
import { writeFolderData, writeFolderPair } from '../support/folderData';
import { smallNetwork } from '../support/smallNetwork';

const configOf = (root: string, more: object = {}): ExperimentInput => ({
  dataset: { name: 'folder', root, size: [32, 32], ...more },
  model: smallNetwork,
  epochs: 2,
  batchSize: 2,
  augmentation: false,
  logging: { tensorboard: false },
});

interface Place {
  root: string;
  outDir: string;
}

/** Trains until the end, or until step `last` is done. */
async function train({ root, outDir }: Place, { last = 99, more = {} } = {}) {
  const notes: string[] = [];
  const stop = new AbortController();
  const record = await runExperiment(configOf(root, more), {
    outDir,
    signal: stop.signal,
    onProgress: (event) => {
      if (event.kind === 'note') notes.push(event.text);
      if (event.kind === 'step' && event.step === last) stop.abort(new Error('stopped'));
    },
  });
  return { record, notes };
}

/** In a new folder with data, a run that was stopped after step `last`. */
function withStopped<T>(last: number, use: (place: Place) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const root = await writeFolderData(path.join(folder, 'data'));
    const place = { root, outDir: path.join(folder, 'run') };
    await expect(train(place, { last })).rejects.toThrow('stopped');
    return use(place);
  });
}

function withFinished<T>(use: (place: Place) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const root = await writeFolderData(path.join(folder, 'data'));
    const place = { root, outDir: path.join(folder, 'run') };
    await train(place);
    return use(place);
  });
}

const changes: [what: string, change: (root: string) => Promise<unknown>, text: string][] = [
  [
    'classes in another order',
    (root) => writeFolderData(root, { classes: ['sky', 'road'] }),
    "class 0 is 'sky' (was 'road')",
  ],
  [
    'an image replaced',
    (root) => writeFolderPair(root, 'a1', { height: 64, width: 64 }),
    "'a1' of the train split has files of ",
  ],
  [
    'splits redrawn',
    async (root) => {
      await writeFile(path.join(root, 'train.txt'), 'a0\na1\na2\nb1\n');
      await writeFile(path.join(root, 'valid.txt'), 'b0\na3\n');
    },
    "sample 4 of the train split is 'b1' (was 'a3')",
  ],
];

describe('a run whose data have changed', () => {
  it.each(changes)('is refused when it goes on, and when it has ended: %s', (_, change, text) =>
    withStopped(3, async (place) => {
      await cp(place.root, `${place.root}-kept`, { recursive: true });
      const refused = `data must be those that the run in ${place.outDir} began with, got others: ${text}`;
      await change(place.root);
      await expect(train(place)).rejects.toThrow(refused);
      await rm(place.root, { recursive: true });
      await cp(`${place.root}-kept`, place.root, { recursive: true });
      const { record } = await train(place);
      expect(record.data?.classes.map(({ name }) => name)).toEqual(['road', 'sky']);
      expect(JSON.stringify(record.data)).not.toContain(place.root);
      await change(place.root);
      await expect(train(place)).rejects.toThrow(refused);
    }),
  );

  it('goes on where the same data lie elsewhere', () =>
    withStopped(3, async ({ root, outDir }) => {
      const before = await readFacts('test', outDir);
      await cp(root, `${root}-moved`, { recursive: true });
      await rm(root, { recursive: true });
      const config = await readFile(path.join(outDir, 'config.json'), 'utf8');
      await writeFile(path.join(outDir, 'config.json'), config.replace(root, `${root}-moved`));
      const { record } = await train({ root: `${root}-moved`, outDir });
      expect(record.data?.id).toBe(before?.data?.id);
    }));

  it('is refused where label files of the same sizes mean something else', () =>
    withStopped(3, async ({ root, outDir }) => {
      const file = path.join(root, 'masks', 'a0.png');
      const bytes = await readFile(file);
      const values = Array.from({ length: 32 * 32 }, (_, i) => Number(i % 3 !== 0));
      const swapped = pngBytes({ width: 32, height: 32, values });
      // Behind its end a PNG may hold anything: the sizes are made the same.
      const longer = Math.max(bytes.length, swapped.length);
      const padded = (png: Buffer) => Buffer.concat([png, Buffer.alloc(longer - png.length)]);
      await writeFile(file, padded(swapped));
      const facts = (await readFacts('test', outDir)) as RunFacts;
      await writeFacts(outDir, { ...facts, data: undefined });
      await expect(train({ root, outDir })).rejects.toThrow(
        /got others: the label files of the train split hold \d+ pixels of class 0, 'road' \(was \d+\)/,
      );
    }));

  it('with checkContents sees other bytes of the same number', () =>
    withFolder(async (folder) => {
      const root = await writeFolderData(path.join(folder, 'data'));
      const place = { root, outDir: path.join(folder, 'run') };
      const more = { checkContents: true };
      await expect(train(place, { last: 3, more })).rejects.toThrow('stopped');
      const file = path.join(root, 'images', 'b1.png');
      const bytes = await readFile(file);
      bytes[bytes.length - 5] ^= 1; // of the last chunk's name: decoders do not mind
      await writeFile(file, bytes);
      await expect(train(place, { more })).rejects.toThrow(
        'files of the valid split hold other bytes, of the same number',
      );
    }));

  it('of version 1.0 goes on, and is compared from then on', () =>
    withStopped(3, async (place) => {
      await rm(path.join(place.outDir, 'run.json'));
      const { record } = await train(place);
      expect(record.data?.title).toBe('Two classes');
      const file = path.join(place.outDir, 'record.json');
      const old = { ...record, data: undefined };
      await writeFile(file, JSON.stringify(old));
      await rm(path.join(place.outDir, 'run.json'));
      expect((await train(place)).record.data).toBeUndefined();
      expect((await evaluateRun(place.outDir)).changed).toBeUndefined();
    }));
});

describe('evaluateRun', () => {
  it('refuses classes in another order, and says in what else the data differ', () =>
    withFinished(async ({ root, outDir }) => {
      expect((await evaluateRun(outDir)).changed).toBeUndefined();
      await writeFolderPair(root, 'b1', { height: 64, width: 64, label: (i) => i % 2 });
      const notes: string[] = [];
      const { changed } = await evaluateRun(outDir, { onNote: (text) => notes.push(text) });
      expect(changed).toContain("'b1' of the valid split has files of ");
      expect(notes).toEqual([changed]);
      const run = await readRun(outDir);
      await expect(predictSamples(run, [0])).rejects.toThrow(
        'predictions: data must be those of the run in',
      );
      await writeFolderData(root, { classes: ['sky', 'road'] });
      for (const evaluate of [() => evaluateRun(outDir), () => predictSamples(run, [0])]) {
        await expect(evaluate()).rejects.toThrow(
          "classes must be those that the run learnt, got others: class 0 is 'sky' (was 'road')",
        );
      }
    }));

  it('refuses weights that are not those of the record', () =>
    withFinished(async ({ outDir }) => {
      const file = path.join(outDir, 'weights.safetensors');
      const bytes = await readFile(file);
      bytes[bytes.length - 64] ^= 64;
      await writeFile(file, bytes);
      const run = await readRun(outDir);
      for (const evaluate of [() => evaluateRun(outDir), () => predictSamples(run, [0])]) {
        await expect(evaluate()).rejects.toThrow(
          `${file} must hold the weights that the record was made of (SHA-256 ${run.record.weightsSha256}), got a file`,
        );
      }
      await rm(file);
      await expect(evaluateRun(outDir)).rejects.toThrow(
        'got no file. Put them back, or run npm run train',
      );
    }));
});

describe('a run', () => {
  it('that has ended refuses altered weights, and writes deleted ones anew from its best epoch', () =>
    withFinished(async (place) => {
      const file = path.join(place.outDir, 'weights.safetensors');
      const bytes = await readFile(file);
      await writeFile(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([7])]));
      await expect(train(place)).rejects.toThrow(
        'must hold the weights that the record was made of',
      );
      await rm(file);
      const { notes } = await train(place);
      expect(notes).toEqual([
        `${file} was gone: written anew from the checkpoint of the best epoch`,
      ]);
      expect(await readFile(file)).toEqual(bytes);
      await rm(file);
      await rm(path.join(place.outDir, 'checkpoints', 'best.safetensors'));
      await expect(train(place)).rejects.toThrow('got no file, and');
    }));

  it('that goes on verifies the weights of its best epoch first', () =>
    withStopped(3, async (place) => {
      const best = path.join(place.outDir, 'checkpoints', 'best.safetensors');
      const bytes = await readFile(best);
      bytes[bytes.length - 64] ^= 64;
      await writeFile(best, bytes);
      await expect(train(place)).rejects.toThrow(
        /best.safetensors must hold the weights of the best epoch so far.*Lost are the weights of epoch 1, validation loss/s,
      );
      await rm(best);
      await expect(train(place)).rejects.toThrow('there is no such file');
    }));

  it('refuses a checkpoint of other data', () =>
    withStopped(3, async (place) => {
      const facts = (await readFacts('test', place.outDir)) as RunFacts;
      await rm(path.join(place.outDir, 'run.json'));
      await writeFolderData(place.root, { title: 'Others' });
      await expect(train(place)).rejects.toThrow(
        "must be of this run's data, got one of other data",
      );
      expect(facts.data?.title).toBe('Two classes');
    }));

  it('notes other threads than it began with', () =>
    withStopped(3, async (place) => {
      const facts = (await readFacts('test', place.outDir)) as RunFacts;
      await writeFacts(place.outDir, { ...facts, threads: facts.threads + 3 });
      const { notes } = await train(place);
      expect(notes).toEqual([
        expect.stringContaining(
          `threads: ${facts.threads}, ${facts.threads + 3} when the run began`,
        ),
      ]);
    }));
});
