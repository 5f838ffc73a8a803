/**
 * `npm run bench -- notebook`: how long a reader waits for the first cell of each notebook, and for the whole of it, run
 * headless as `npm run notebook` does. The figures go to a temporary folder.
 */
import path from 'node:path';
import { checkOneOf, InputError } from '../../check';
import { Peer } from '../../measurement/peer';
import { machine, machineText, spreadOf, spreadText } from '../../measurement/spread';
import type { Spread } from '../../measurement/spread';
import { maximumOf } from '../../extremes';
import type { BenchOptions, BenchReport } from './benchTypes';

const profiles = ['tiny', 'quick', 'full'] as const;

/** One run of a notebook, in seconds since its start; an answer of scripts/notebookTimes.mjs. */
interface NotebookTimes {
  /** When the kernel was ready, and when the first cell was done. */
  kernel: number;
  firstCell: number;
  /** How long a reader waits for the first cell once the kernel is ready. */
  firstWait: number;
  /** With the executed copy and its HTML written. */
  whole: number;
  /** The cell that took longest, by its first line. */
  slowest: { line: string; seconds: number };
}

export async function benchNotebook(options: BenchOptions): Promise<BenchReport> {
  const { rounds, signal, profile = 'quick', notebooks } = options;
  const where = 'npm run bench -- notebook';
  checkOneOf(where, '--profile', profile, profiles);
  const script = path.resolve(__dirname, '../../../scripts/notebookTimes.mjs');
  const side = new Peer("the notebooks' side", process.execPath, [script], signal);
  const ask = async (question: object) => {
    const answer = await side.ask(JSON.stringify(question));
    if (typeof answer.error === 'string') throw new InputError(`${where}: ${answer.error}`);
    return answer;
  };
  const here = machine();
  try {
    const names = notebooks?.split(',') ?? null;
    const { files } = (await ask({ names })) as { files: string[] };
    const runs = files.map((): NotebookTimes[] => []);
    for (let round = 1; round <= rounds; round++) {
      for (const [i, file] of files.entries()) {
        runs[i].push((await ask({ file, profile })) as unknown as NotebookTimes);
        process.stderr.write(`round ${round} of ${rounds}: ${nameOf(file)}\n`);
      }
    }
    const results = files.map((file, i) => summary(nameOf(file), runs[i]));
    const json = { bench: 'notebook', machine: here, profile, rounds, results };
    return { lines: report(json, machineText(here)), json };
  } finally {
    side.stop();
  }
}

function summary(notebook: string, runs: readonly NotebookTimes[]) {
  const spread = (name: 'kernel' | 'firstCell' | 'firstWait' | 'whole') =>
    spreadOf(runs.map((run) => run[name]));
  return {
    notebook,
    kernelSeconds: spread('kernel'),
    firstCellSeconds: spread('firstCell'),
    firstCellAfterReadySeconds: spread('firstWait'),
    wholeSeconds: spread('whole'),
    /** Of the last round. */
    slowestCell: runs[runs.length - 1].slowest,
  };
}

interface Numbers {
  profile: string;
  rounds: number;
  results: readonly ReturnType<typeof summary>[];
}

function report({ profile, rounds, results }: Numbers, where: string): string[] {
  const width = maximumOf(results.map(({ notebook }) => notebook.length));
  const titles = ['kernel ready', 'then first cell', 'whole'];
  const seconds = (spread: Spread) => spreadText(spread, 1).padStart(18);
  return [
    `Notebooks, profile '${profile}'; seconds: median (range) of ${rounds}`,
    where,
    `${''.padEnd(width)}${titles.map((title) => title.padStart(18)).join('')}  slowest cell`,
    ...results.map(
      ({ notebook, slowestCell, ...times }) =>
        notebook.padEnd(width) +
        [times.kernelSeconds, times.firstCellAfterReadySeconds, times.wholeSeconds]
          .map(seconds)
          .join('') +
        `  ${slowestCell.seconds.toFixed(1)} s: ${slowestCell.line}`,
    ),
  ];
}

function nameOf(file: string): string {
  return path.basename(file, '.ipynb');
}
