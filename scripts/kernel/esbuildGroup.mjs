/**
 * JupyterLab's stop button sends SIGINT to all processes of the kernel's group. esbuild's process would end at it, and nothing could
 * be compiled in that kernel any more, so it is started in a group of its own. It still ends with the kernel, which holds its
 * standard input.
 */
import childProcess from 'child_process';
import path from 'path';

/** From now on, and for this thread: each thread has an esbuild of its own. */
export function keepEsbuildFromInterrupts() {
  const spawn = childProcess.spawn;
  /**
   * @param {string} command
   * @param {string[]} args
   * @param {import('child_process').SpawnOptions} options
   */
  const spawned = (command, args, options) =>
    spawn(
      command,
      args,
      path.basename(command) === 'esbuild' ? { ...options, detached: true } : options,
    );
  childProcess.spawn = /** @type {typeof spawn} */ (spawned);
}
