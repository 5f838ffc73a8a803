/** A sweep's folder: `sweep.json` with every run's configuration, `runs/ID/` with the run folders. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InputError, invalid } from '../check';
import { readJsonIfThere } from '../files';
import { readEpochs } from '../runs/epochs';
import { writeJson } from '../runs/folder';
import { lockOwner } from '../runs/lock';
import { readRecord } from '../runs/record';
import { firstDifference } from '../runs/configDifference';
import { pluginDifference, writePlugins } from '../runs/pluginFiles';
import { storedConfig } from '../runs/storedConfig';
import type { PlannedRun, SweepPlan } from './plan';

/** What a run's last attempt left when it ended without a record: `failure.json`. */
export interface RunFailure {
  attempts: number;
  /** Exit status, or the signal that ended the process. */
  ended: string;
  reason: string;
}

/** Where a run stands, as its folder tells. */
export interface RunState {
  id: string;
  status: 'done' | 'running' | 'failed' | 'waiting';
  epochs: number;
  /** Epochs done. */
  epoch: number;
  meanIoU: number | null;
  /** Of training and validation. */
  seconds: number;
  failure?: RunFailure;
}

/** Where the files of a sweep are. */
export function sweepPaths(outDir: string) {
  const folder = path.resolve(outDir);
  return {
    folder,
    plan: path.join(folder, 'sweep.json'),
    slurm: path.join(folder, 'slurm'),
    run: (id: string) => path.join(folder, 'runs', ...id.split('/')),
  };
}

/** What the engine keeps beside the files of a run. */
export function engineFiles(runFolder: string) {
  return {
    /** The configuration as planned; `config.json` is the run's own. */
    request: path.join(runFolder, 'request.json'),
    /** What the run printed, in all attempts. */
    log: path.join(runFolder, 'log.txt'),
    failure: path.join(runFolder, 'failure.json'),
  };
}

/** `sweep.json`. */
export interface StoredSweep extends SweepPlan {
  /** Of every run: the order of TensorFlow's sums, and so the weights' last digits, depend on it. */
  threads: number;
}

/** Threads of each run. */
export interface ThreadChoice {
  /** As asked for. */
  threads?: number;
  /** For a sweep that is new here. */
  defaultThreads: number;
}

/**
 * Writes the plan, or checks that the one there has the same runs and threads; runs may be added. Resolves to what is
 * stored.
 *
 * @throws InputError for a folder that holds another sweep, naming the first run that differs, or one of other threads.
 */
export async function prepareSweepFolder(
  outDir: string,
  plan: SweepPlan,
  choice: ThreadChoice,
): Promise<StoredSweep> {
  const paths = sweepPaths(outDir);
  const stored = await readPlan(outDir);
  const planned = JSON.parse(JSON.stringify(plan)) as SweepPlan;
  const byId = new Map(planned.runs.map((run) => [run.id, run]));
  const other = stored?.runs.find((run) => !isDeepStrictEqual(byId.get(run.id), run));
  if (other !== undefined) {
    const asked = byId.get(other.id);
    const how = asked === undefined ? 'no' : 'another configuration of';
    const { plugins } = other.config;
    const plugin = asked && pluginDifference(paths.run(other.id), plugins, asked.config.plugins);
    const what = asked && `: ${plugin ?? firstDifference(other.config, asked.config)}`;
    throw new InputError(
      `sweep: --out must be a folder of the same sweep, got ${paths.folder}, where the plan has ${how} run ` +
        `${other.id}${what ?? ''}. Choose another folder, or delete that one.`,
    );
  }
  const threads = threadsOf(stored, choice);
  await mkdir(paths.folder, { recursive: true });
  await writeJson(paths.plan, { name: planned.name, threads, runs: planned.runs });
  for (const { id, config } of planned.runs) {
    await mkdir(paths.run(id), { recursive: true });
    await writePlugins(paths.run(id), config.plugins);
    await writeJson(engineFiles(paths.run(id)).request, config);
  }
  return { ...planned, threads };
}

/**
 * The threads of a sweep's runs: those that it began with, so that runs that are added, resumed or done by another engine
 * are comparable bit for bit.
 *
 * @throws InputError where others are asked for.
 */
function threadsOf(
  stored: StoredSweep | undefined,
  { threads, defaultThreads }: ThreadChoice,
): number {
  const began = stored?.threads;
  if (began !== undefined && threads !== undefined && threads !== began) {
    const remedy = 'Leave it out, or choose another folder: the weights would differ.';
    throw invalid('sweep', '--threads', `${began}, as the sweep began`, threads, remedy);
  }
  return began ?? threads ?? defaultThreads;
}

/** The plan in a sweep's folder; undefined where there is none. */
export async function readPlan(outDir: string): Promise<StoredSweep | undefined> {
  const content = await readJsonIfThere('sweep', sweepPaths(outDir).plan);
  const stored = content as StoredSweep | undefined;
  const runs = stored?.runs.map(({ id, config }) => ({ id, config: storedConfig(config) }));
  return stored && { ...stored, runs: runs ?? [] };
}

/** States of all runs, in the order of the plan. */
export function runStates(outDir: string, runs: readonly PlannedRun[]): Promise<RunState[]> {
  return Promise.all(runs.map((run) => runState(outDir, run)));
}

export async function runState(outDir: string, { id, config }: PlannedRun): Promise<RunState> {
  const folder = sweepPaths(outDir).run(id);
  const state = { id, epochs: config.epochs };
  const record = await readRecord(folder);
  if (record !== undefined) {
    const { epochs: epoch, scores, times } = record;
    return { ...state, status: 'done', epoch, meanIoU: scores.meanIoU, seconds: times.seconds };
  }
  const last = (await readEpochs(folder)).pop();
  const { epoch = 0, meanIoU = null, seconds = 0 } = last ?? {};
  const reached = { ...state, epoch, meanIoU, seconds };
  if ((await lockOwner(folder)) !== undefined) return { ...reached, status: 'running' };
  const file = engineFiles(folder).failure;
  const failure = (await readJsonIfThere('sweep', file)) as RunFailure | undefined;
  return failure === undefined
    ? { ...reached, status: 'waiting' }
    : { ...reached, status: 'failed', failure };
}
