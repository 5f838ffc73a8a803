/**
 * The finished runs of a sweep as small files that are kept with the kit: `RESULTS/ID.json` for each run, and
 * `RESULTS/sweep.json`, which says what they took. No weights, no paths, no names of machines.
 */
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../atomicFile';
import { InputError } from '../check';
import { isThere, makeFolder, pathBelow, readIfThere, readJsonIfThere } from '../files';
import { runPaths } from '../runs/runFolder';
import { sum } from '../statistics';
import { pointsOf } from '../runs/curves';
import type { EpochPoint } from '../runs/curves';
import { readEpochs } from '../runs/epochs';
import { parseRecord, readRecord, withSettings } from '../runs/record';
import type { RunRecord, StoredRecord } from '../runs/record';
import { readPlan, sweepPaths } from './sweepFolder';
import { checked } from '../schema';
import type { Inferred } from '../schema';

const samples = z.object({ train: z.number(), valid: z.number() });
const versions = z.object({ tensorflow: z.string(), tfjs: z.string(), node: z.string() });
const machine = z.object({ processor: z.string(), cores: z.number() });

/** `RESULTS/sweep.json`. */
const sweepSummary = z.object({
  runs: z.object({ finished: z.number(), planned: z.number() }),
  /** Of training and validation, all runs one after the other. */
  hours: z.number(),
  datasets: z.array(
    z.object({ name: z.string(), size: z.tuple([z.number(), z.number()]), samples }),
  ),
  epochs: z.array(z.number()),
  widths: z.array(z.number()),
  batchSizes: z.array(z.number()),
  /** That collected the first runs. */
  machine,
  /** Others that collected runs since. */
  otherMachines: z.array(machine).optional(),
  /** Threads of TensorFlow in each run. */
  threads: z.number(),
  versions: z.array(versions),
  /** Of the code that trained. */
  commit: z.string(),
});

export type SweepSummary = Inferred<typeof sweepSummary>;

export interface Collected {
  /** Ids of runs whose file is new or changed. */
  written: string[];
  /** Runs whose file was there, the same. */
  unchanged: number;
  /** Ids of planned runs that have not ended. */
  unfinished: string[];
  /** What is wrong with each file that could not be read, with its name. */
  unreadable: string[];
}

/** Significant digits of losses and scores of an epoch. */
const DIGITS = 6;

/**
 * Writes the finished runs of the sweep in `sweepFolder` below `resultsFolder`. Again: only what is new; files of runs
 * of other sweeps stay.
 *
 * Option `commit`: of the code that trained (default: the one stored, else the one checked out here)
 * @throws InputError where there is no sweep. A record that cannot be read is named in `unreadable`.
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
  const collected: Collected = { written: [], unchanged: 0, unfinished: [], unreadable: [] };
  for (const { id } of plan.runs) {
    const run = await readable(collected, () => finishedRun(sweepPaths(sweepFolder).run(id)));
    if (run === undefined) {
      collected.unfinished.push(id);
      continue;
    }
    const file = await pathBelow('collectSweep', resultsFolder, `${id}.json`);
    const isNew = await readable(collected, () => replaced(file, storedText(run)));
    if (isNew) collected.written.push(id);
    else if (isNew === false) collected.unchanged += 1;
  }
  const isThereAny = await isThere('collectSweep', resultsFolder);
  const stored = isThereAny ? await storedRuns(resultsFolder, collected) : [];
  if (stored.length > 0) {
    const before = await readable(collected, () => readSweepSummary(resultsFolder));
    const isStored = (id: string) =>
      isThere('collectSweep', path.join(resultsFolder, `${id}.json`));
    const found = await Promise.all(collected.unfinished.map(isStored));
    const planned = stored.length + found.filter((there) => !there).length;
    const isNew = collected.written.length > 0;
    await writeSummary(resultsFolder, stored, { planned, ...plan }, { commit, before, isNew });
  }
  return collected;
}

/**
 * What is kept of a run, its course with it; undefined where it has not ended. The epochs of other criteria are described by
 * their counts: image by image they would be half of the file.
 */
