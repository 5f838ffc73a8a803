import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { readSafetensors } from '../../lib/models/safetensors';
import { runExperiment } from '../../lib/training/experiment';
import type { ProgressEvent, RunOptions } from '../../lib/training/experiment';
import type { EpochMetrics } from '../../lib/runs/epochs';
import type { ExperimentInput } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { smallNetwork } from '../support/smallNetwork';

/** Two epochs of four steps, the last of a smaller batch. */
const config: ExperimentInput = {
  dataset: {
    name: 'synthetic',
    size: [32, 48],
    numClasses: 6,
    trainLength: 7,
    validLength: 2,
  },
  model: smallNetwork,
  loss: { name: 'pat', temperature: 2 },
  epochs: 2,
  batchSize: 2,
  seed: 3,
};

/** One of the kit's, for what a run is: its files, its weights. */
const model = { name: 'segnet', width: 2 };

const run = (outDir: string, changes: ExperimentInput = {}, options: Partial<RunOptions> = {}) =>
  runExperiment({ ...config, ...changes }, { outDir, ...options });

/** Runs until step `last` is done, then aborts; resolves to what was told. */
async function runUntil(outDir: string, last: number, changes: ExperimentInput = {}) {
  const stop = new AbortController();
  const events: ProgressEvent[] = [];
  const onProgress = (event: ProgressEvent) => {
    events.push(event);
    if (event.kind === 'step' && event.step === last) stop.abort(new Error('stopped'));
  };
  await expect(run(outDir, changes, { signal: stop.signal, onProgress })).rejects.toThrow(
    'stopped',
  );
  return events;
}

/** Runs to the end; resolves to the hash of the weights and the notes. */
async function finish(outDir: string, changes: ExperimentInput = {}) {
  const notes: string[] = [];
  const starts: number[] = [];
  const onProgress = (event: ProgressEvent) => {
    if (event.kind === 'note') notes.push(event.text);
    if (event.kind === 'start') starts.push(event.step);
  };
  const { weightsSha256 } = await run(outDir, changes, { onProgress });
  return { weightsSha256, notes, start: starts[0] };
}

const metricsOf = async (folder: string) => {
  const text = await readFile(path.join(folder, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as EpochMetrics), seconds: 0 }));
};

