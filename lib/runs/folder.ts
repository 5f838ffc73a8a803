/** The files of a run: `config.json`, `metrics.jsonl`, `checkpoints/`, `tensorboard/`, `weights.safetensors`, `record.json`. */
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../atomicFile';

/** Absolute paths in a run folder. */
export interface RunPaths {
  folder: string;
  config: string;
  metrics: string;
  checkpoints: string;
  best: string;
  /** Event files. */
  tensorboard: string;
  /** Files with the run's own losses and networks, where it has any. */
  plugins: string;
  weights: string;
  record: string;
  /** The batch at which the run stopped because numbers were not finite. */
  failedBatch: string;
}

export function runPaths(outDir: string): RunPaths {
  const folder = path.resolve(outDir);
  const at = (...names: string[]) => path.join(folder, ...names);
  return {
    folder,
    config: at('config.json'),
    metrics: at('metrics.jsonl'),
    checkpoints: at('checkpoints'),
    best: at('checkpoints', 'best.safetensors'),
    tensorboard: at('tensorboard'),
    plugins: at('plugins'),
    weights: at('weights.safetensors'),
    record: at('record.json'),
    failedBatch: at('failed-batch.safetensors'),
  };
}

/** Deletes what a run wrote, and nothing else. */
export async function clearRun(paths: RunPaths): Promise<void> {
  const { record, weights, config, metrics, checkpoints, tensorboard, failedBatch, plugins } =
    paths;
  const outputs = [record, weights, checkpoints, metrics, tensorboard, failedBatch];
  for (const item of [...outputs, config, plugins]) {
    await rm(item, { recursive: true, force: true });
  }
}

/** Writes a value as indented JSON, all or nothing. */
export function writeJson(file: string, value: unknown): Promise<void> {
  return writeAtomically(file, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}

/** Appends one line and waits until it is on the disk. */
export async function appendLine(file: string, value: object): Promise<void> {
  const handle = await open(file, 'a');
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`);
    await handle.sync();
  } catch (error) {
    throw Object.assign(error as Error, { path: file });
  } finally {
    await handle.close();
  }
}
