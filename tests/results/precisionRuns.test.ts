import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBench } from '../../lib/measurement/benchResults';
import {
  collectPrecisionRuns,
  comparePrecisions,
  readPrecisionRuns,
  writePrecisionRuns,
} from '../../lib/results/precisionRuns';
import type { PrecisionRun } from '../../lib/results/precisionRuns';
import { metricsLine, record } from './recordFiles';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pat-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

const epochs = (...scores: number[]) =>
  scores.map((meanIoU, i) => ({ epoch: i + 1, trainLoss: 2, validLoss: 1, meanIoU }));

async function writeRun(name: string, precision: string, finished: boolean) {
  const run = path.join(folder, 'runs', 'seed0', name);
  await mkdir(run, { recursive: true });
  const dataset = { name: 'camvid', size: [96, 128] };
  const model = { name: 'segnet', width: 16 };
  const config = { dataset, model, batchSize: 8, loss: { name: 'pat' }, seed: 0, precision };
  await writeFile(path.join(run, 'config.json'), JSON.stringify(config));
  const lines = epochs(0.1, 0.2).map(metricsLine);
  await writeFile(path.join(run, 'metrics.jsonl'), `${lines.join('\n')}\n`);
  if (!finished) return;
  await writeFile(path.join(run, 'record.json'), JSON.stringify({ ...record(), config }));
}

it('collects the finished runs of a sweep, and stores and reads them', async () => {
  await expect(collectPrecisionRuns(folder)).rejects.toThrow('no finished run');
  await writeRun('a', 'float32', true);
  await writeRun('b', 'bfloat16', true);
  await writeRun('c', 'bfloat16', false);
  const collected = await collectPrecisionRuns(folder);
  expect(collected.setting).toBe('camvid 96×128, segnet of width 16, batches of 8');
  expect(collected.runs).toEqual([
    { loss: 'pat', seed: 0, precision: 'float32', epochs: epochs(0.1, 0.2) },
    { loss: 'pat', seed: 0, precision: 'bfloat16', epochs: epochs(0.1, 0.2) },
  ]);
  const file = path.join(folder, 'runs.json');
  expect(await readPrecisionRuns(file)).toBeUndefined();
  await writePrecisionRuns(file, collected);
  expect(await readPrecisionRuns(file)).toEqual(collected);
});

describe('comparePrecisions', () => {
  const run = (seed: number, precision: PrecisionRun['precision'], last: number): PrecisionRun => ({
    ...{ loss: 'pat', seed, precision },
    epochs: epochs(0, last),
  });

  it('averages the seeds that both have, beside the spread of the seeds in float32', () => {
    const runs = [
      run(0, 'float32', 0.3),
      run(1, 'float32', 0.4),
      run(2, 'float32', 0.35),
      run(0, 'bfloat16', 0.34),
      run(1, 'bfloat16', 0.38),
    ];
    const [comparison] = comparePrecisions({ setting: '', runs });
    expect(comparison.seeds).toEqual([0, 1]);
    expect(comparison.float32).toBeCloseTo(0.35);
    expect(comparison.bfloat16).toBeCloseTo(0.36);
    expect(comparison.difference).toBeCloseTo(0.01);
    expect(comparison.seedSpread).toBeCloseTo(0.1);
  });

  it('knows no spread of one seed, and nothing of a loss in one precision', () => {
    const runs = [run(0, 'float32', 0.3), run(0, 'bfloat16', 0.2)];
    expect(comparePrecisions({ setting: '', runs })).toMatchObject([{ seedSpread: null }]);
    expect(comparePrecisions({ setting: '', runs: runs.slice(1) })).toEqual([]);
  });
});

it('readBench reads the results of a bench, and refuses those of another', async () => {
  expect(await readBench('step', folder)).toBeUndefined();
  const file = path.join(folder, 'step.json');
  const machine = { processor: 'one', cores: 2 };
  await writeFile(file, JSON.stringify({ bench: 'step', machine, rounds: 9, results: [] }));
  expect(await readBench('step', folder)).toMatchObject({ rounds: 9 });
  for (const [other, problem] of [
    [{ bench: 'infer', machine, results: [] }, 'bench: Invalid literal'],
    [{ bench: 'step', machine }, 'results: Required'],
    [null, 'the whole: Expected object'],
  ] as const) {
    await writeFile(file, JSON.stringify(other));
    const text = `${file} must hold bench 'step', got another file: ${problem}`;
    await expect(readBench('step', folder)).rejects.toThrow(text);
  }
  const runs = path.join(folder, 'other.json');
  await writeFile(runs, '{"runs":[]}');
  await expect(readPrecisionRuns(runs)).rejects.toThrow(`${runs} must hold runs`);
});