describe('runExperiment', () => {
  it('writes the run folder, the same weights each time, others with another seed', () =>
    withFolder(async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const before = tf.memory().numTensors;
      const record = await run(at('a'), { model });
      expect(tf.memory().numTensors).toBe(before);
      expect((await readdir(at('a'))).sort()).toEqual([
        'checkpoints',
        'config.json',
        'metrics.jsonl',
        'record.json',
        'run.json',
        'tensorboard',
        'weights.safetensors',
      ]);
      expect(record).toMatchObject({ epochs: 2, steps: 8, samples: { train: 7, valid: 2 } });
      expect(record.scores.iou).toHaveLength(6);
      expect(record.counts.flat().reduce((a, b) => a + b)).toBeLessThanOrEqual(2 * 32 * 48);
      const lines = await metricsOf(at('a'));
      expect(lines.map(({ epoch, step }) => [epoch, step])).toEqual([
        [1, 4],
        [2, 8],
      ]);
      const lowest = lines.reduce((a, b) => (b.validLoss < a.validLoss ? b : a));
      expect(record.best).toEqual({ epoch: lowest.epoch, validLoss: lowest.validLoss });
      expect(record.scores.meanIoU).toBe(lowest.meanIoU);

      expect((await run(at('b'), { model })).weightsSha256).toBe(record.weightsSha256);
      expect((await run(at('c'), { model, seed: 4 })).weightsSha256).not.toBe(record.weightsSha256);
      expect(await run(at('a'), { model })).toEqual(JSON.parse(JSON.stringify(record))); // done: not again
    }));

  it.each([
    ['pat with SegNet', { model }],
    ['blv, which draws noise', { loss: { name: 'blv' } }],
  ] as const)('goes on in the middle of an epoch, bit for bit (%s)', (_, changes) =>
    withFolder(async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const whole = await finish(at('whole'), changes);
      for (const step of [2, 4, 7]) {
        await runUntil(at('parts'), step, changes);
      }
      const parts = await finish(at('parts'), changes);
      expect(parts).toEqual({ ...whole, start: 7 });
      expect(await metricsOf(at('parts'))).toEqual(await metricsOf(at('whole')));
    }),
  );

  it('falls back to the checkpoint before a truncated one, says so, and repairs the log', () =>
    withFolder(async (folder) => {
      const at = (...names: string[]) => path.join(folder, ...names);
      const checkpoints = { everySteps: 1 };
      const whole = await finish(at('whole'));
      await runUntil(at('cut'), 5, { checkpoints });
      await truncate(at('cut', 'checkpoints', 'last.safetensors'), 1000);
      await appendFile(at('cut', 'metrics.jsonl'), '{"epoch":2,"st');
      await writeFile(at('cut', 'checkpoints', 'next.safetensors.7-ab.tmp'), 'half');
      const { weightsSha256, notes, start } = await finish(at('cut'), { checkpoints });
      expect(notes.join('\n')).toMatch(/last\.safetensors cannot be used: .*\n.*previous\./);
      expect(start).toBe(4);
      expect(weightsSha256).toBe(whole.weightsSha256);
      expect(await metricsOf(at('cut'))).toEqual(await metricsOf(at('whole')));
      expect((await readdir(at('cut', 'checkpoints'))).sort()).toEqual([
        'best.safetensors',
        'last.safetensors',
        'previous.safetensors',
      ]);
    }));

  it('notices one changed bit, and starts over only with fresh', () =>
    withFolder(async (folder) => {
      await runUntil(folder, 3);
      const last = path.join(folder, 'checkpoints', 'last.safetensors');
      const bytes = await readFile(last);
      bytes[bytes.length - 1] ^= 1;
      await writeFile(last, bytes);
      await expect(run(folder)).rejects.toThrow(/what its checksum says[^]*--fresh/);
      const events: ProgressEvent[] = [];
      await run(folder, {}, { fresh: true, onProgress: (event) => events.push(event) });
      expect(events[0]).toMatchObject({ kind: 'start', step: 0 });
    }));

  it('refuses another configuration in the folder, but for when checkpoints are written', () =>
    withFolder(async (folder) => {
      await runUntil(folder, 1);
      const other: ExperimentInput = { loss: { name: 'pat', temperature: 3 } };
      await expect(run(folder, other)).rejects.toThrow('loss.temperature is 3, was 2');
      await runUntil(folder, 2, { checkpoints: { everySeconds: null } });
    }));

  it('stops without a better validation loss', () =>
    withFolder(async (folder) => {
      const optimizer = { learningRate: 1e-30 }; // only the running statistics move
      const record = await run(folder, { epochs: 9, patience: 1, optimizer });
      expect(record.epochs).toBe(record.best.epoch + 1);
    }));

  it('stops at numbers that are not finite, names the step, keeps batch and checkpoint', () =>
    withFolder(async (folder) => {
      const changes: ExperimentInput = {
        optimizer: { learningRate: 1e30 },
        checkpoints: { everySteps: 1 },
      };
      const before = tf.memory().numTensors;
      await expect(run(folder, changes)).rejects.toThrow(/^step \d \(epoch 1\): .*finite/);
      expect(tf.memory().numTensors).toBe(before);
      const { tensors, metadata } = await readSafetensors(
        path.join(folder, 'failed-batch.safetensors'),
      );
      expect(tensors.get('images')?.shape).toEqual([2, 32, 48, 3]);
      expect(tensors.get('labels')?.shape).toEqual([2, 32, 48]);
      expect(JSON.parse(metadata.names)).toHaveLength(2);
      await readSafetensors(path.join(folder, 'checkpoints', 'last.safetensors'));
      expect(await readdir(folder)).not.toContain('lock');
    }));

  it('keeps the number of tensors constant over the steps', () =>
    withFolder(async (folder) => {
      const counts: number[] = [];
      const onProgress = (event: ProgressEvent) => {
        if (event.kind === 'step') counts.push(tf.memory().numTensors);
      };
      await run(folder, {}, { onProgress });
      expect(counts).toHaveLength(8);
      expect(new Set(counts).size).toBe(1);
    }));
});
