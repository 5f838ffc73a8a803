/**
 * `npm run bench -- notebook`: how long a reader waits for the first cell of each notebook, and for the whole of it, run
 * headless as `npm run notebook` does. The figures go to a temporary folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOneOf } from '../../check';
import { machine, machineText, spreadOf, spreadText } from '../../measurement/spread';
import type { Spread } from '../../measurement/spread';
import { maximumOf } from '../../extremes';
import type { BenchOptions, BenchReport } from './benchTypes';

const profiles = ['tiny', 'quick', 'full'] as const;

/** One run of a notebook, in seconds since its start. */
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

interface NotebookEvent {
  event: string;
  line: string;
  seconds: number;
}

/** What is used of scripts/notebookFiles.mjs and scripts/runNotebook.mjs. */
interface NotebookScripts {
  listNotebooks(): string[];
  findNotebook(name: string): string;
  stopOnSignals(): void;
  runNotebook(
    file: string,
    options: { profile: string; out: string; onEvent: (event: NotebookEvent) => void },
  ): Promise<{ ok: boolean; interrupted: boolean; failure?: { reason: string } }>;
}

export async function benchNotebook(options: BenchOptions): Promise<BenchReport> {
  const { rounds, signal, profile = 'quick', notebooks } = options;
  checkOneOf('npm run bench -- notebook', '--profile', profile, profiles);
  const load = (name: string): Promise<object> =>
    import(pathToFileURL(path.resolve('scripts', name)).href) as Promise<object>;
  const scripts = {
    ...(await load('notebookFiles.mjs')),
    ...(await load('runNotebook.mjs')),
  } as NotebookScripts;
  const files =
    notebooks?.split(',').map((name) => scripts.findNotebook(name)) ?? scripts.listNotebooks();
  scripts.stopOnSignals();
  const where = machine();
  const runs = files.map((): NotebookTimes[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, file] of files.entries()) {
      signal.throwIfAborted();
      runs[i].push(await timeNotebook(scripts, file, profile));
      process.stderr.write(`round ${round} of ${rounds}: ${nameOf(file)}\n`);
    }
  }
  const results = files.map((file, i) => summary(nameOf(file), runs[i]));
  const json = { bench: 'notebook', machine: where, profile, rounds, results };
  return { lines: report(json, machineText(where)), json };
}

async function timeNotebook(
  scripts: NotebookScripts,
  file: string,
  profile: string,
): Promise<NotebookTimes> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'pat-bench-notebook-'));
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let kernel = 0;
  let firstCell = 0;
  let firstWait = 0;
  let slowest = { line: '', seconds: 0 };
  const onEvent = ({ event, line, seconds }: NotebookEvent) => {
    if (event === 'kernel') kernel = elapsed();
    if (event !== 'done') return;
    if (firstCell === 0) [firstCell, firstWait] = [elapsed(), seconds];
    if (seconds > slowest.seconds) slowest = { line, seconds };
  };
  try {
    const { ok, failure } = await scripts.runNotebook(file, { profile, out, onEvent });
    if (!ok) throw new Error(`bench: ${nameOf(file)} failed: ${failure?.reason ?? 'interrupted'}`);
    return { kernel, firstCell, firstWait, whole: elapsed(), slowest };
  } finally {
    await rm(out, { recursive: true, force: true });
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
