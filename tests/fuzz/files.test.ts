/* eslint-disable max-lines -- every kind of file in one table */
/** Files of every kind, changed at random on the disk: a right value, or an InputError that names the file. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { openDataset } from '../../lib/datasets';
import { readClasses } from '../../lib/datasets/folderClasses';
import { Adam } from '../../lib/engine/adam';
import { readBench } from '../../lib/measurement/benchResults';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { readSafetensors, writeSafetensors } from '../../lib/models/safetensors';
import { readPrecisionRuns } from '../../lib/results/precisionRuns';
import { parseConfig } from '../../lib/runs/config';
import { readFacts } from '../../lib/runs/facts';
import { readSweepSummary } from '../../lib/sweeps/collect';
import { slurmStates } from '../../lib/sweeps/slurm';
import { readPlan, runStates } from '../../lib/sweeps/sweepFolder';
import { loadCheckpoint, readCheckpoint, saveCheckpoint } from '../../lib/training/checkpoint';
import { namesOf, withFolder } from '../datasets/files';
import { writeOwn } from '../datasets/ownFolder';
import {
  accepts,
  changed,
  changes,
  fuzz,
  fuzzDocument,
  listing,
  oddValue,
  options,
} from './support';

const classes = {
  title: 'Mine',
  ignoreIndex: 255,
  ignoreColour: [1, 2, 3],
  masks: 'ids',
  classes: ['road', { name: 'car', colour: [200, 0, 0], value: 7 }],
};
const results = path.resolve(__dirname, '../../data/results');
const stored = (name: string) =>
  JSON.parse(readFileSync(path.join(results, name), 'utf8')) as unknown;

/** Bytes of a file with some replaced, or cut. */
const edited = (length: number) =>
  fc.record({
    edits: fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { maxLength: 4 }),
    end: fc.oneof({ arbitrary: fc.constant(length), weight: 4 }, fc.nat(length)),
  });

function editedBytes(bytes: Buffer, { edits, end }: { edits: [number, number][]; end: number }) {
  const copy = Buffer.from(bytes);
  for (const [at, value] of edits) copy[at] = value;
  return copy.subarray(0, end);
}

/** Bytes that a failure shows as what made them. */
const shown = (bytes: Buffer, ...what: unknown[]): Buffer =>
  Object.assign(bytes, { [fc.toStringMethod]: () => JSON.stringify(what) });

/** The header of a safetensors file as a document, its data behind it. */
function withHeader(bytes: Buffer, change: (header: unknown) => unknown): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as unknown;
  const text = Buffer.from(JSON.stringify(change(header)) ?? '');
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, bytes.subarray(8 + length)]);
}

