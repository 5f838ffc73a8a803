import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../lib/check';
import { readClasses } from '../lib/datasets/folderClasses';
import { findPngHeader } from '../lib/datasets/decode/png';
import { createLoss } from '../lib/losses';
import type { LossConfig } from '../lib/losses';
import { readSafetensors, writeSafetensors } from '../lib/models/safetensors';
import { parseConfig, parseStoredConfig } from '../lib/runs/config';
import { parseEpochs } from '../lib/runs/epochs';
import { parseRecord } from '../lib/runs/record';
import { parseSweep } from '../lib/sweeps/plan';
import { withFolder } from './datasets/files';
import { tinyRun } from './support/tinySweep';

/** Cases of each kind; thousands in a run of their own: PAT_FUZZ=10000. */
const numRuns = Number(process.env.PAT_FUZZ ?? 150);
const options = { timeout: 60_000 + 20 * numRuns };

/** What a hand or a program puts where something else should be. */
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    ...[null, '', ' ', '..', '../x', '/', 'a/b', '\0', '<i>', '=1', '__proto__', 'constructor'],
    ...[-1, 0, 0.5, 1e9, 1e308, 2 ** 31, 2 ** 53, -0, true, false, [], {}, [[]], { name: null }],
  ),
);

/** Where a change is made: the how-manieth step down, by keys. */
const change = fc.record({
  path: fc.array(fc.nat(30), { maxLength: 5 }),
  kind: fc.constantFrom('replace', 'delete', 'add', 'rename'),
  key: fc.constantFrom('name', 'seed', 'size', 'loss', 'extra', '__proto__', 'toString', ''),
  value: oddValue,
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** A copy of a document with the changes made. */
function changed(document: unknown, changes: readonly Change[]): unknown {
  const root = { document: structuredClone(document) };
  for (const { path: steps, kind, key, ...put } of changes) {
    const value = structuredClone(put.value);
    let parent = root as Record<string, unknown>;
    let at = 'document';
    for (const step of steps) {
      const child = parent[at];
      if (typeof child !== 'object' || child === null || Object.keys(child).length === 0) break;
      parent = child as Record<string, unknown>;
      at = Object.keys(child)[step % Object.keys(child).length];
    }
    if (kind === 'delete') delete parent[at];
    else if (kind === 'replace') parent[at] = value;
    else {
      const name = kind === 'rename' ? `${at}x` : key;
      Object.defineProperty(parent, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return root.document;
}

/** Runs `use` and lets an InputError pass that says something; every other error is the test's. */
async function accepts(use: () => unknown): Promise<boolean> {
  try {
    await use();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message.length).toBeGreaterThan(20);
    return false;
  }
}

const changes = fc.array(change, { minLength: 1, maxLength: 3 });

/** Tries that many changed copies; some must be refused, or the changes are none. */
async function tried(document: unknown, use: (copy: unknown) => unknown): Promise<void> {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(changes, async (list) => {
      if (!(await accepts(() => use(changed(document, list))))) refused += 1;
    }),
    { numRuns },
  );
  expect(refused).toBeGreaterThan(0);
}

const config = {
  ...tinyRun,
  loss: { name: 'pat', temperature: 2, coefficient: 'inverse', epsilon: 0.1 },
  optimizer: { name: 'adam', learningRate: 1e-3 },
  schedule: { name: 'cosine', minimum: 0 },
  augmentation: { flip: 0.5, scale: 0.1 },
  logging: { tensorboard: false, images: 0 },
  seed: 3,
  patience: null,
};
const sweep = {
  name: 'own',
  base: config,
  grid: [
    {
      loss: [
        { name: 'focal', gamma: 2 },
        { label: 'own', name: 'blv', sigma: 1 },
      ],
    },
    { seed: [0, 1] },
  ],
};
const camvid = path.resolve(__dirname, '../data/results/laptop/camvid');
const file = readdirSync(camvid, { recursive: true, encoding: 'utf8' }).find((one) =>
  one.endsWith('.json'),
);
const record = JSON.parse(readFileSync(path.join(camvid, file as string), 'utf8')) as unknown;
const classes = {
  title: 'Mine',
  ignoreIndex: 255,
  ignoreColour: [1, 2, 3],
  masks: 'ids',
  classes: ['road', { name: 'car', colour: [200, 0, 0], value: 7 }],
};

describe('a right value, or an InputError, for', () => {
  it('configurations', options, () =>
    tried(config, (copy) => {
      parseConfig(copy);
      parseStoredConfig(copy);
    }),
  );

  it('losses', options, () => tried(config.loss, (copy) => createLoss(copy as LossConfig)));

  it('sweeps', options, () => tried(sweep, parseSweep));

  it('records', options, () =>
    tried(record, (copy) => parseRecord('record.json', JSON.stringify(copy) ?? '')),
  );

  it('texts that should be records or epochs', options, async () => {
    const text = JSON.stringify(record);
    const cut = fc.record({ from: fc.nat(text.length), to: fc.nat(text.length), put: fc.string() });
    await fc.assert(
      fc.asyncProperty(cut, async ({ from, to, put }) => {
        const torn = text.slice(0, from) + put + text.slice(to);
        await accepts(() => parseRecord('record.json', torn));
        await accepts(() => parseEpochs('metrics.jsonl', `${torn}\n${put}\n`));
      }),
      { numRuns },
    );
  });

  it('class files', options, () =>
    withFolder(async (folder) => {
      const place = path.join(folder, 'classes.json');
      await mkdir(folder, { recursive: true });
      await tried(classes, async (copy) => {
        await writeFile(place, JSON.stringify(copy) ?? '');
        await readClasses(place);
      });
    }),
  );

  it('weights', options, () =>
    withFolder(async (folder) => {
      const place = path.join(folder, 'weights.safetensors');
      const values = new Float32Array([1, 2, 3, 4, 5, 6]);
      await writeSafetensors(
        place,
        new Map([
          ['a', { shape: [2, 3], values }],
          ['b', { shape: [1], values: new Int32Array(1) }],
        ]),
      );
      const bytes = readFileSync(place);
      const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(edits, fc.nat(bytes.length), async (list, end) => {
          const copy = Buffer.from(bytes.subarray(0, list.length === 0 ? end : bytes.length));
          for (const [at, value] of list) copy[at] = value;
          await writeFile(place, copy);
          await accepts(() => readSafetensors(place));
        }),
        { numRuns },
      );
    }),
  );

  it('heads of PNG files', options, async () => {
    const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        await accepts(() => findPngHeader(Buffer.from([...signature, ...bytes])));
      }),
      { numRuns },
    );
  });
});
