/** Finished runs, read from their folders. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { InputError } from '../check';
import { entriesIfThere } from '../files';
import { lossLabel } from '../losses/lossLabels';
import type { ExperimentConfig } from './config';
import { readEpochs } from './epochs';
import type { EpochMetrics } from './epochs';
import { readRecord } from './record';
import type { RunRecord } from './record';

/** A finished run. */
export interface TrainingRun {
  /** How figures and tables name it. */
  label: string;
  folder: string;
  record: RunRecord;
  epochs: EpochMetrics[];
}

/** The run in a folder, labelled by its loss unless told; undefined when there is none, or it has not ended. @throws InputError for a file that cannot be read. */
export async function findRun(folder: string, label?: string): Promise<TrainingRun | undefined> {
  const record = await readRecord(folder);
  if (record === undefined) return undefined;
  const epochs = await readEpochs(folder);
  return { label: label ?? lossLabel(record.config.loss), folder, record, epochs };
}

/**
 * The finished runs in `folders` and in folders below them, such as a sweep's `runs/`, that have their weights; in the
 * order of the folders, below each by path. A folder that is not there holds none.
 */
export async function findRuns(folders: readonly string[]): Promise<TrainingRun[]> {
  const found = (await Promise.all(folders.map(runFoldersBelow))).flat();
  const once = [...new Set(found.map((folder) => path.resolve(folder)))];
  const runs = await Promise.all(once.map((folder) => findRun(path.relative('', folder))));
  return runs.flatMap((run) => run ?? []);
}

async function runFoldersBelow(folder: string): Promise<string[]> {
  const entries = await entriesIfThere('findRuns', folder);
  const has = (file: string) => entries.some(({ name }) => name === file);
  const own = has('config.json') && has('weights.safetensors') ? [folder] : [];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const below = folders.map(({ name }) => runFoldersBelow(path.join(folder, name)));
  return [...own, ...(await Promise.all(below)).flat()];
}

/** The run in a folder. @throws InputError when there is none, or it has not ended. */
export async function readRun(folder: string, label?: string): Promise<TrainingRun> {
  const run = await findRun(folder, label);
  if (run !== undefined) return run;
  throw new InputError(
    `readRun: folder must hold a finished run, got '${folder}'. Run npm run train with --out ${folder} to its end.`,
  );
}

/**
 * A folder of its own for each configuration, e.g. `data/runs/camvid-segnet-pat-1f0c9a2b`: the name ends with a hash of
 * all settings but how often checkpoints are written, so the same configuration finds its run again.
 */
export function runFolder(config: ExperimentConfig, parent = path.join('data', 'runs')): string {
  const settings = JSON.stringify({ ...config, checkpoints: undefined });
  const hash = createHash('sha256').update(settings).digest('hex').slice(0, 8);
  return path.join(
    parent,
    `${config.dataset.name}-${config.model.name}-${config.loss.name}-${hash}`,
  );
}
