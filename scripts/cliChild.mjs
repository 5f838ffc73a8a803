/**
 * Loaded first in the process of a command (cli.mjs): ends it when its parent is gone, and sends what JavaScript writes
 * to the standard error straight to the terminal, past the filter for native code's chatter.
 */
import tty from 'tty';

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

if (tty.isatty(4)) {
  const terminal = new tty.WriteStream(4);
  Object.defineProperty(process, 'stderr', { get: () => terminal, configurable: true });
}
