/**
 * A training run that stops after each epoch, in a process of its own: the first line of standard input is an
 * `EpochJob`, each epoch is answered by an `EpochTimes`, and the next one begins at the next line. The run is the one of
 * `npm run train`, with its logging and its checkpoints.
 */
import { readSync, writeSync } from 'node:fs';
import { runExperiment } from '../../training/experiment';
import type { ExperimentInput } from '../../training/types';

export interface EpochJob {
  config: ExperimentInput;
  outDir: string;
}

export interface EpochTimes {
  /** From the beginning of the epoch to the end of its last step. */
  trainingSeconds: number;
  /** Validation, checkpoint and log behind it. */
  validationSeconds: number;
  steps: number;
}

/** Waits for a line, the whole process with it: nothing is to go on between two epochs. */
function readLine(): string {
  const chunk = Buffer.alloc(1 << 16);
  let line = '';
  while (!line.endsWith('\n')) {
    const length = readSync(0, chunk);
    if (length === 0) process.exit(0); // whoever measures is gone
    line += chunk.toString('utf8', 0, length);
  }
  return line;
}

async function main(): Promise<void> {
  const { config, outDir } = JSON.parse(readLine()) as EpochJob;
  let begin = performance.now();
  let lastStep = begin;
  let steps = 0;
  await runExperiment(config, {
    outDir,
    onProgress: ({ kind }) => {
      if (kind === 'start') begin = performance.now();
      if (kind === 'step') {
        lastStep = performance.now();
        steps += 1;
      }
      if (kind !== 'epoch') return;
      const times: EpochTimes = {
        trainingSeconds: (lastStep - begin) / 1000,
        validationSeconds: (performance.now() - lastStep) / 1000,
        steps,
      };
      writeSync(1, `${JSON.stringify(times)}\n`);
      readLine();
      begin = performance.now();
      steps = 0;
    },
  });
}

void main();
