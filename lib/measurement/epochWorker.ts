/**
 * A training run that stops after each epoch, in a process of its own: the first line of standard input is an
 * `EpochJob`, each epoch is answered by an `EpochTimes`, and the next one begins at the next line. The run is the one of
 * `npm run train`, with its logging and its checkpoints.
 */
import { readSync, writeFileSync, writeSync } from 'node:fs';
import { runExperiment } from '../training/experiment';
import type { ExperimentInput } from '../runs/config';
import { peakMiB } from './foreignCpu';

export interface EpochJob {
  config: ExperimentInput;
  outDir: string;
}

export interface EpochTimes {
  /** From the beginning of the epoch to the end of its last step. */
  trainingSeconds: number;
  /** Processor time of all threads meanwhile. */
  cpuSeconds: number;
  /** Most memory that the process had in RAM meanwhile; before this epoch, too, where there is no /proc. */
  peakMiB: number;
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

/** Forgets the peak so far (proc(5), clear_refs); does nothing where the system cannot. */
function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // then the peak is that of the whole process, as EpochTimes says
  }
}

/** Processor time in seconds and peak memory in MiB of this process so far. */
function usage(): { cpu: number; peak: number } {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); // µs, KiB
  const peak = peakMiB(process.pid) ?? maxRSS / 1024;
  return { cpu: (userCPUTime + systemCPUTime) / 1e6, peak };
}

async function main(): Promise<void> {
  const { config, outDir } = JSON.parse(readLine()) as EpochJob;
  let begin = performance.now();
  let lastStep = begin;
  let first = usage();
  let last = first;
  let steps = 0;
  const beginEpoch = () => {
    resetPeak();
    first = usage();
    steps = 0;
    begin = performance.now();
  };
  await runExperiment(config, {
    outDir,
    onProgress: ({ kind }) => {
      if (kind === 'start') beginEpoch();
      if (kind === 'step') {
        lastStep = performance.now();
        last = usage();
        steps += 1;
      }
      if (kind !== 'epoch') return;
      const times: EpochTimes = {
        trainingSeconds: (lastStep - begin) / 1000,
        cpuSeconds: last.cpu - first.cpu,
        peakMiB: last.peak,
        validationSeconds: (performance.now() - lastStep) / 1000,
        steps,
      };
      writeSync(1, `${JSON.stringify(times)}\n`);
      readLine();
      beginEpoch();
    },
  });
}

void main();
