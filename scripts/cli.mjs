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
import readline from 'readline';
import { Failure, kernelEnvironment, ROOT } from './environment.mjs';
import { runCommand, UsageError } from './command.mjs';
import { isSetUp } from './setup.mjs';

const COMMANDS = path.join(ROOT, 'lib', 'cli');
/** V8's space for new objects: commands compute in TensorFlow, and 1 MiB takes 15–20 MiB less than the default in the same time. */
const YOUNG_GENERATION = '--max-semi-space-size=1';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A terminal and npm both pass Ctrl-C on: the second of the two is dropped. */
const SAME_SIGNAL_MILLISECONDS = 300;
/** Lines of level INFO that absl prints before TensorFlow can set the log level. */
const CHATTER = /^(WARNING: All log messages before absl::InitializeLog|I\d{4} .*\] )/;

async function main() {
  const [name, ...given] = process.argv.slice(2);
  const file = commandFile(name);
  const end = given.includes('--') ? given.indexOf('--') : given.length;
  const has = (...options) => given.slice(0, end).some((word) => options.includes(word));
  const args = given.filter((word, i) => word !== '--skip-setup' || i > end);
  if (has('--help', '-h')) requireTsx();
  else if (!has('--skip-setup') && !(await isSetUp())) {
    const setup = [path.join(ROOT, 'scripts', 'setup.mjs')];
    // On the standard error: the standard output is the command's own.
    // A terminal's Ctrl-C reaches setup by itself; a second one would cut its cleaning up.
    const status = await finish(
      spawn(process.execPath, setup, { stdio: ['inherit', 2, 2] }),
      SIGNALS.slice(1),
    );
    if (status !== 0) return process.exit(status);
  }
  process.exit(await finish(startCommand(file, args), SIGNALS));
}

function commandFile(name) {
  const names = fs
    .readdirSync(COMMANDS, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.basename(entry.name, '.ts'));
  if (names.includes(name)) return path.join(COMMANDS, `${name}.ts`);
  throw new UsageError(
    `There is no command '${name || ''}'. Usage: npm run NAME -- …, NAME one of ${names.join(', ')}.`,
  );
}

/** Help must not start an installation of gigabytes. */
function requireTsx() {
  if (fs.existsSync(path.join(ROOT, 'node_modules', 'tsx'))) return;
  throw new Failure('Help', 'the npm packages are not installed.', 'npm run setup');
}

function startCommand(file, args) {
  const child = spawn(
    process.execPath,
    [YOUNG_GENERATION, '--import', './scripts/cliChild.mjs', '--import', 'tsx', file, ...args],
    {
      cwd: ROOT,
      env: kernelEnvironment(),
      // 3: tells the child when this process ends. 4: the terminal, so that only native code writes to 2.
      stdio: ['inherit', 'inherit', 'pipe', 'ipc', process.stderr.isTTY ? 2 : 'ignore'],
      detached: true, // a process group of its own: signals come through here alone
    },
  );
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    if (!CHATTER.test(line)) process.stderr.write(`${line}\n`);
  });
  return child;
}

/** Passes `signals` on to `child` until it ends; resolves to its exit status, 128 + n after signal n. */
function finish(child, signals) {
  const last = {};
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = performance.now();
      const repeated = now - (last[signal] ?? -Infinity) < SAME_SIGNAL_MILLISECONDS;
      last[signal] = now;
      if (signals.includes(signal) && !repeated) child.kill(signal);
    });
  }
  process.on('SIGTSTP', () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  process.on('SIGCONT', () => child.kill('SIGCONT'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}

runCommand(main);