describe('a right value, or an InputError that names the file, for', () => {
  it('class files', options, () =>
    withFolder(async (folder) => {
      const place = path.join(folder, 'classes.json');
      await fuzzDocument(
        classes,
        async (copy) => {
          await writeFile(place, JSON.stringify(copy) ?? '');
          const { classNames = [], palette = [], title } = await readClasses(place);
          for (const text of [title, ...classNames]) expect(typeof text).toBe('string');
          expect(palette).toHaveLength(classNames.length);
        },
        /classes\.json/,
      );
      expect(listing(folder)).toEqual(['classes.json']);
    }),
  );

  it('weights, by bytes and by headers', options, () =>
    withFolder(async (folder) => {
      const place = path.join(folder, 'weights.safetensors');
      const values = new Float32Array([1, 2, 3, 4, 5, 6]);
      const tensors = new Map([
        ['a', { shape: [2, 3], values }],
        ['b', { shape: [1], values: new Int32Array(1) }],
      ]);
      await writeSafetensors(place, tensors, { of: 'a test' });
      const bytes = readFileSync(place);
      const cases = fc.oneof(
        edited(bytes.length).map((edit) => shown(editedBytes(bytes, edit), edit)),
        changes.map((list) =>
          shown(
            withHeader(bytes, (header) => changed(header, list)),
            list,
          ),
        ),
      );
      await fuzz(cases, async (copy) => {
        await writeFile(place, copy);
        return accepts(async () => {
          const { tensors: read, metadata } = await readSafetensors(place);
          for (const one of read.values()) {
            expect(one.values).toHaveLength(one.shape.reduce((a, b) => a * b, 1));
          }
          for (const text of Object.values(metadata)) expect(typeof text).toBe('string');
        }, /weights\.safetensors/);
      });
      expect(listing(folder)).toEqual(['weights.safetensors']);
    }),
  );

  it('checkpoints: restored whole, or the state untouched', options, () =>
    withFolder(async (folder) => {
      const model = createModel({ name: 'segnet', numClasses: 2, width: 1 });
      const adam = new Adam(trainableVariables(model));
      const history = [{ epoch: 1 }];
      const position = {
        ...{ epoch: 1, step: 8, position: 0, lossSum: 0, seconds: 1, best: null, data: 'x' },
        gradientNorm: { sum: 0, max: 0 },
      };
      adam.step = position.step;
      await saveCheckpoint(folder, { model, adam }, position);
      const place = path.join(folder, 'last.safetensors');
      const bytes = readFileSync(place);
      const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
      const inMetadata = (
        header: unknown,
        list: typeof changes extends fc.Arbitrary<infer V> ? V : never,
      ) => {
        const all = header as { __metadata__: Record<string, string> };
        const { position: text } = all.__metadata__;
        const where = JSON.stringify(changed({ ...JSON.parse(text), history }, list)) ?? '';
        return { ...all, __metadata__: { ...all.__metadata__, position: where } };
      };
      const cases = fc.oneof(
        edited(headerEnd).map((edit) =>
          editedBytes(bytes, { ...edit, end: edit.end === headerEnd ? bytes.length : edit.end }),
        ),
        edited(bytes.length).map((edit) => shown(editedBytes(bytes, edit), edit)),
        changes.map((list) =>
          shown(
            withHeader(bytes, (header) => changed(header, list)),
            list,
          ),
        ),
        changes.map((list) =>
          shown(
            withHeader(bytes, (header) => inMetadata(header, list)),
            list,
          ),
        ),
        fc.tuple(fc.constantFrom('adamStep', 'position', 'sha256'), oddValue).map(([key, value]) =>
          withHeader(bytes, (header) => {
            const all = header as { __metadata__: object };
            return { ...all, __metadata__: { ...all.__metadata__, [key]: value } };
          }),
        ),
      );
      const weight = model.trainableWeights[0].read();
      const before = (await weight.data()).slice();
      await fuzz(cases, async (copy) => {
        await writeFile(place, copy);
        adam.step = -1;
        const read = await accepts(async () => {
          expect(await readCheckpoint(place, { model, adam })).toEqual(position);
        }, /last\.safetensors/);
        expect(adam.step).toBe(read ? position.step : -1);
        if (!read) {
          await expect(loadCheckpoint(folder, { model, adam })).rejects.toThrow('--fresh');
        }
        return read;
      });
      expect(await weight.data()).toEqual(before);
      expect(listing(folder)).toEqual(['last.safetensors']);
      tf.dispose([...model.weights.map((one) => one.read())]);
    }),
  );

  it('list files', options, () =>
    withFolder(async (folder) => {
      await writeOwn(folder, { count: 3 });
      const before = listing(folder);
      const name = fc.constantFrom(
        'n0',
        'n1',
        'n2',
        'n0.png',
        '../n0',
        '/images/n1.jpg',
        'n9',
        '..',
        '\0',
        '# n',
        '\ufeffn0',
      );
      const line = fc.oneof(
        { arbitrary: name, weight: 4 },
        fc.string({ unit: 'binary', maxLength: 8 }),
      );
      const text = fc.array(line, { maxLength: 4 }).map((lines) => Buffer.from(lines.join('\n')));
      const bytes = fc.uint8Array({ maxLength: 30 }).map((all) => Buffer.from(all));
      await fuzz(fc.oneof({ arbitrary: text, weight: 5 }, bytes), async (list) => {
        await writeFile(path.join(folder, 'train.txt'), list);
        return accepts(async () => {
          const names = await namesOf(await openDataset({ name: 'folder', root: folder }));
          expect(['n0', 'n1', 'n2']).toEqual(expect.arrayContaining(names));
          expect(new Set(names).size).toBe(names.length);
        }, /train\.txt|train split in/);
      });
      expect(listing(folder)).toEqual([...before, 'train.txt'].sort());
    }),
  );

  it('splits written down', options, () =>
    withFolder(async (folder) => {
      await writeOwn(folder, { count: 3 });
      const place = path.join(folder, 'splits', 'paper-seed0.json');
      await mkdir(path.dirname(place));
      const split = { rule: 'paper', seed: 0, train: ['n0'], valid: ['n1'], test: ['n2'] };
      await fuzzDocument(
        split,
        async (copy) => {
          await writeFile(place, JSON.stringify(copy) ?? '');
          const names = await namesOf(await openDataset({ name: 'folder', root: folder }));
          expect(names).toHaveLength(1);
        },
        /paper-seed0\.json/,
      );
    }),
  );

  it('the names of plugins and of data folders', options, () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '',
        '..',
        '/',
        '\0.ts',
        'x.ts',
        '../../x.mjs',
        '/proc/self/mem.js',
        'a'.repeat(300) + '.ts',
        '\ud800.ts',
      ),
    );
    const reference = fc.record({
      name,
      sha256: fc.constantFrom('0'.repeat(64), '', 'x'),
      defines: fc.constantFrom(undefined, 'loss', 'model', 'other'),
    });
    const cases = fc.oneof(
      fc.record({ plugins: fc.array(fc.oneof(name, reference, oddValue), { maxLength: 2 }) }),
      fc.record({ dataset: fc.record({ name: fc.constant('folder'), root: name }) }),
    );
    return fuzz(cases, (config) =>
      accepts(async () => {
        const { dataset } = parseConfig(config);
        if ('dataset' in config) await openDataset({ name: 'folder', root: dataset.root });
      }),
    );
  });

  it.each([
    [
      'run.json',
      { kit: 'pat-notebooks', threads: 1, listing: { train: ['a 1 2'] } },
      (folder: string) => readFacts('test', folder),
    ],
    ['sweep.json', stored('laptop/sweep.json'), readSweepSummary],
    ['sweep.json', { name: 'a', threads: 1, runs: [{ id: 'seed0', config: {} }] }, readPlan],
    [
      'step.json',
      stored('bench/step.json'),
      (folder: string): Promise<unknown> => readBench('step', folder),
    ],
    [
      'loss.json',
      stored('bench/loss.json'),
      (folder: string): Promise<unknown> => readBench('loss', folder),
    ],
    [
      'camvid-segnet.json',
      stored('precision/camvid-segnet.json'),
      (folder: string) => readPrecisionRuns(path.join(folder, 'camvid-segnet.json')),
    ],
    ['slurm/job.json', { id: '7', runs: ['seed0'], submitted: '2026-01-01' }, slurmStates],
  ] as const)('%s (%#)', options, (name, document, read) =>
    withFolder(async (folder) => {
      const place = path.join(folder, name);
      await mkdir(path.dirname(place), { recursive: true });
      const before = process.env.PATH;
      process.env.PATH = folder; // where the cluster's client knows of nothing
      await writeFile(path.join(folder, 'squeue'), '#!/bin/sh\n', { mode: 0o755 });
      try {
        await fuzzDocument(
          document,
          async (copy) => {
            await writeFile(place, JSON.stringify(copy) ?? '');
            await read(folder);
          },
          /\.json/,
        );
      } finally {
        process.env.PATH = before;
      }
    }),
  );

  it('failure.json, by the state of its run', options, () =>
    withFolder(async (folder) => {
      const run = { id: 'seed0', config: parseConfig({}) };
      const place = path.join(folder, 'runs', 'seed0', 'failure.json');
      await mkdir(path.dirname(place), { recursive: true });
      const failure = { attempts: 1, ended: '1', reason: 'none' };
      await fuzz(changes, async (list) => {
        await writeFile(place, JSON.stringify(changed(failure, list)) ?? '');
        const [state] = await runStates(folder, [run]);
        expect(state.status).toBe('failed');
        const isUnreadable = state.failure?.ended === 'unreadable';
        if (isUnreadable) expect(state.failure?.reason).toContain(place);
        return !isUnreadable;
      });
    }),
  );
});
