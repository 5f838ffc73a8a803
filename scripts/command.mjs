/** What the commands share: wrong usage and foreseen failures are told in plain words, bugs with their stack. */
import { Failure } from './environment.mjs';

/** The command line, or a file it names, is not as it should be; the message says what to do. */
export class UsageError extends Error {}

/** Runs a command's main function; a failure makes the exit status 1. */
export async function runCommand(main) {
  try {
    await main();
  } catch (error) {
    const plain =
      error instanceof UsageError ||
      error instanceof Failure ||
      String(error.code).startsWith('ERR_PARSE_ARGS');
    console.error(plain ? error.message : error.stack);
    process.exitCode = 1;
  }
}
