/**
 * The process of a notebook kernel: tslab, started by the kernelspec (setup/kernel.mjs) in the repository root.
 *
 *     node scripts/kernel.mjs --config-path CONNECTION_FILE
 *
 * It adds three things to tslab. The kernel ends with the process that started it, however that ends: a thread of its own
 * looks for the parent, because a cell may keep the main thread busy. All that a cell prints arrives: ZeroMQ's binding takes
 * some 500 messages without a pause and refuses the next ones, which tslab then drops. And what has not changed is not
 * compiled again (kernel/converter.mjs).
 */
import fs from 'fs';
import { createRequire } from 'module';
import { setImmediate } from 'timers/promises';
import { isMainThread, Worker, workerData } from 'worker_threads';
import { keepEsbuildFromInterrupts } from './kernel/esbuildGroup.mjs';
import { keepCompiled } from './kernel/keepCompiled.mjs';

/** @typedef {typeof import('zeromq').Publisher} PublisherClass */
/** @typedef {{ parent: number, connection: string }} Watched */

const POLL_MILLISECONDS = 500;

if (isMainThread) {
  startTslab();
} else {
  /** @type {() => unknown} */
  const given = () => workerData;
  endWithParent(/** @type {Watched} */ (given()));
}

/**
 * @param {string} name
 * @returns {unknown}
 */
function load(name) {
  return createRequire(import.meta.url)(name);
}

function startTslab() {
  const connection = process.argv[process.argv.indexOf('--config-path') + 1];
  const watch = new Worker(new URL(import.meta.url), {
    workerData: { parent: process.ppid, connection },
  });
  watch.unref();
  const zeromq = /** @type {{ Publisher: PublisherClass }} */ (load('zeromq'));
  zeromq.Publisher = losslessPublisher(zeromq.Publisher);
  keepEsbuildFromInterrupts();
  keepCompiled();
  process.argv.splice(2, 0, 'kernel');
  const tslab = /** @type {{ main(): void }} */ (load('tslab/dist/main.js'));
  tslab.main();
}

/**
 * A publisher that keeps what cannot be sent yet, in order, and drops nothing.
 * @param {PublisherClass} Publisher
 */
function losslessPublisher(Publisher) {
  return class extends Publisher {
    #waiting = 0;
    #sent = Promise.resolve();

    constructor() {
      super({ sendHighWaterMark: 0 });
    }

    /**
     * @override
     * @param {import('zeromq').MessageLike[]} message
     */
    send(message) {
      if (this.#waiting === 0) {
        try {
          return super.send(message);
        } catch (error) {
          if (!isBusy(error)) throw error;
        }
      }
      this.#waiting += 1;
      this.#sent = this.#sent.then(() => this.#sendWhenFree(message));
      return this.#sent;
    }

    /** @param {import('zeromq').MessageLike[]} message */
    async #sendWhenFree(message) {
      while (!this.closed) {
        try {
          await super.send(message);
          break;
        } catch (error) {
          if (!isBusy(error)) throw error;
          await setImmediate();
        }
      }
      this.#waiting -= 1;
    }
  };
}

/** @param {unknown} error */
function isBusy(error) {
  return error instanceof Error && 'code' in error && error.code === 'EBUSY';
}

/**
 * Kills this process when its parent is another than at the start, that is, when it was orphaned.
 * @param {Watched} start the parent's process id, and the file by which clients find this kernel
 */
function endWithParent({ parent, connection }) {
  setInterval(() => {
    if (process.ppid === parent) return;
    fs.rmSync(connection, { force: true });
    process.kill(process.pid, 'SIGKILL');
  }, POLL_MILLISECONDS);
}
