/** Runs notebooks headless: finds them, drives runNotebook.py, records what each run made. */
import { spawn } from 'child_process';
import fs from 'fs';
import path from 'path';
import { UsageError } from './command.mjs';
import { ROOT, kernelEnvironment, venvBin } from './environment.mjs';
import {
  assignments,
  parameterValues,
  sourceText,
  withAssignments,
} from './notebookParameters.mjs';

/** The figures' folder, unless a command says otherwise. */
export const FIGURES = path.join(ROOT, 'figures');

/** Read before all others, whatever their names. */
const FIRST = '00-start-here';

/** Compares two notebooks' names, without folder and extension, for `sort`. */
export function byReadingOrder(a, b) {
  return Number(b === FIRST) - Number(a === FIRST) || (a < b ? -1 : 1);
}

/** The committed notebooks, in reading order. */
export function listNotebooks() {
  const folder = path.join(ROOT, 'notebooks');
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return files
    .filter((file) => /^\d.*\.ipynb$/.test(file))
    .map((file) => path.basename(file, '.ipynb'))
    .sort(byReadingOrder)
    .map((name) => path.join(folder, `${name}.ipynb`));
}

/** A notebook by its number (`3` or `03`) where no other has it, its name with or without the number, or its path. */
export function findNotebook(name) {
  if (name.endsWith('.ipynb') && fs.existsSync(name)) return path.resolve(name);
  const all = listNotebooks();
  const number = /^\d+$/.test(name) ? `${name.padStart(2, '0')}-` : undefined;
  const found = all.filter((file) => {
    const stem = path.basename(file, '.ipynb');
    return number ? stem.startsWith(number) : stem === name || stem.replace(/^\d+-/, '') === name;
  });
  if (found.length === 1) return found[0];
  const names = (files) => files.map((file) => path.basename(file, '.ipynb')).join(', ') || 'none';
  if (found.length === 0) throw new UsageError(`No notebook '${name}'. There are: ${names(all)}.`);
  throw new UsageError(`Several notebooks are '${name}': ${names(found)}. Name one of them.`);
}

/** Throws, before any work is done, when nothing can be written to `folder`. */
export function checkWritable(folder) {
  const probe = path.join(folder, `.probe-${process.pid}`);
  try {
    fs.mkdirSync(folder, { recursive: true });
    // The superuser may write anywhere; a folder marked read-only is to stay as it is all the same.
    if ((fs.statSync(folder).mode & 0o222) === 0) throw new Error('it is marked read-only');
    fs.writeFileSync(probe, '');
    fs.unlinkSync(probe);
  } catch (error) {
    throw new UsageError(
      `Cannot write figures to ${folder}: ${error.message}.\n` +
        `Remedy: chmod u+w '${folder}', or choose another folder with --out DIR.`,
    );
  }
}

/** The value of `--timeout`: seconds, or null for no limit. */
export function parseTimeout(text) {
  if (text === undefined) return null;
  if (Number(text) > 0) return Math.ceil(Number(text));
  throw new UsageError(`--timeout must be a number of seconds > 0, got '${text}'.`);
}

const running = new Set();
let stopping = false;

/** From now on Ctrl-C (or being told to end) stops the kernel of every notebook now running. */
export function stopOnSignals() {
  const stop = () => {
    stopping = true;
    running.forEach((child) => child.kill('SIGINT'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
}

/** How long the notebook took when it last ran; undefined when it has not. */
export function lastSeconds(file, out = FIGURES) {
  const record = path.join(out, 'notebooks', `${path.basename(file, '.ipynb')}.json`);
  return fs.existsSync(record) ? JSON.parse(fs.readFileSync(record, 'utf8')).seconds : undefined;
}

/**
 * Runs one notebook. Options: `profile`, `settings`, `timeout` (seconds a cell), `out` (figures' folder), `save`,
 * `environment` (of the kernel), `onEvent` (called with each event of runNotebook.py).
 * Resolves to the record that is also written to `out/notebooks/NAME.json`.
 */
export async function runNotebook(file, options = {}) {
  const { profile = 'quick', settings = [], timeout = null, save = false } = options;
  const { out = FIGURES, environment = kernelEnvironment(), onEvent = () => {} } = options;
  const name = path.basename(file, '.ipynb');
  const pages = path.join(out, 'notebooks');
  const injected = assignments(file, profile, settings);
  checkWritable(pages);
  placePlotly(out);
  const before = figureTimes(out);
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
  let failure;
  const { code, log } = await drive(request, { ...environment, PAT_FIGURES_DIR: out }, (event) => {
    if (event.event === 'failed') failure = event;
    onEvent(event);
  });
  const interrupted = stopping || code === 130;
  if (code !== 0 && !failure && !interrupted) {
    failure = {
      event: 'failed',
      reason: `the runner itself failed (exit status ${code}).\n${log}`,
    };
    onEvent(failure);
  }
  const record = {
    name,
    title: title(file),
    ok: code === 0,
    profile,
    parameters: injected,
    values: parameterValues(file, profile, settings),
    seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
    figures: [...figureTimes(out)]
      .filter(([key, time]) => before.get(key) !== time)
      .map(([key]) => key),
  };
  if (!interrupted) {
    fs.writeFileSync(path.join(pages, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  }
  return { ...record, interrupted, failure };
}

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
      rest = lines.pop();
      lines.forEach((line) => onEvent(JSON.parse(line)));
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-4000)));
    child.stdin.on('error', () => {}); // the child ended first; its exit status says why
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code === null ? signal : code, log: log.trim() });
    });
    child.stdin.write(`${JSON.stringify(request)}\n`);
  });
}

/** plotly.js beside the pages that use it. */
function placePlotly(out) {
  const source = path.join(ROOT, 'node_modules', 'plotly.js-dist', 'plotly.js');
  const target = path.join(out, 'plotly.js');
  const same = fs.existsSync(target) && fs.statSync(target).size === fs.statSync(source).size;
  if (!same) fs.copyFileSync(source, target);
}

/** Name → time of change of every exported figure. */
function figureTimes(out) {
  const files = fs.readdirSync(out).filter((file) => file.endsWith('.json'));
  const time = (file) => fs.statSync(path.join(out, file)).mtimeMs;
  return new Map(files.map((file) => [path.basename(file, '.json'), time(file)]));
}

/** The first heading of a notebook, or its file name. */
function title(file) {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const text = cells
    .filter((cell) => cell.cell_type === 'markdown')
    .map(sourceText)
    .join('\n');
  const heading = /^#+\s+(.+)$/m.exec(text);
  return heading ? heading[1].trim() : path.basename(file, '.ipynb');
}
