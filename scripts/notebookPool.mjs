/** Several notebooks at a time. */
import os from 'os';
import path from 'path';
import { UsageError } from './command.mjs';
import { readNotebook } from './notebookParameters.mjs';

/** What a notebook takes at most on its small profiles. */
const BYTES_PER_NOTEBOOK = 2.5 * 2 ** 30;

/** Notebooks that this machine runs at a time: two, where it has the cores and the memory. */
export function notebooksAtOnce() {
  return (
    Math.min(os.availableParallelism(), 2, Math.floor(os.totalmem() / BYTES_PER_NOTEBOOK)) || 1
  );
}

/**
 * The value of `--jobs`.
 * @param {string | undefined} text
 */
export function parseJobs(text) {
  if (text === undefined) return notebooksAtOnce();
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--jobs must be a whole number >= 1, got '${text}'.`);
}

/**
 * Runs notebooks in their order, `jobs` at a time; those that measure time (`measures_time` in their metadata) come last,
 * each alone. None is begun after one for which `run` resolves to false.
 * @param {string[]} files
 * @param {number} jobs
 * @param {(file: string) => Promise<boolean>} run
 */
export async function runNotebooks(files, jobs, run) {
  const measuring = files.filter((file) => readNotebook(file).metadata?.measures_time === true);
  const others = files.filter((file) => !measuring.includes(file));
  let goesOn = true;
  for (const [queue, atOnce] of /** @type {const} */ ([
    [others, jobs],
    [measuring, 1],
  ])) {
    const workers = Array.from({ length: atOnce }, async () => {
      for (let file = queue.shift(); goesOn && file !== undefined; file = queue.shift()) {
        goesOn = (await run(file)) && goesOn;
      }
    });
    await Promise.all(workers);
  }
}

/**
 * Text of one of several notebooks that run at a time: each line says whose it is.
 * @param {string} file
 * @param {string} text
 */
export function labelled(file, text) {
  const label = path.basename(file, '.ipynb').slice(0, 24).padEnd(24);
  return text.replace(/^(?=.)/gm, `${label} `);
}
