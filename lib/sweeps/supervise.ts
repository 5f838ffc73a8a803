/** Runs the runs of a sweep in processes of their own, so many at a time, until all are done or have failed. */
import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { InputError } from '../check';
import { isThere } from '../files';
import { readRecord } from '../runs/record';
import type { ProgressEvent } from '../training/experiment';
import { writeJson } from '../runs/runFolder';
import { engineFiles, sweepPaths } from './sweepFolder';
import type { RunFailure } from './sweepFolder';
import type { PlannedRun } from './plan';
import { attemptRun, recordOf } from './worker';

/** What happens to the runs. */
export type SweepEvent =
  | { kind: 'started'; id: string; attempt: number }
  | { kind: 'progress'; id: string; event: ProgressEvent }
  | { kind: 'done'; id: string }
  | { kind: 'retry'; id: string; failure: RunFailure; seconds: number }
  | { kind: 'failed'; id: string; failure: RunFailure }
  | { kind: 'stopped'; id: string };

export interface SuperviseOptions {
  outDir: string;
  /** Runs at a time. */
  jobs: number;
  /** Threads of each run. */
  threads: number;
  /** CUDA indices, dealt out in turn; empty: no GPU, or all visible ones to every run. */
  gpus: readonly string[];
  /** Attempts after the first for a run whose process crashed (default 2). */
  retries?: number;
  /** Before the first retry, in seconds; each further one waits four times as long (default 2). */
  backoff?: number;
  /** An abort lets every run save a checkpoint, and resolves when all have ended. */
  signal: AbortSignal;
  onEvent: (event: SweepEvent) => void;
}

/** Ids by how they ended. */
export interface SweepOutcome {
  done: string[];
  failed: string[];
  /** Runs that an abort stopped or kept from starting. */
  stopped: string[];
}

/**
 * Runs with a record are done and are not started again; a failed run does not keep the others from running.
 *
 * @throws what went wrong with the supervision itself (a process that cannot be started, a file that cannot be written),
 *   once the other runs, which are stopped as by an abort, have ended: until then their folder is in use.
 */
export async function superviseRuns(
  runs: readonly PlannedRun[],
  options: SuperviseOptions,
): Promise<SweepOutcome> {
  const { outDir, jobs, gpus } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const pass = () => stop.abort(options.signal.reason);
  options.signal.addEventListener('abort', pass);
  if (options.signal.aborted) pass();
  const outcome: SweepOutcome = { done: [], failed: [], stopped: [] };
  const waiting = [...runs];
  const work = async (slot: number) => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const folder = sweepPaths(outDir).run(run.id);
      const gpu = gpus.length > 0 ? gpus[slot % gpus.length] : undefined;
      const end =
        (await earlierEnd(run.id, folder, options.onEvent)) ??
        (await superviseRun(run.id, folder, gpu, { ...options, signal }));
      outcome[end].push(run.id);
      if (signal.aborted) outcome.stopped.push(...waiting.splice(0).map(({ id }) => id));
    }
  };
  const failures: unknown[] = [];
  const slots = Array.from({ length: jobs }, (_, slot) =>
    work(slot).catch((error: unknown) => {
      failures.push(error);
      stop.abort(error);
    }),
  );
  await Promise.all(slots);
  options.signal.removeEventListener('abort', pass);
  if (failures.length > 0) throw failures[0];
  return outcome;
}

/** `'done'` for a run with a record; a record that cannot be read is told, and the other runs go on. */
async function earlierEnd(
  id: string,
  folder: string,
  onEvent: SuperviseOptions['onEvent'],
): Promise<'done' | 'failed' | undefined> {
  try {
    return (await readRecord(folder)) === undefined ? undefined : 'done';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const remedy = 'Delete the file, and the same command makes it anew from the checkpoints.';
    const reason = `${error.message} ${remedy}`;
    onEvent({ kind: 'failed', id, failure: { attempts: 0, ended: 'unreadable', reason } });
    return 'failed';
  }
}

async function superviseRun(
  id: string,
  folder: string,
  gpu: string | undefined,
  { threads, retries = 2, backoff = 2, signal, onEvent }: SuperviseOptions,
): Promise<keyof SweepOutcome> {
  const { failure: file } = engineFiles(folder);
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return 'stopped';
    onEvent({ kind: 'started', id, attempt });
    const onProgress = (event: ProgressEvent) => onEvent({ kind: 'progress', id, event });
    const end = await attemptRun(folder, { threads, gpu, signal, onProgress });
    // A process that was killed between its record and its end has done its run.
    if (end === undefined || (await isThere('sweep', recordOf(folder)))) {
      await rm(file, { force: true });
      onEvent({ kind: 'done', id });
      return 'done';
    }
    if (signal.aborted) {
      onEvent({ kind: 'stopped', id });
      return 'stopped';
    }
    const failure: RunFailure = { attempts: attempt, ended: end.ended, reason: end.reason };
    await writeJson(file, failure);
    if (!end.mayRetry || attempt > retries) {
      onEvent({ kind: 'failed', id, failure });
      return 'failed';
    }
    const seconds = backoff * 4 ** (attempt - 1);
    onEvent({ kind: 'retry', id, failure, seconds });
    await setTimeout(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}
