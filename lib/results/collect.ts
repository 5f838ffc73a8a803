/**
 * The finished runs of a sweep as small files that are kept with the kit: `RESULTS/ID.json` for each run, and
 * `RESULTS/sweep.json`, which says what they took. No weights, no paths, no names of machines.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import { InputError } from '../check';
import type { RunRecord } from '../training/record';
import { runPaths } from '../training/runFolder';
import { readPlan, sweepPaths } from '../training/sweep/folder';
import { pointsOfMetrics } from './curves';
import type { EpochPoint } from './curves';
import type { ScoredSplit } from './records';

/** A run's file: what `readRecords` reads of a record, its course, and what it was made with. */
export interface StoredRun extends Pick<
  RunRecord,
  | 'config'
  | 'classNames'
  | 'samples'
  | 'trainingPixels'
  | 'parameters'
  | 'epochs'
  | 'steps'
  | 'stoppedBy'
  | 'best'
> {
  counts: number[][];
  perImage?: ScoredSplit['perImage'];
  test?: ScoredSplit;
  curves: EpochPoint[];
  weightsSha256: string;
  versions: RunRecord['versions'];
  device: RunRecord['device'];
  times: { seconds: number };
}

/** `RESULTS/sweep.json`. */
export interface SweepSummary {
  runs: { finished: number; planned: number };
  /** Of training and validation, all runs one after the other. */
  hours: number;
  datasets: { name: string; size: [number, number]; samples: RunRecord['samples'] }[];
  epochs: number[];
  widths: number[];
  batchSizes: number[];
  /** That collected the runs first. */
  machine: { processor: string; cores: number };
  /** Threads of TensorFlow in each run. */
  threads: number;
  versions: RunRecord['versions'][];
  /** Of the code that trained. */
  commit: string;
}

export interface Collected {
  /** Ids of runs whose file is new or changed. */
  written: string[];
  /** Runs whose file was there, the same. */
  unchanged: number;
  /** Ids of planned runs that have not ended. */
  unfinished: string[];
}

/** Significant digits of losses and scores of an epoch. */
const DIGITS = 6;

/**
 * Writes the finished runs of the sweep in `sweepFolder` below `resultsFolder`. Again: only what is new; files of runs
 * of other sweeps stay.
 *
 * Option `commit`: of the code that trained (default: the one stored, else the one checked out here)
 * @throws InputError where there is no sweep, or a record cannot be read.
 */
export async function collectSweep(
  sweepFolder: string,
  resultsFolder: string,
  { commit }: { commit?: string } = {},
): Promise<Collected> {
  const plan = await readPlan(sweepFolder);
  if (plan === undefined) {
    const { plan: file } = sweepPaths(sweepFolder);
    throw new InputError(`collectSweep: there is no sweep in ${sweepFolder}: no ${file}.`);
  }
  const collected: Collected = { written: [], unchanged: 0, unfinished: [] };
  for (const { id } of plan.runs) {
    const run = await finishedRun(sweepPaths(sweepFolder).run(id));
    if (run === undefined) {
      collected.unfinished.push(id);
      continue;
    }
    const file = path.join(resultsFolder, ...id.split('/')) + '.json';
    if (await replaced(file, storedText(run))) collected.written.push(id);
    else collected.unchanged += 1;
  }
  const stored = await storedRuns(resultsFolder);
  if (stored.length > 0) await writeSummary(resultsFolder, stored, plan, commit);
  return collected;
}

async function finishedRun(folder: string): Promise<StoredRun | undefined> {
  const paths = runPaths(folder);
  const text = await readFile(paths.record, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let record: RunRecord;
  try {
    record = JSON.parse(text) as RunRecord;
  } catch (error) {
    throw new InputError(`collectSweep: ${paths.record} must be JSON. ${String(error)}`);
  }
  const { config, classNames, samples, trainingPixels, parameters } = record;
  const { epochs, steps, stoppedBy, best } = record;
  const { counts, perImage, test, weightsSha256, versions, device, times } = record;
  const metrics = await readFile(paths.metrics, 'utf8').catch(() => '');
  return {
    config: { ...config, dataset: { ...config.dataset, root: undefined } }, // a path of a machine
    ...{ classNames, samples, trainingPixels, parameters, epochs, steps, stoppedBy, best },
    ...{ weightsSha256, versions, device, times: { seconds: Math.round(times.seconds) } },
    curves: pointsOfMetrics(metrics).map(roundedPoint),
    counts,
    ...(perImage === undefined ? {} : { perImage }),
    ...(test === undefined ? {} : { test: { counts: test.counts, perImage: test.perImage } }),
  };
}

function roundedPoint(point: EpochPoint): EpochPoint {
  const entries = Object.entries(point).map(([key, value]) => {
    return [key, value === null ? null : Number(value.toPrecision(DIGITS))];
  });
  return Object.fromEntries(entries) as EpochPoint;
}

/** JSON with a line for each entry, so that changes are seen, and no other white space. */
function storedText(value: object): string {
  const lines = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(entry)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** True when the file is new or was different. */
async function replaced(file: string, text: string): Promise<boolean> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return false;
  await mkdir(path.dirname(file), { recursive: true });
  await writeAtomically(file, Buffer.from(text));
  return true;
}

/** In the order of the paths. */
async function storedRuns(folder: string): Promise<StoredRun[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const runs = files.filter((file) => file.endsWith('.json') && file !== 'sweep.json').sort();
  return Promise.all(
    runs.map(
      async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8')) as StoredRun,
    ),
  );
}

async function writeSummary(
  folder: string,
  runs: readonly StoredRun[],
  { runs: planned, threads }: { runs: readonly unknown[]; threads: number },
  commit: string | undefined,
): Promise<void> {
  const file = path.join(folder, 'sweep.json');
  const unique = <T>(values: readonly T[]) => [
    ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
  ];
  const seconds = runs.reduce((sum, { times }) => sum + times.seconds, 0);
  const before = await storedSummary(file);
  const summary: SweepSummary = {
    runs: { finished: runs.length, planned: planned.length },
    hours: Number((seconds / 3600).toFixed(2)),
    datasets: unique(
      runs.map(({ config: { dataset }, samples }) => {
        return { name: dataset.name, size: dataset.size, samples };
      }),
    ),
    epochs: unique(runs.map(({ config }) => config.epochs)),
    widths: unique(runs.map(({ config }) => config.model.width)),
    batchSizes: unique(runs.map(({ config }) => config.batchSize)),
    machine: before?.machine ?? {
      processor: os.cpus()[0]?.model ?? 'unknown',
      cores: os.cpus().length,
    },
    threads,
    versions: unique(runs.map(({ versions }) => versions)),
    commit: commit ?? before?.commit ?? checkedOutCommit(),
  };
  await replaced(file, storedText(summary));
}

/** Machine and commit are those of the first collection: a later one may be done elsewhere, by newer code. */
async function storedSummary(file: string): Promise<SweepSummary | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SweepSummary);
}

function checkedOutCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
