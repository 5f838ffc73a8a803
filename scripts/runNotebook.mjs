/** Runs notebooks headless: finds them, drives runNotebook.py, records what each run made. */
import { spawn } from 'child_process';
import fs from 'fs';
import path from 'path';
import { onStop, UsageError } from './command.mjs';
import { ROOT, kernelEnvironment, venvBin } from './environment.mjs';
import { explainFileError } from './fileError.mjs';
import {
  assignments,
  parameterValues,
  readNotebook,
  sourceText,
  withAssignments,
} from './notebookParameters.mjs';
import { writeRecord } from './notebookRecord.mjs';
import { copyWhole, parseJson } from './setup/files.mjs';

/** @typedef {import('./notebookRecord.mjs').NotebookRecord} NotebookRecord */

/**
 * An event of runNotebook.py: the kernel has started, a cell begins (`cell`) or has run (`done`), or something failed.
 * @typedef {{ event: 'kernel', seconds: number }} KernelEvent
 * @typedef {{ event: 'cell', position: number, total: number, line: string }} CellEvent
 * @typedef {{ event: 'done', position: number, total: number, line: string, seconds: number }} DoneEvent
 * @typedef {{ event: 'failed', reason: string, position?: number, total?: number, source?: string }} FailedEvent
 * @typedef {KernelEvent | CellEvent | DoneEvent | FailedEvent} NotebookEvent
 */

/**
 * @typedef {object} RunOptions
 * @property {string} [profile]
 * @property {[string, unknown][]} [settings] parameters and their values, after those of the profile
 * @property {number | null} [timeout] seconds a cell may take
 * @property {string} [out] the figures' folder
 * @property {boolean} [save] whether the notebook itself gets the outputs
 * @property {NodeJS.ProcessEnv} [environment] the kernel's
 * @property {(event: NotebookEvent) => void} [onEvent]
 */

/** The figures' folder, unless a command says otherwise. */
export const FIGURES = path.join(ROOT, 'figures');

/**
 * Throws, before any work is done, when nothing can be written to `folder`.
 * @param {string} folder
 */
export function checkWritable(folder) {
  const fault = whyUnwritable(folder);
  if (fault === undefined) return;
  throw new UsageError(
    `Cannot write figures to ${folder}: ${fault.cause}.\n` +
      `Remedy: ${fault.remedy} --out DIR names another folder.`,
  );
}

/** @param {string} folder */
function whyUnwritable(folder) {
  const probe = path.join(folder, `.probe-${process.pid}`);
  const unlock = `chmod u+w '${folder}'.`;
  try {
    fs.mkdirSync(folder, { recursive: true });
    // The superuser may write anywhere; a folder marked read-only is to stay as it is all the same.
    const readOnly = (fs.statSync(folder).mode & 0o222) === 0;
    if (readOnly) return { cause: 'it is marked read-only', remedy: unlock };
    fs.writeFileSync(probe, '');
    fs.unlinkSync(probe);
    return undefined;
  } catch (error) {
    const known = explainFileError(error);
    if (known === undefined) throw error;
    const { cause, code, remedy } = known;
    return { cause: `${cause} (${code})`, remedy: code === 'EACCES' ? unlock : remedy };
  }
}

/**
 * The value of `--timeout`: seconds, or null for no limit.
 * @param {string | undefined} text
 */
export function parseTimeout(text) {
  if (text === undefined) return null;
  if (Number(text) > 0) return Math.ceil(Number(text));
  throw new UsageError(`--timeout must be a number of seconds > 0, got '${text}'.`);
}

/** @type {Set<import('child_process').ChildProcess>} */
const running = new Set();
let stopping = false;

/** From now on Ctrl-C (or being told to end) stops the kernel of every notebook now running. */
export function stopOnSignals() {
  onStop(() => {
    stopping = true;
    running.forEach((child) => child.kill('SIGINT'));
  });
}

/**
 * Runs one notebook; resolves to the record that is also written to `out/notebooks/NAME.json`.
 * @param {string} file
 * @param {RunOptions} options
 * @returns {Promise<NotebookRecord & { interrupted: boolean, failure: FailedEvent | undefined }>}
 */
