/** Finished runs, read from their folders. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../check';
import { lossLabel } from '../results/names';
import { parseConfig } from './config';
import type { RunRecord } from './experiment';
import { runPaths } from './runFolder';
import { storedConfig } from './storedConfig';
import type { EpochMetrics } from './train';
import type { ExperimentInput } from './types';

/** A finished run. */
export interface TrainingRun {
  /** How figures and tables name it. */
  label: string;
  folder: string;
  record: RunRecord;
  epochs: EpochMetrics[];
}

/** The run in a folder, labelled by its loss unless told; undefined when there is none, or it has not ended. */
export async function findRun(folder: string, label?: string): Promise<TrainingRun | undefined> {
  const paths = runPaths(folder);
  const text = await readFile(paths.record, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as RunRecord;
  record.config = storedConfig(record.config);
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
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const has = (file: string) => entries.some(({ name }) => name === file);
  if (has('config.json')) return has('weights.safetensors') ? [folder] : [];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const names = folders.map(({ name }) => name).sort();
  return (await Promise.all(names.map((name) => runFoldersBelow(path.join(folder, name))))).flat();
}

/** The run in a folder. @throws InputError when there is none, or it has not ended. */
export async function readRun(folder: string, label?: string): Promise<TrainingRun> {
  const run = await findRun(folder, label);
  if (run !== undefined) return run;
  throw new InputError(
    `readRun: folder must hold a finished run, got '${folder}'. Run npm run train with --out ${folder} to its end.`,
  );
}

/** The epochs that a run has done so far, as `metrics.jsonl` tells; none without a run. */
export async function readEpochs(folder: string): Promise<EpochMetrics[]> {
  const text = await readFile(runPaths(folder).metrics, 'utf8').catch(() => '');
  // What follows the last line break was torn by a kill.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EpochMetrics);
}

/**
 * A folder of its own for each configuration, e.g. `data/runs/camvid-segnet-pat-1f0c9a2b`: the name ends with a hash of
 * all settings but how often checkpoints are written, so the same configuration finds its run again.
 */
export function runFolder(input: ExperimentInput, parent = path.join('data', 'runs')): string {
  const config = parseConfig(input);
  const settings = JSON.stringify({ ...config, checkpoints: undefined });
  const hash = createHash('sha256').update(settings).digest('hex').slice(0, 8);
  return path.join(
    parent,
    `${config.dataset.name}-${config.model.name}-${config.loss.name}-${hash}`,
  );
}
