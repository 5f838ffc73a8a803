/**
 * Runs the programs that setup needs (npm, pip, a compiler): keeps their output in a log, knows which ones are
 * running so that an interruption stops them too, and turns what they print on failure into cause and remedy.
 */
import { spawn } from 'child_process';
import fs from 'fs';
import path from 'path';
import { CACHE, Failure, ROOT } from '../environment.mjs';

/**
 * How a program ended, and the last 16 kB of what it printed (`output`: on both channels).
 * @typedef {object} Result
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 * @property {string} output
 * @property {string} stdout
 * @property {string} log the file that has all of it
 *
 * @typedef {{ log?: string, env?: NodeJS.ProcessEnv, cwd?: string }} RunOptions
 */

const LOG_FOLDER = path.join(CACHE, 'setup');
const TAIL = 16384;

/** @type {Set<import('child_process').ChildProcess>} */
const running = new Set();
/** @type {Set<(pids: number[]) => void>} */
const listeners = new Set();
let stopping = false;

/**
 * Calls `listener(pids)` whenever a child process starts or ends.
 * @param {(pids: number[]) => void} listener
 */
export function onChildren(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function announce() {
  const pids = [...running].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  for (const listener of listeners) listener(pids);
}

/**
 * Runs a program to its end. Its output goes to `.cache/setup/LOG.log`.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Result>}
 */
export function run(command, args, { log = 'setup', env = process.env, cwd = ROOT } = {}) {
  fs.mkdirSync(LOG_FOLDER, { recursive: true });
  const file = path.join(LOG_FOLDER, `${log}.log`);
  const sink = fs.openSync(file, 'a');
  fs.writeSync(sink, `\n$ ${[command, ...args].join(' ')}\n`);
  return new Promise((resolve) => {
    let output = '';
    let stdout = '';
    // In a process group of its own: an interruption reaches it, and what it started, through `stopAll`.
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    /**
     * @param {number | null} code
     * @param {NodeJS.Signals | null} signal
     */
    const finish = (code, signal) => {
      fs.closeSync(sink);
      running.delete(child);
      announce();
      if (!stopping) resolve({ code, signal, output, stdout, log: path.relative(ROOT, file) });
    };
    running.add(child);
    announce();
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      try {
        fs.writeSync(sink, chunk);
      } catch {
        // a full disk must not hide the program's own message
      }
      output = (output + chunk.toString()).slice(-TAIL);
    };
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      stdout = (stdout + chunk.toString()).slice(-TAIL);
      take(chunk);
    });
    child.stderr.on('data', take);
    child.on('error', (error) => (output += `${command}: ${error.message}`));
    child.on('close', finish);
  });
}

/** Ends every running program and what it started; from then on no `run` returns. */
export async function stopAll() {
  stopping = true;
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
    for (const { pid } of running) if (pid !== undefined) killGroup(pid, signal);
    for (let wait = 0; wait < 50 && running.size > 0; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended by itself
  }
}

/**
 * Like `run`, throwing a Failure that names `step`, what went wrong and the remedy when the program fails.
 * @param {string} step
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions & { remedy?: string }} [options]
 * @returns {Promise<Result>}
 */
export async function mustRun(step, command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  throw failureFor(step, result, options.remedy);
}

const KNOWN = [
  {
    pattern: /from lock file|lock file's .* does not satisfy/,
    cause: 'package.json and package-lock.json disagree.',
    remedy:
      'Run `npm install --ignore-scripts`, which brings package-lock.json up to date, then run it again.',
  },
  {
    pattern: /ENOSPC|no space left on device|errno 28\b|disk quota exceeded/i,
    cause: 'the disk is full.',
    remedy:
      'Free some space (a set-up needs about 4 GB, 14 GB with an NVIDIA GPU), then run it again.',
  },
  {
    pattern: /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    cause: 'a file or folder cannot be written.',
    remedy:
      'Check who owns the repository and ~/.npm, ~/.cache (a run with sudo leaves files behind).',
  },
  {
    pattern:
      /SSLError|CERTIFICATE_VERIFY_FAILED|UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/i,
    cause: 'the package registry’s certificate is not trusted.',
    remedy: 'Set NODE_EXTRA_CA_CERTS (npm) and PIP_CERT (pip) to your network’s certificate file.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|connection (was )?refused|failed to establish a new connection|name resolution|network is unreachable|read timed out|connection broken|ProxyError|tunneling socket/i,
    cause: 'the package registry cannot be reached.',
    remedy:
      'Check the network. Behind a proxy set HTTPS_PROXY; for a mirror set npm_config_registry and PIP_INDEX_URL, ' +
      'for a private certificate NODE_EXTRA_CA_CERTS and PIP_CERT. Then run it again: it goes on where it stopped.',
  },
];

/**
 * The last line of what a program printed: its answer, after whatever its libraries say.
 * @param {string} text
 */
export function lastLine(text) {
  return text.slice(text.trimEnd().lastIndexOf('\n') + 1).trim();
}

/**
 * The Failure of a program: a known cause where its output shows one, else its last lines.
 * @param {string} step
 * @param {Pick<Result, 'code' | 'output'> & Partial<Result>} result
 * @param {string} [remedy]
 */
export function failureFor(
  step,
  { code, signal, output, log },
  remedy = 'Read the log, correct, run it again.',
) {
  const known = KNOWN.find(({ pattern }) => pattern.test(output));
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '');
  /**
   * @param {string} a
   * @param {string} b
   */
  const byLength = (a, b) => b.length - a.length;
  const shown = known
    ? lines
        .filter((line) => known.pattern.test(line))
        .sort(byLength)
        .slice(0, 1)
    : lines.slice(-8);
  const status = signal ? `ended by ${signal}` : `exit status ${code}`;
  const cause = known ? known.cause : `the program failed (${status}).`;
  return new Failure(
    step,
    [
      cause,
      ...shown.map((line) => line.trim().slice(0, 300)),
      ...(log ? [`Log: ${log}`] : []),
    ].join('\n'),
    known ? known.remedy : remedy,
  );
}
