/** The checks of `npm test`. Each resolves to what it counted and, where something failed, what it said. */
import { spawn } from 'child_process';
import fs from 'fs';
import path from 'path';
import { onStop } from './command.mjs';
import { CACHE, ROOT, kernelEnvironment } from './environment.mjs';
import { cellReporter, duration } from './cellReport.mjs';
import { findNotebook, listNotebooks } from './notebookFiles.mjs';
import { readJson } from './setup/files.mjs';
import { notebooksAtOnce, runNotebooks } from './notebookPool.mjs';
import { runNotebook, stopOnSignals } from './runNotebook.mjs';

const WORK = path.join(CACHE, 'test');
/** @typedef {{ status: string, fullName: string }} VitestTest */
/** @typedef {{ testResults: { status: string, assertionResults: VitestTest[] }[] }} VitestReport */

/**
 * @typedef {object} Counts what a check counted, and what it has to say
 * @property {number} [passed]
 * @property {number} [failed]
 * @property {number} [skipped]
 * @property {string} [output]
 * @property {boolean} [interrupted]
 *
 * @typedef {Required<Pick<Counts, 'passed' | 'failed' | 'skipped'>> & Counts & { name: string, seconds: number }} Result
 */

const SECONDS_PER_CELL = 300;

/** What was found well formatted is not looked at again: that depends on its content and prettier alone. */
const PRETTIER_CACHE = [
  '--cache',
  '--cache-strategy',
  'content',
  '--cache-location',
  path.join(CACHE, 'test', 'prettier'),
];

/** In order; checks of one group run side by side. */
export const CHECKS = [
  check('types', 'static', types),
  check('kernel', 'format', () =>
    compile('@tslab/typescript-for-tslab/lib/tsc.js', 'scripts/tsconfig.kernel.json'),
  ),
  check('lint', 'static', () => tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0'])),
  check('format', 'format', () =>
    tool('prettier/bin/prettier.cjs', ['--check', ...PRETTIER_CACHE, '.']),
  ),
  check('api', 'format', () => tool('typedoc/bin/typedoc', ['--emit', 'none'])),
  check('unit', 'unit', unitTests),
  check('notebooks', 'notebooks', notebooks),
  check('browser', 'browser', () => command(['--import', 'tsx', 'tests/browser/lab.ts'])),
];

/**
 * @param {string} name
 * @param {string} group checks of one group run side by side
 * @param {(words: string[]) => Promise<Counts>} run the check, or the part of it that `words` name
 */
function check(name, group, run) {
  /**
   * @param {string[]} words
   * @returns {Promise<Result>}
   */
  const timed = async (words) => {
    const start = performance.now();
    const result = await run(words);
    return {
      passed: 0,
      failed: 0,
      skipped: 0,
      ...result,
      name,
      seconds: (performance.now() - start) / 1000,
    };
  };
  return { name, group, timed };
}

/**
 * The table of all results and the line that counts them.
 * @param {Result[]} results
 * @param {number} seconds
 */
export function summary(results, seconds) {
  /** @param {'passed' | 'failed' | 'skipped'} key */
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  const [passed, failed, skipped] = [total('passed'), total('failed'), total('skipped')];
  /**
   * @param {string} name
   * @param {(string | number)[]} columns
   */
  const row = (name, ...columns) =>
    name.padEnd(12) + columns.map((column) => String(column).padStart(12)).join('');
  const table = [
    row('check', 'passed', 'failed', 'skipped', 'time'),
    ...results.map((each) =>
      row(each.name, each.passed, each.failed, each.skipped, duration(each.seconds)),
    ),
    row('all', passed, failed, skipped, duration(seconds)),
  ].join('\n');
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { table, line, failed };
}

let interrupted = false;
/** @type {Set<import('child_process').ChildProcess>} */
const children = new Set();

/** From now on Ctrl-C ends the checks, and with them every process they started. */
export function endOnSignals() {
  stopOnSignals();
  onStop(() => {
    interrupted = true;
    for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  });
}

/**
 * Runs Node with `args`; the output comes with the exit status.
 * @param {string[]} args
 * @returns {Promise<{ ok: boolean, output: string, interrupted: boolean }>}
 */
function node(args) {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that what it started in turn (vitest's workers) can be ended with it.
    const options = { cwd: ROOT, env: kernelEnvironment(), detached: true };
    const child = spawn(process.execPath, args, options);
    children.add(child);
    let output = '';
    /** @param {string} text */
    const collect = (text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      resolve({ ok: code === 0, output: output.trim(), interrupted });
    });
  });
}