export async function runNotebook(file, options = {}) {
  const { profile = 'quick', settings = [], timeout = null, save = false } = options;
  const { out = FIGURES, environment = kernelEnvironment(), onEvent = () => {} } = options;
  const name = path.basename(file, '.ipynb');
  const pages = path.join(out, 'notebooks');
  const injected = assignments(file, profile, settings);
  checkWritable(pages);
  placePlotly(out);
  // The figures of this run alone: others may write to the same folder meanwhile.
  const list = path.join(pages, `.${name}-${process.pid}.figures`);
  const start = performance.now();
  const request = {
    notebook: withAssignments(file, injected),
    root: ROOT,
    timeout,
    ipynb: path.join(pages, `${name}.ipynb`),
    html: path.join(pages, `${name}.html`),
    plotly: '../plotly.js',
    save: save ? file : null,
  };
  /** @type {FailedEvent | undefined} */
  let failure;
  const kernel = { ...environment, PAT_FIGURES_DIR: out, PAT_FIGURES_LIST: list };
  const { ended, log } = await drive(request, kernel, (event) => {
    if (event.event === 'failed') failure = event;
    onEvent(event);
  });
  const interrupted = stopping || ended === 130;
  if (ended !== 0 && !failure && !interrupted) {
    failure = { event: 'failed', reason: runnerFailure(ended, log) };
    onEvent(failure);
  }
  /** @type {NotebookRecord} */
  const record = {
    name,
    title: title(file),
    ok: ended === 0,
    profile,
    parameters: injected,
    values: parameterValues(file, profile, settings),
    seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
    figures: takeLines(list),
  };
  if (!interrupted) writeRecord(out, record);
  return { ...record, interrupted, failure };
}

/**
 * Why runNotebook.py ended without saying what failed.
 * @param {number | NodeJS.Signals | null} ended
 * @param {string} log
 */
function runnerFailure(ended, log) {
  if (typeof ended === 'number')
    return `the runner itself failed (exit status ${ended}).\n${log}`.trim();
  const hint = ended === 'SIGKILL' ? ' Most often the machine ran out of memory.' : '';
  return `the Python process that runs the notebook was ended by ${ended}.${hint}`;
}

/**
 * Runs runNotebook.py to its end.
 * @param {object} request
 * @param {NodeJS.ProcessEnv} environment
 * @param {(event: NotebookEvent) => void} onEvent
 * @returns {Promise<{ ended: number | NodeJS.Signals | null, log: string }>} exit status or signal, and its last words
 */
function drive(request, environment, onEvent) {
  return new Promise((resolve, reject) => {
    const script = path.join(ROOT, 'scripts', 'runNotebook.py');
    // Its own process group: Ctrl-C reaches it once, through stopOnSignals. The pipe to its standard input
    // stays open while this process lives, and its closing stops the kernel.
    const child = spawn(venvBin('python'), [script], {
      env: environment,
      cwd: ROOT,
      detached: true,
    });
    running.add(child);
    let log = '';
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => onEvent(/** @type {NotebookEvent} */ (parseJson(line))));
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-4000)));
    child.stdin.on('error', () => {}); // the child ended first; its exit status says why
    child.on('error', reject);
    // Where it is killed, its kernel holds the other ends of the pipes until it notices (kernel.mjs).
    child.on('exit', () => {
      setTimeout(
        () => [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()),
        5000,
      ).unref();
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ ended: code ?? signal, log: log.trim() });
    });
    child.stdin.write(`${JSON.stringify(request)}\n`);
  });
}

/**
 * Puts plotly.js beside the pages that use it.
 * @param {string} out
 */
function placePlotly(out) {
  const source = path.join(ROOT, 'node_modules', 'plotly.js-dist', 'plotly.js');
  const target = path.join(out, 'plotly.js');
  const same = fs.existsSync(target) && fs.statSync(target).size === fs.statSync(source).size;
  if (!same) copyWhole(source, target);
}

/**
 * The lines of a file, each once and sorted; the file is removed.
 * @param {string} file
 */
function takeLines(file) {
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
  fs.rmSync(file);
  return [...new Set(lines)].sort();
}

/**
 * The first heading of a notebook, or its file name.
 * @param {string} file
 */
function title(file) {
  const { cells } = readNotebook(file);
  const text = cells
    .filter((cell) => cell.cell_type === 'markdown')
    .map(sourceText)
    .join('\n');
  const heading = /^#+\s+(.+)$/m.exec(text);
  return heading ? heading[1].trim() : path.basename(file, '.ipynb');
}
