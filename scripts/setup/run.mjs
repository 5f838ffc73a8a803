/**
 * Runs the programs that setup needs (npm, pip, a compiler): keeps their output in a log, knows which ones are
 * running so that an interruption stops them too, and turns what they print on failure into cause and remedy.
 */
import { spawn } from 'child_process';
import fs from 'fs';
import path from 'path';
import { CACHE, Failure, ROOT } from '../environment.mjs';

const LOG_FOLDER = path.join(CACHE, 'setup');
const TAIL = 16384;

const running = new Set();
const listeners = new Set();
let stopping = false;

/** Calls `listener(pids)` whenever a child process starts or ends. */
export function onChildren(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function announce() {
  const pids = [...running].map((child) => child.pid).filter((pid) => pid !== undefined);
  for (const listener of listeners) listener(pids);
}

/**
 * Runs a program to its end. Its output goes to `.cache/setup/LOG.log`.
 * @returns {Promise<{ code: number | null, signal: string | null, output: string, stdout: string, log: string }>}
 *   how it ended, and the last 16 kB of what it printed (`output`: on both channels)
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
    const finish = (code, signal) => {
      fs.closeSync(sink);
      running.delete(child);
      announce();
      if (!stopping) resolve({ code, signal, output, stdout, log: path.relative(ROOT, file) });
    };
    running.add(child);
    announce();
    const take = (chunk) => {
      try {
        fs.writeSync(sink, chunk);
      } catch {
        // a full disk must not hide the program's own message
      }
      output = (output + chunk).slice(-TAIL);
    };
    child.stdout.on('data', (chunk) => {
      stdout = (stdout + chunk).slice(-TAIL);
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
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    for (const child of running) killGroup(child, signal);
    for (let wait = 0; wait < 50 && running.size > 0; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it has ended by itself
  }
}

/** Like `run`, throwing a Failure that names `step`, what went wrong and the remedy when the program fails. */
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

/** The Failure of a program: a known cause where its output shows one, else its last lines. */
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
