/**
 * `npm run data`, `train`, …: sets up what is missing, then runs `lib/cli/NAME.ts` with the arguments given.
 *
 *     node scripts/cli.mjs NAME [--skip-setup] [ARGUMENT…]
 *
 * Exit status, standard streams and signals are passed through: Ctrl-C reaches the command once, and no process
 * outlives this one. TensorFlow's start-up chatter is taken out of what native code prints; its errors are not.
 */
import { spawn } from 'child_process';
import fs from 'fs';
import os from 'os';
import path from 'path';
import { passWithoutChatter } from './chatter.mjs';
import { Failure, kernelEnvironment, ROOT } from './environment.mjs';
import { onStop, runCommand, UsageError } from './command.mjs';
import { isSetUp } from './setup.mjs';

const COMMANDS = path.join(ROOT, 'lib', 'cli');
/** V8's space for new objects: commands compute in TensorFlow, and 1 MiB takes 15–20 MiB less than the default in the same time. */
const YOUNG_GENERATION = '--max-semi-space-size=1';
/** A terminal and npm both pass Ctrl-C on: the second of the two is dropped. */
const SAME_SIGNAL_MILLISECONDS = 300;

async function main() {
  const [name, ...given] = process.argv.slice(2);
  const file = commandFile(name);
  const end = given.includes('--') ? given.indexOf('--') : given.length;
  /** @param {string[]} options */
  const has = (...options) => given.slice(0, end).some((word) => options.includes(word));
  const args = given.filter((word, i) => word !== '--skip-setup' || i > end);
  if (has('--help', '-h')) requirePackages();
  else if (!has('--skip-setup') && !(await isSetUp())) {
    const setup = [path.join(ROOT, 'scripts', 'setup.mjs')];
    // On the standard error: the standard output is the command's own.
    // A terminal's Ctrl-C reaches setup by itself; a second one would cut its cleaning up.
    const status = await finish(
      spawn(process.execPath, setup, { stdio: ['inherit', 2, 2] }),
      (signal) => signal !== 'SIGINT',
    );
    if (status !== 0) return process.exit(status);
  }
  process.exit(await finish(startCommand(file, args)));
}

/** @param {string | undefined} name */
function commandFile(name) {
  const names = fs
    .readdirSync(COMMANDS, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.basename(entry.name, '.ts'));
  if (name !== undefined && names.includes(name)) return path.join(COMMANDS, `${name}.ts`);
  throw new UsageError(
    `There is no command '${name || ''}'. Usage: npm run NAME -- …, NAME one of ${names.join(', ')}.`,
  );
}

/** Help must not start an installation of gigabytes. */
function requirePackages() {
  if (fs.existsSync(path.join(ROOT, 'node_modules', 'esbuild'))) return;
  throw new Failure('Help', 'the npm packages are not installed.', 'npm run setup');
}

/**
 * @param {string} file
 * @param {string[]} args
 */
function startCommand(file, args) {
  const child = spawn(
    process.execPath,
    [YOUNG_GENERATION, './scripts/runTypeScript.mjs', file, ...args],
    {
      cwd: ROOT,
      env: kernelEnvironment(),
      // 3: tells the child when this process ends. 4: the terminal, so that only native code writes to 2.
      stdio: ['inherit', 'inherit', 'pipe', 'ipc', process.stderr.isTTY ? 2 : 'ignore'],
      detached: true, // a process group of its own: signals come through here alone
    },
  );
  if (child.stderr === null)
    throw new Error('the command was started without a pipe for its errors');
  void passWithoutChatter(child.stderr);
  return child;
}

/**
 * Passes the signals that `passes` on to `child` until it ends; resolves to its exit status, 128 + n after signal n.
 * @param {import('child_process').ChildProcess} child
 * @param {(signal: NodeJS.Signals) => boolean} passes
 * @returns {Promise<number>}
 */
function finish(child, passes = () => true) {
  /** @type {Map<NodeJS.Signals, number>} */
  const last = new Map();
  onStop((signal) => {
    const now = performance.now();
    const repeated = now - (last.get(signal) ?? -Infinity) < SAME_SIGNAL_MILLISECONDS;
    last.set(signal, now);
    if (passes(signal) && !repeated) child.kill(signal);
  });
  process.on('SIGTSTP', () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  process.on('SIGCONT', () => child.kill('SIGCONT'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)),
    );
  });
}

await runCommand(main);
