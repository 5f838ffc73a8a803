/** A kernel's side of its compiler (compilerWorker.mjs): asks it and waits, as tslab expects of a converter. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'worker_threads';

/**
 * @typedef {{ method: string, args: unknown[], isAwaited: boolean }} Request
 * @typedef {{ value?: unknown, error?: string }} Answer
 * @typedef {{ port: import('worker_threads').MessagePort, signal: Int32Array }} Line
 */

/** Nothing takes so long, but a thread that ended for want of memory. */
const LIMIT_MILLISECONDS = 600_000;

export class Compiler {
  /** @type {Worker | undefined} */
  #worker;
  #signal = new Int32Array(new SharedArrayBuffer(4));
  #channel = new MessageChannel();

  /**
   * The answer of a method.
   * @param {string} method
   * @param {unknown[]} args
   * @returns {unknown}
   */
  ask(method, ...args) {
    Atomics.store(this.#signal, 0, 0);
    this.#start().postMessage({ method, args, isAwaited: true });
    Atomics.wait(this.#signal, 0, 0, LIMIT_MILLISECONDS);
    const answer = /** @type {{ message: Answer } | undefined} */ (
      receiveMessageOnPort(this.#channel.port1)
    );
    const { value, error } = answer?.message ?? { error: 'the compiler gave no answer' };
    if (error !== undefined) throw new Error(`${error}\nRemedy: restart the kernel.`);
    return value;
  }

  /**
   * Has a method done beside the cells, to be quicker at the next question.
   * @param {string} method
   * @param {unknown[]} args
   */
  prepare(method, ...args) {
    this.#start().postMessage({ method, args, isAwaited: false });
  }

  get isStarted() {
    return this.#worker !== undefined;
  }

  #start() {
    if (this.#worker === undefined) {
      const port = this.#channel.port2;
      const workerData = { port, signal: this.#signal };
      const worker = new Worker(new URL('./compilerWorker.mjs', import.meta.url), {
        workerData,
        transferList: [port],
      });
      worker.unref();
      this.#channel.port1.unref();
      this.#worker = worker;
    }
    return this.#worker;
  }

  close() {
    void this.#worker?.terminate();
  }
}
