/**
 * The notebooks' side of `npm run bench -- notebook`, which answers each line of JSON with one: `{"names": …}` with the `files` of
 * the notebooks of these names (null: of all), `{"file": …, "profile": …}` with how long that notebook took; or with an `error`.
 */
import fs from 'fs';
import os from 'os';
import path from 'path';
import readline from 'readline';
import { UsageError } from './command.mjs';
import { findNotebook, listNotebooks } from './notebookFiles.mjs';
import { runNotebook, stopOnSignals } from './runNotebook.mjs';
import { parseJson } from './setup/files.mjs';

/**
 * One run of a notebook: `NotebookTimes` of lib/cli/bench/notebookBench.ts.
 * @param {string} file
 * @param {string} profile
 */
async function timeNotebook(file, profile) {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'pat-bench-notebook-'));
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const times = { kernel: 0, firstCell: 0, firstWait: 0, slowest: { line: '', seconds: 0 } };
  /** @param {import('./runNotebook.mjs').NotebookEvent} event */
  const onEvent = (event) => {
    if (event.event === 'kernel') times.kernel = elapsed();
    if (event.event !== 'done') return;
    const { line, seconds } = event;
    if (times.firstCell === 0) Object.assign(times, { firstCell: elapsed(), firstWait: seconds });
    if (seconds > times.slowest.seconds) times.slowest = { line, seconds };
  };
  try {
    const { name, ok, failure } = await runNotebook(file, { profile, out, onEvent });
    if (!ok) throw new UsageError(`${name} failed: ${failure?.reason ?? 'interrupted'}`);
    return { ...times, whole: elapsed() };
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

/**
 * @param {string} line
 * @returns {Promise<object>}
 */
async function answer(line) {
  const { names, file, profile } =
    /** @type {{ names?: string[] | null, file: string, profile: string }} */ (parseJson(line));
  try {
    if (names === undefined) return await timeNotebook(file, profile);
    return { files: names?.map((name) => findNotebook(name)) ?? listNotebooks() };
  } catch (error) {
    if (error instanceof UsageError) return { error: error.message };
    throw error;
  }
}

stopOnSignals();
for await (const line of readline.createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
