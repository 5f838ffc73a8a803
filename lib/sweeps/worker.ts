/** One attempt at one run, in a process of its own: `npm run train`'s command, which tells its parent of every step. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { ProgressEvent } from '../training/experiment';
import { runPaths } from '../runs/runFolder';
import { engineFiles } from './sweepFolder';

/** What the command tells. `mayRetry`: the error is not the configuration's, or goes away by waiting. */
export type RunMessage = ProgressEvent | { kind: 'error'; text: string; mayRetry: boolean };

/** What an attempt may use. */
export interface WorkerResources {
  /** Threads of TensorFlow's kernels. */
  threads: number;
  /** CUDA index of its GPU; undefined: all that are visible. */
  gpu?: string;
}

export interface AttemptOptions extends WorkerResources {
  /** An abort sends SIGTERM: the run saves a checkpoint and ends. */
  signal: AbortSignal;
  onProgress: (event: ProgressEvent) => void;
}

/** How an attempt ended. */
export interface AttemptEnd {
  /** Exit status, or the name of the signal. */
  ended: string;
  /** What the run said; the last line of its log when it could not. */
  reason: string;
  /** False for what a second attempt cannot mend: wrong input, numbers that are not finite. */
  mayRetry: boolean;
}

/** Resolves when the process has ended; undefined when it ended well. */
export async function attemptRun(
  folder: string,
  { threads, gpu, signal, onProgress }: AttemptOptions,
): Promise<AttemptEnd | undefined> {
  const { request, log } = engineFiles(folder);
  const output = await open(log, 'a');
  try {
    const args = ['./scripts/runTypeScript.mjs', 'lib/cli/train.ts'];
    const child = spawn(process.execPath, [...args, '--config', request, '--out', folder], {
      env: {
        ...process.env,
        TF_NUM_INTRAOP_THREADS: String(threads),
        TF_NUM_INTEROP_THREADS: String(threads),
        TF_FORCE_GPU_ALLOW_GROWTH: 'true',
        ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu }),
      },
      stdio: ['ignore', output.fd, output.fd, 'ipc'],
      detached: true, // Ctrl-C reaches it through here alone
    });
    let failure: Extract<RunMessage, { kind: 'error' }> | undefined;
    child.on('message', (message: RunMessage) => {
      if (message.kind === 'error') failure = message;
      else onProgress(message);
    });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const ended = await new Promise<string>((resolve, reject) => {
      // A process that could not be signalled or told is still there, and its end is waited for.
      child.on('error', (error) => child.pid === undefined && reject(error));
      child.on('exit', (status, name) => resolve(name ?? String(status)));
    }).finally(() => signal.removeEventListener('abort', stop));
    if (ended === '0') return undefined;
    const place = path.relative(process.cwd(), log);
    const reason = failure?.text ?? `the process ended without a word; see ${place}`;
    return { ended, reason, mayRetry: failure?.mayRetry ?? true };
  } finally {
    await output.close();
  }
}

/** The file whose presence says that a run is done. */
export const recordOf = (folder: string): string => runPaths(folder).record;