/**
 * A program that counts as one.
 * @param {string[]} args
 * @returns {Promise<Counts>}
 */
async function command(args) {
  const { ok, output, ...rest } = await node(args);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output: ok ? '' : output, ...rest };
}

/**
 * @param {string} file
 * @param {string[]} args
 */
function tool(file, args) {
  return command([path.join(ROOT, 'node_modules', file), ...args]);
}

/**
 * Compiles what has changed, or depends on it, since the last time.
 * @param {string} compiler
 * @param {string} project
 */
function compile(compiler, project) {
  const name = `${compiler.split('/')[0]}-${project.replaceAll('/', '-')}`;
  const info = path.join(WORK, 'types', `${name}.tsbuildinfo`);
  return tool(compiler, ['-p', project, '--incremental', '--tsBuildInfoFile', info]);
}

/** lib/ and tests/, then the scripts, then what runs in pages: they know different globals. */
async function types() {
  /** @type {Counts} */
  let result = {};
  for (const project of ['tsconfig.json', 'scripts/tsconfig.json', 'scripts/tsconfig.pages.json']) {
    result = await compile('typescript/bin/tsc', project);
    if (result.failed || result.interrupted) break;
  }
  return result;
}

/**
 * @param {string[]} words parts of paths of test files
 * @returns {Promise<Counts>}
 */
async function unitTests(words) {
  const report = path.join(WORK, words.length > 0 ? 'vitest-part.json' : 'vitest.json');
  fs.rmSync(report, { force: true });
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const run = await node([vitest, 'run', ...reporters, ...words]);
  if (!fs.existsSync(report)) return { failed: 1, output: run.output, interrupted };
  const { testResults } = /** @type {VitestReport} */ (readJson(report));
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const broken = testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failedTests = tests.filter((test) => test.status === 'failed').length;
  // A run can also fail as a whole: a file that does not load, an error outside every test.
  const failed = failedTests + broken.length || (run.ok ? 0 : 1);
  const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.status));
  const names = skipped.map((test) => `skipped: ${test.fullName}`).join('\n');
  return {
    passed,
    failed,
    skipped: skipped.length,
    output: failed ? run.output : names,
    interrupted,
  };
}

/**
 * @param {string[]} words names of notebooks
 * @returns {Promise<Counts>}
 */
async function notebooks(words) {
  const files = words.length > 0 ? words.map(findNotebook) : listNotebooks();
  if (files.length === 0) return { failed: 1, output: 'There is no notebook in notebooks/.' };
  const out = path.join(WORK, 'figures');
  fs.rmSync(out, { recursive: true, force: true });
  const environment = kernelEnvironment();
  delete environment.PAT_DATA_DIR;
  /** @type {string[]} */
  const lines = [];
  const counts = { passed: 0, failed: 0 };
  let isInterrupted = false;
  await runNotebooks(files, notebooksAtOnce(), async (file) => {
    /** @type {string[]} */
    const failures = [];
    const onEvent = cellReporter({
      failuresOnly: true,
      write: (text) => void failures.push(text.trimEnd()),
    });
    const options = { profile: 'tiny', timeout: SECONDS_PER_CELL, out, environment, onEvent };
    const { ok, name, seconds, interrupted } = await runNotebook(file, options);
    isInterrupted ||= interrupted;
    counts[ok ? 'passed' : 'failed'] += 1;
    lines.push(...failures, `${ok ? '✓' : '✗'} ${name} (${duration(seconds)})`);
    return !interrupted;
  });
  if (isInterrupted) return { interrupted: true };
  return { ...counts, output: lines.join('\n') };
}
