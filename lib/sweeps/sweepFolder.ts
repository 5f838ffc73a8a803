/** A sweep's folder: `sweep.json` with every run's configuration, `runs/ID/` with the run folders. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { InputError, invalid } from '../check';
import { pathBelow, readJsonIfThere } from '../files';
import type { ExperimentConfig } from '../runs/config';
import { readEpochs } from '../runs/epochs';
import { writeJson } from '../runs/runFolder';
import { lockOwner } from '../runs/lock';
import { readRecord } from '../runs/record';
import { firstDifference } from '../runs/configDifference';
import { pluginDifference, writePlugins } from '../runs/pluginFiles';
import { storedConfig } from '../runs/storedConfig';
import { readCheckedIfThere } from '../schema';
import type { Inferred } from '../schema';
import type { PlannedRun, SweepPlan } from './plan';
import { checkRunId, sweepName } from './runIds';

const runFailure = z.object({
  attempts: z.number(),
  /** Exit status, or the signal that ended the process. */
  ended: z.string(),
  reason: z.string(),
});

/** What a run's last attempt left when it ended without a record: `failure.json`. */
export type RunFailure = Inferred<typeof runFailure>;

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
    const folder = await pathBelow('sweep', path.join(paths.folder, 'runs'), id);
    await mkdir(folder, { recursive: true });
    await writePlugins(folder, config.plugins);
    await writeJson(engineFiles(folder).request, config);
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

/** `sweep.json`, as far as it is taken for granted; each configuration is `parseConfig`'s. */
const storedSweep = z.object({
  name: z.string().regex(sweepName),
  threads: z.number().int().min(1),
  runs: z.array(z.object({ id: z.string(), config: z.object({}).passthrough() })),
});

/** Is the `sweep.json` in a folder the plan of a sweep, and not the summary that `--collect` writes? */
export async function holdsPlan(folder: string): Promise<boolean> {
  const content = await readJsonIfThere('sweep', sweepPaths(folder).plan);
  return storedSweep.safeParse(content).success;
}

/** The plan in a sweep's folder; undefined where there is none. @throws InputError that names the file for another one. */
export async function readPlan(outDir: string): Promise<StoredSweep | undefined> {
  const { plan: file } = sweepPaths(outDir);
  const remedy = 'Choose another folder, or move the file away.';
  const data = await readCheckedIfThere(
    'sweep',
    file,
    storedSweep,
    'be the plan of a sweep',
    remedy,
  );
  if (data === undefined) return undefined;
  const runs = data.runs.map(({ id, config }) => {
    return {
      id: checkRunId(id, file),
      config: storedConfig(config as unknown as ExperimentConfig),
    };
  });
  return { ...data, runs };
}

/** States of all runs, in the order of the plan. */
export function runStates(outDir: string, runs: readonly PlannedRun[]): Promise<RunState[]> {
  return Promise.all(runs.map((run) => runState(outDir, run)));
}

/** A run whose files cannot be read has failed; its reason names the file. */
async function runState(outDir: string, run: PlannedRun): Promise<RunState> {
  try {
    return await readableState(outDir, run);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const failure = { attempts: 0, ended: 'unreadable', reason: error.message };
    const { id, config } = run;
    return {
      id,
      status: 'failed',
      epochs: config.epochs,
      epoch: 0,
      meanIoU: null,
      seconds: 0,
      failure,
    };
  }
}

async function readableState(outDir: string, { id, config }: PlannedRun): Promise<RunState> {
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
  const failure = await readCheckedIfThere('sweep', file, runFailure, 'say how an attempt ended');
  return failure === undefined
    ? { ...reached, status: 'waiting' }
    : { ...reached, status: 'failed', failure };
}
