/**
 * A kernel's cells as they run. An interrupt waits for the work of the cell to end by itself, since it may have to save
 * something; what a cell has declared when it fails stays declared; and errors are told by cells and lines (stacks.mjs).
 */
import { load } from './compilation.mjs';
import { withoutCode } from './stacks.mjs';

/** @typedef {{ execCount: number, executor: Executor }} Handler */
/** @typedef {{ locals: Record<string, unknown>, interrupt: () => void }} Executor */
/** @typedef {{ handleExecuteImpl: (this: Handler, ...args: unknown[]) => Promise<unknown> }} HandlerClass */
/** @typedef {{ begin: (number: number, values: Record<string, unknown>) => void, end: () => void, fail: () => void }} Observer */

/** So long may work take to end at an interrupt; a second interrupt waits no more. */
const GRACE_MILLISECONDS = 3000;

/** Messages of tslab's and Node's errors at an interrupt. */
const STOPPED = 'Interrupted asynchronously';
const STOPPED_SCRIPT = 'ERR_SCRIPT_EXECUTION_INTERRUPTED';

/**
 * @param {Observer} observer
 * @param {{ onStart: () => void, onEnd: () => void }} hooks
 */
export function watchCells(observer, { onStart, onEnd }) {
  const { JupyterHandlerImpl } =
    /** @type {{ JupyterHandlerImpl: { prototype: HandlerClass } }} */ (
      load('tslab/dist/jupyter.js')
    );
  const { prototype } = JupyterHandlerImpl;
  const handle = prototype.handleExecuteImpl;
  /** @type {Interrupts | undefined} */
  let interrupts;
  /**
   * @this {Handler}
   * @param {unknown[]} args
   */
  prototype.handleExecuteImpl = async function (...args) {
    onStart();
    interrupts ??= new Interrupts(this.executor);
    interrupts.begin();
    observer.begin(this.execCount + 1, this.executor.locals);
    try {
      const count = await handle.apply(this, args);
      observer.end();
      if (interrupts.isInterrupted) {
        console.error('Interrupted.');
        throw count; // as for a cell that failed: those queued after it do not run
      }
      return count;
    } catch (error) {
      observer.fail();
      throw error;
    } finally {
      interrupts.end();
      onEnd();
    }
  };
  printErrorsPlainly();
  printByPresentConsole();
}

/** tslab prints a last expression by the `console.log` of its start; here by the present one, which lib/notebook puts in its place. */
function printByPresentConsole() {
  const executors = /** @type {{ createExecutor: (...args: unknown[]) => unknown }} */ (
    load('tslab/dist/executor.js')
  );
  const { createExecutor } = executors;
  executors.createExecutor = (folder, converters) => createExecutor(folder, converters, console);
}

class Interrupts {
  isInterrupted = false;
  #isRunning = false;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {Executor} executor */
  constructor(executor) {
    const stopWaiting = executor.interrupt;
    executor.interrupt = () => {
      if (!this.#isRunning) return;
      if (this.isInterrupted) stopWaiting();
      else this.#timer = setTimeout(stopWaiting, GRACE_MILLISECONDS);
      this.isInterrupted = true;
    };
  }

  begin() {
    this.isInterrupted = false;
    this.#isRunning = true;
  }

  end() {
    clearTimeout(this.#timer);
    this.#isRunning = false;
  }
}

/** Errors that are printed have no lines of JavaScript before them, and an interrupt is one line. */
function printErrorsPlainly() {
  const print = console.error.bind(console);
  console.error = (/** @type {unknown[]} */ ...values) => {
    print(...values.map((each) => (each instanceof Error ? told(each) : each)));
  };
}

/** @param {Error} error */
function told(error) {
  if (error.message === STOPPED) {
    return 'Interrupted. Work of this cell that does not watch interruptible() keeps running.';
  }
  const isScript = 'code' in error && error.code === STOPPED_SCRIPT;
  return isScript || error.name === 'Interrupt' ? 'Interrupted.' : withoutCode(error);
}
