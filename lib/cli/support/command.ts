/** What the commands in lib/cli share: arguments with helpful errors, interruption, exit status. */
import os from 'node:os';
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { checkOneOf, InputError, invalid } from '../../check';
import { LockedError } from '../../runs/lock';
import { tellParent } from './parentProcess';

export type OptionSpecs = NonNullable<ParseArgsConfig['options']>;

/**
 * Parses `args` strictly: `--name value`, `--name=value`, flags, and exactly the positional words
 * named.
 *
 * @throws InputError for an unknown option (with the nearest name), a missing or an extra word; the
 *   errors of `parseArgs` for an option without its value.
 */
export function parseArguments<Specs extends OptionSpecs>(
  command: string,
  args: readonly string[],
  options: Specs,
  words: readonly string[] = [],
) {
  const config = { args: [...args], options, allowPositionals: true as const };
  const { tokens } = parseArgs({ ...config, strict: false as const, tokens: true as const });
  for (const token of tokens) {
    if (token.kind === 'option') checkOneOf(command, 'option', token.name, Object.keys(options));
  }
  const { values, positionals } = parseArgs(config);
  if (positionals.length < words.length) {
    const next = words[positionals.length];
    throw new InputError(`${command}: ${next} is missing. Usage: ${command} ${words.join(' ')}`);
  }
  if (positionals.length > words.length) {
    const expected = words.length > 0 ? `${words.join(' ')} and nothing more` : 'absent';
    throw invalid(command, 'arguments', expected, positionals.slice(words.length).join(' '));
  }
  return { values, positionals };
}

/** Failures that are told without their stack: wrong input, and what the environment refuses. */
const foreseen = /^(InputError|DownloadError|TransientError|ArchiveError)$/;

/**
 * Runs a command with a signal that Ctrl-C (SIGINT, SIGTERM, SIGHUP) aborts; a second one ends the
 * process at once. So does, in silence, a reader of the output that ends early (`| head`). Sets the
 * exit status: what `main` returns, 1 after an error, 128 + n after signal n (SIGPIPE for the reader).
 */
export async function runCommand(
  main: (args: string[], signal: AbortSignal) => Promise<number>,
): Promise<void> {
  const stop = new AbortController();
  let interrupted = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interrupted > 0) process.exit(interrupted);
      interrupted = 128 + os.constants.signals[name];
      stop.abort();
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupted ||= 128 + os.constants.signals.SIGPIPE;
    process.exitCode = interrupted;
    stop.abort();
  });
  process.stderr.on('error', () => undefined); // nobody reads it, and there is no other place to say so
  try {
    const status = await main(process.argv.slice(2), stop.signal);
    process.exitCode = interrupted || status;
  } catch (error) {
    process.exitCode = interrupted || 1;
    if (interrupted === 0) report(error);
  }
}

function report(thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code = '' } = error as NodeJS.ErrnoException;
  const plain = foreseen.test(error.name) || code.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${plain ? error.message : (error.stack ?? error.message)}\n`);
  tellParent({
    kind: 'error',
    text: error.message,
    mayRetry: !plain || error instanceof LockedError,
  });
}
