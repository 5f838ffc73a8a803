/** The interrupt of a notebook's cell (JupyterLab's stop button) as an AbortSignal. */
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';

const requireHere = createRequire(__filename);

let controller: AbortController | undefined;

/** Why `interruptible()` aborts. A kernel tells it in one line, by its name. */
class Interrupt extends Error {
  override readonly name = 'Interrupt';

  constructor() {
    super('interrupted');
  }
}

/**
 * A signal that aborts at the next interrupt: JupyterLab's stop button, or Ctrl-C in a script. tslab only stops waiting for
 * an interrupted cell, and its work would go on; what listens to this signal ends too. In a kernel the kit's own long calls
 * and iterators listen by themselves, so this is for own loops that call nothing of the kit:
 * `while (!signal.aborted) { … }` or `signal.throwIfAborted()`, with an `await` in each round. All calls up to an interrupt
 * share one signal.
 */
export function interruptible(): AbortSignal {
  if (!controller || controller.signal.aborted) {
    const next = new AbortController();
    // Not at once: while the synchronous part of a cell runs, Node has set the signal's handlers aside, and
    // what is added then is lost when it resets them, with the process's protection from the signal.
    setImmediate(() => process.once('SIGINT', () => next.abort(new Interrupt())));
    controller = next;
  }
  return controller.signal;
}

/** `interruptible()` in a tslab kernel; undefined elsewhere, where Ctrl-C is the command's own matter. */
export function cellInterrupt(): AbortSignal | undefined {
  return kernelModule() === undefined ? undefined : interruptible();
}

/** Lets an interrupt arrive, then throws its reason if there was one. Without a signal it returns at once. */
export async function checkInterrupt(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return;
  await nextTurn();
  signal.throwIfAborted();
}

/** tslab's module of the running kernel; undefined outside a kernel. */
export function kernelModule(): unknown {
  // Looked up, not loaded: outside a kernel there is no reason to load tslab and its TypeScript compiler.
  return requireHere.cache[requireHere.resolve('tslab/dist/jupyter.js')]?.exports;
}
