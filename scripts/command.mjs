/** What the commands share: how they fail, and when they end early. Loaded before anything is installed. */
import tty from 'tty';
import './environment.mjs';
import { fileErrorMessage } from './fileError.mjs';

/** The command line, or a file it names, is not as it should be; the message says what to do. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
}

/**
 * Runs a command's main function; a failure makes the exit status 1. Wrong usage and what the system refuses are told in
 * plain words, bugs with their stack. A reader of the output that ends early (`| head`) ends the command in silence.
 * @param {() => void | Promise<void>} main
 */
export async function runCommand(main) {
  if (!hasTerminal()) process.on('SIGHUP', () => {}); // nobody's terminal has closed: see onStop
  process.stdout.on('error', endOnClosedPipe);
  process.stderr.on('error', () => {}); // nobody reads it, and there is no other place to say so
  try {
    await main();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}

/**
 * What to print about an error: its message alone where that says what to do, else its stack.
 * @param {unknown} error
 */
function messageOf(error) {
  const { name, message, stack, code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
  const isPlain = /^(UsageError|Failure)$/.test(name) || code.startsWith('ERR_PARSE_ARGS');
  return isPlain ? message : fileErrorMessage(error) || stack || message;
}

const SHELL_MILLISECONDS = 500;

/**
 * Calls `stop` each time this process is told to end: by Ctrl-C, by SIGTERM, because its terminal closes, or because npm, which
 * started it, was ended. A process none of whose streams is a terminal has none that could close: under nohup, which Node
 * would otherwise undo, and in a batch job it goes on.
 * @param {(signal: NodeJS.Signals) => void} stop
 * @returns {() => void} forgets it
 */
export function onStop(stop) {
  /** @type {NodeJS.Signals[]} */
  const signals = hasTerminal() ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
  /** @param {NodeJS.Signals} signal */
  const told = (signal) => {
    forgetShell();
    stop(signal);
  };
  for (const signal of signals) process.on(signal, told);
  const forgetShell = onShellsEnd(() => stop('SIGTERM'));
  return () => {
    forgetShell();
    signals.forEach((signal) => process.off(signal, told));
  };
}

/**
 * Calls `ended` when the shell has ended by which npm started this process: npm passes a SIGTERM to that shell alone.
 * @param {() => void} ended
 * @returns {() => void} forgets it
 */
function onShellsEnd(ended) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    ended();
  }, SHELL_MILLISECONDS).unref();
  return () => clearInterval(watch);
}

function hasTerminal() {
  return [0, 1, 2].some((stream) => tty.isatty(stream));
}

/**
 * Ends like a program that SIGPIPE ends; one that has something to clean up does that first.
 * @param {NodeJS.ErrnoException} error
 */
function endOnClosedPipe(error) {
  if (error.code !== 'EPIPE') throw error;
  if (process.listenerCount('SIGTERM') === 0) process.exit(141);
  process.kill(process.pid, 'SIGTERM');
}