async function finishedRun(folder: string): Promise<StoredRecord | undefined> {
  const record = await readRecord(folder);
  if (record === undefined) return undefined;
  withSettings(runPaths(folder).record, record);
  const { test, selected, config, counts, perImage, times, ...kept } = record;
  return {
    config: { ...config, dataset: { ...config.dataset, root: undefined } }, // a path of a machine
    ...kept,
    scores: undefined, // they follow from the counts
    times: { seconds: Math.round(times.seconds) },
    curves: pointsOf(await readEpochs(folder)).map(roundedPoint),
    counts,
    perImage,
    ...(selected && { selected: mapped(selected, countsOf) }),
    ...(test && { test: { ...test, scores: undefined } }),
  };
}

type OtherEpoch = NonNullable<RunRecord['selected']>[string];

function countsOf({ test, ...other }: OtherEpoch) {
  const { counts, crossEntropy } = test ?? {};
  const kept = { ...other, scores: undefined, perImage: undefined };
  return counts ? { ...kept, test: { counts, crossEntropy } } : kept;
}

function mapped<From, To>(entries: Record<string, From>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, map(value)]));
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
  if ((await readIfThere('collectSweep', file)) === text) return false;
  await makeFolder('collectSweep', path.dirname(file));
  await writeAtomically(file, Buffer.from(text));
  return true;
}

/** In the order of the paths. */
async function storedRuns(folder: string, collected: Collected): Promise<StoredRecord[]> {
  const files = (await readdir(folder, { recursive: true })).sort();
  const runs = files.filter((file) => file.endsWith('.json') && file !== 'sweep.json');
  const records = runs.map((name) =>
    readable(collected, async () => {
      const file = path.join(folder, name);
      return withSettings(file, parseRecord(file, (await readIfThere('collectSweep', file)) ?? ''));
    }),
  );
  return (await Promise.all(records)).flatMap((record) => record ?? []);
}

/** Undefined, and a line in `unreadable`, for a file that cannot be read: the others are collected all the same. */
async function readable<T>(
  { unreadable }: Collected,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    unreadable.push(error.message);
    return undefined;
  }
}

async function writeSummary(
  folder: string,
  runs: readonly StoredRecord[],
  { planned, threads }: { planned: number; threads: number },
  { commit, before, isNew }: { commit?: string; before?: SweepSummary; isNew: boolean },
): Promise<void> {
  const file = path.join(folder, 'sweep.json');
  const unique = <T>(values: readonly T[]) => [
    ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
  ];
  const seconds = sum(runs.map(({ times }) => times.seconds));
  const here = { processor: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length };
  const known = machinesOf(before);
  const [machine, ...otherMachines] = unique(
    isNew || known.length === 0 ? [...known, here] : known,
  );
  // The commit is that of the first collection: a later one may be done by newer code.
  const summary: SweepSummary = {
    // Of all sweeps that the folder has records of.
    runs: { finished: runs.length, planned },
    hours: Number((seconds / 3600).toFixed(2)),
    datasets: unique(
      runs.flatMap(({ config: { dataset }, samples: images }) => {
        return images ? [{ name: dataset.name, size: dataset.size, samples: images }] : [];
      }),
    ),
    epochs: unique(runs.map(({ config }) => config.epochs)),
    widths: unique(runs.map(({ config }) => config.model.width)),
    batchSizes: unique(runs.map(({ config }) => config.batchSize)),
    machine,
    ...(otherMachines.length > 0 && { otherMachines }),
    threads,
    versions: unique(runs.flatMap((run) => run.versions ?? [])),
    commit: commit ?? before?.commit ?? checkedOutCommit(),
  };
  await replaced(file, storedText(summary));
}

/** The machines that collected the runs, the first one first; none without a summary. */
export const machinesOf = (summary?: SweepSummary) =>
  summary ? [summary.machine, ...(summary.otherMachines ?? [])] : [];

/** What the runs in `folder` took; undefined where there is no `sweep.json`. @throws InputError for another file. */
export async function readSweepSummary(folder: string): Promise<SweepSummary | undefined> {
  const file = path.join(folder, 'sweep.json');
  const content = await readJsonIfThere('readSweepSummary', file);
  if (content === undefined) return undefined;
  const found = checked(sweepSummary, content);
  if (found.data) return found.data;
  throw new InputError(`readSweepSummary: ${file}: ${found.problem}`);
}

function checkedOutCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
