/** Inputs that the fuzz tests found: each was read without a word, or ended in an error of JavaScript's own. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { decodeImage } from '../../lib/datasets/decode/image';
import { decodeMask } from '../../lib/datasets/decode/mask';
import { pngChunk } from '../../lib/datasets/decode/png';
import { readClasses } from '../../lib/datasets/folderClasses';
import { Adam } from '../../lib/engine/adam';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { readSafetensors, writeSafetensors } from '../../lib/models/safetensors';
import { slurmStates } from '../../lib/sweeps/slurm';
import { readPlan } from '../../lib/sweeps/sweepFolder';
import { loadCheckpoint, readCheckpoint, saveCheckpoint } from '../../lib/training/checkpoint';
import { withFolder } from '../datasets/files';

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** A whole grey image of 1×1. */
const pngFileChunks = [
  pngChunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
  pngChunk('IDAT', deflateSync(Buffer.from([0, 7]))),
  pngChunk('IEND', Buffer.alloc(0)),
];

describe('found by fuzzing', () => {
  it.each(['title', 'licence', 'citation'])('classes.json with a %s that is no text', (key) =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'classes.json');
      await writeFile(file, JSON.stringify({ classes: ['a', 'b'], [key]: { name: null } }));
      await expect(readClasses(file)).rejects.toThrow(`${file}: ${key} must be a text, got`);
    }),
  );

  it.each([0, 10, 771])('a grey PNG with a palette of %i bytes', (length) =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'a.png');
      const [head, ...rest] = pngFileChunks;
      const palette = pngChunk('PLTE', Buffer.alloc(length));
      await writeFile(file, Buffer.concat([pngSignature, head, palette, ...rest]));
      await expect(decodeImage(file)).rejects.toThrow(file);
      await expect(decodeMask(file, { labelTable: new Int16Array(256) })).rejects.toThrow(
        `must be a complete PNG, got '${file}'`,
      );
    }),
  );

  it.each([null, [], 'x', { a: null }, { a: 3 }])('safetensors with metadata %j', (metadata) =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'a.safetensors');
      const header = Buffer.from(JSON.stringify({ __metadata__: metadata }));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      await writeFile(file, Buffer.concat([length, header]));
      await expect(readSafetensors(file)).rejects.toThrow(`got ${file} with metadata`);
    }),
  );

  it.each(['41', '', 'null', '-1'])("a checkpoint whose step of Adam is '%s', not 40", (adamStep) =>
    withFolder(async (folder) => {
      const model = createModel({ name: 'segnet', numClasses: 2, width: 1 });
      const adam = new Adam(trainableVariables(model));
      adam.step = 40;
      const counts = { epoch: 1, step: 40, position: 0, lossSum: 0, seconds: 1, best: null };
      const position = { ...counts, gradientNorm: { sum: 0, max: 0 } };
      await saveCheckpoint(folder, { model, adam }, position);
      const file = path.join(folder, 'last.safetensors');
      expect(await readCheckpoint(file, { model, adam })).toEqual(position);
      const { tensors, metadata } = await readSafetensors(file);
      await writeSafetensors(file, tensors, { ...metadata, adamStep });
      const text = `${file} must hold Adam's step 40, as its position says, got '${adamStep}'`;
      await expect(loadCheckpoint(folder, { model, adam })).rejects.toThrow(text);
      expect(adam.step).toBe(40);
      tf.dispose(model.weights.map((one) => one.read()));
    }),
  );

  it('a plan with an id that leads elsewhere, by its file', () =>
    withFolder(async (folder) => {
      const plan = { name: 'a', threads: 1, runs: [{ id: '..', config: {} }] };
      await writeFile(path.join(folder, 'sweep.json'), JSON.stringify(plan));
      await expect(readPlan(folder)).rejects.toThrow(`run in ${path.join(folder, 'sweep.json')}`);
    }));

  it.each([null, {}, { id: '7' }, { id: '7 --x', runs: [], submitted: '' }])(
    'job.json: %j',
    (job) =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'slurm', 'job.json');
        await mkdir(path.dirname(file));
        await writeFile(file, JSON.stringify(job));
        await expect(slurmStates(folder)).rejects.toThrow(`${file} must name a job of SLURM`);
      }),
  );
});
