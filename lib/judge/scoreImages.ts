/** Scores many images, in threads where there is enough to do for them. */
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { scoreImage } from './scoreImage';
import type { ImageJob, ImageScores, JudgeRules } from './scoreImage';
import type { WorkerAnswer } from './worker';

export interface ScoringOptions {
  /** Threads (default: as many as there are processors, once the first images tell that they pay; 0: none). */
  threads?: number;
  signal?: AbortSignal;
  /** Images done and in all. */
  onProgress?: (done: number, total: number) => void;
}

/** Images scored before threads are thought of, and the work left, in seconds, from which on they pay. */
const FIRST = 2;
const WORTHWHILE_SECONDS = 2;

/** Jobs that a thread has at a time: it decodes one while it counts another. */
const AT_A_TIME = 2;

/**
 * Scores the images of `jobs`, in their order; each job is made when its turn comes, and what it holds is let go of then.
 *
 * @throws the signal's reason after an abort
 */
export async function scoreImages(
  jobs: readonly (() => Promise<ImageJob>)[],
  rules: JudgeRules,
  { threads, signal, onProgress }: ScoringOptions = {},
): Promise<ImageScores[]> {
  const scores: ImageScores[] = [];
  const started = performance.now();
  const most = Math.min(threads ?? os.availableParallelism(), jobs.length);
  while (scores.length < jobs.length) {
    signal?.throwIfAborted();
    const { length } = scores;
    const seconds = (performance.now() - started) / 1000;
    const left = length === 0 ? 0 : (seconds / length) * (jobs.length - length);
    const isWorthwhile = length >= FIRST && left > WORTHWHILE_SECONDS;
    if (most > (threads === undefined ? 1 : 0) && (threads !== undefined || isWorthwhile)) {
      const rest = await scoreInThreads(jobs.slice(length), rules, {
        threads: most,
        signal,
        onDone: (done) => onProgress?.(length + done, jobs.length),
      });
      return [...scores, ...rest];
    }
    scores.push(await scoreImage(await jobs[length](), rules));
    onProgress?.(scores.length, jobs.length);
    await setImmediate(); // lets signals and timers through
  }
  return scores;
}

async function scoreInThreads(
  jobs: readonly (() => Promise<ImageJob>)[],
  rules: JudgeRules,
  {
    threads,
    signal,
    onDone,
  }: { threads: number; signal?: AbortSignal; onDone: (done: number) => void },
): Promise<ImageScores[]> {
  const scores = new Array<ImageScores>(jobs.length);
  const workers = Array.from({ length: threads }, () => startWorker(rules));
  try {
    await new Promise<void>((resolve, reject) => {
      let [next, done] = [0, 0];
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      const give = (worker: Worker): void => {
        if (next === jobs.length) return;
        const index = next++;
        jobs[index]().then((job) => worker.postMessage({ index, job }), reject);
      };
      for (const worker of workers) {
        worker.on('error', reject);
        worker.on('message', (answer: WorkerAnswer) => {
          if ('error' in answer) return reject(new Error(answer.error));
          scores[answer.index] = answer.scores;
          onDone(++done);
          if (done === jobs.length) resolve();
          else give(worker);
        });
        for (let i = 0; i < AT_A_TIME; i++) give(worker);
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return scores;
}

/** The kit's own files are TypeScript, in commands, tests and kernels alike: a thread has tsx read them. */
function startWorker(rules: JudgeRules): Worker {
  const file = path.resolve('lib', 'judge', 'worker.ts');
  const reader = createRequire(file).resolve('tsx/cjs');
  const program = `require(${JSON.stringify(reader)}); require(${JSON.stringify(file)});`;
  return new Worker(program, { eval: true, execArgv: [], workerData: { rules } });
}
