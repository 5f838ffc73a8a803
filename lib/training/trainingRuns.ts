/** Finished runs, read from their folders. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../check';
import type { LossConfig } from '../losses';
import { parseConfig } from './config';
import type { RunRecord } from './experiment';
import { runPaths } from './runFolder';
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
  const epochs = await readEpochs(folder);
  return { label: label ?? lossLabel(record.config.loss), folder, record, epochs };
}

/** The run in a folder. @throws InputError when there is none, or it has not ended. */
export async function readRun(folder: string, label?: string): Promise<TrainingRun> {
  const run = await findRun(folder, label);
  if (run !== undefined) return run;
  throw new InputError(
    `readRun: folder must hold a finished run, got '${folder}'. Run npm run train with --out ${folder} to its end.`,
  );
}

/** `CE`, `PAT, τ = 2`, `focal, γ = 5`: a loss with the options that are set. */
export function lossLabel({ name, ...options }: LossConfig): string {
  const title = name === 'crossEntropy' ? 'CE' : name === 'pat' ? 'PAT' : name;
  const set = Object.entries(options).map(([key, value]) => {
    if (key === 'temperature') return `τ = ${value}`;
    if (key === 'gamma') return `γ = ${value}`;
    return key === 'normalizer' && value === 'pixels' ? 'without 1/|M|' : `${key} ${String(value)}`;
  });
  return [title, ...set].join(', ');
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
