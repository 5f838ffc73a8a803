/** A thread that scores images: it answers each job with its scores, or with the error that ends it all. */
import { parentPort, workerData } from 'node:worker_threads';
import { scoreImage } from './scoreImage';
import type { ImageJob, ImageScores, JudgeRules } from './scoreImage';

export interface WorkerJob {
  index: number;
  job: ImageJob;
}

export type WorkerAnswer = { index: number } & ({ scores: ImageScores } | { error: string });

const port = parentPort;
port?.on('message', ({ index, job }: WorkerJob) => {
  scoreImage(job, (workerData as { rules: JudgeRules }).rules).then(
    (scores) => port.postMessage({ index, scores } satisfies WorkerAnswer),
    (error: Error) => port.postMessage({ index, error: error.stack ?? error.message }),
  );
});
