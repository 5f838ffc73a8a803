/**
 * Sets the repository up: npm packages, a Python environment with JupyterLab, TensorFlow bound natively, and the
 * notebook kernel. Needs Node ≥ 20 and Python ≥ 3.10 with venv. Does only what is missing; an interrupted setup goes on
 * where it stopped.
 *
 *     node scripts/setup.mjs
 *
 * PAT_PYTHON names the Python to use; PAT_DEVICE=cpu forgoes an NVIDIA GPU, PAT_DEVICE=gpu takes the GPU build without one.
 */
import fs from 'fs';
import os from 'os';
import path from 'path';
import util from 'util';
import { Failure, ROOT, secondsSince, step } from './environment.mjs';
import { onStop, runCommand } from './command.mjs';
import { explainFileError } from './fileError.mjs';

const SELF = path.join(ROOT, 'scripts', 'setup.mjs');

/**
 * A part of the set-up: a module of setup/.
 * @typedef {object} Part
 * @property {string} name
 * @property {() => number} megabytes free disk it takes
 * @property {() => boolean} isCurrent whether there is nothing to do
 * @property {() => Promise<string | void>} make does what is missing; what it returns is printed
 */

const HELP = `Usage: npm run setup

Sets up npm packages, .venv, TensorFlow and the notebook kernel; does only what is missing.

  PAT_PYTHON=COMMAND  the Python to use (default: the first suitable one on PATH)
  PAT_DEVICE=cpu      use the CPU although there is an NVIDIA GPU
  PAT_DEVICE=gpu      take TensorFlow's GPU build although none answers (an image, a login node)`;

/** Brings everything up to date, printing each step with its seconds; throws a Failure that names the remedy. */
export async function setup() {
  const start = performance.now();
  const parts = await loadParts();
  if (process.platform === 'win32') {
    throw new Failure(
      'Setup',
      'Windows is not supported.',
      'Use WSL 2 (https://learn.microsoft.com/windows/wsl).',
    );
  }
  if (parts.every((part) => part.isCurrent())) {
    console.log(`✓ Set-up: everything is up to date (${secondsSince(start)})`);
    return;
  }
  const release = await attempt('Setup', holdLock);
  try {
    await step('Node', () => process.version);
    checkDisk(parts);
    for (const part of parts) {
      await step(part.name, () =>
        part.isCurrent() ? 'up to date' : attempt(part.name, part.make),
      );
    }
  } finally {
    release();
  }
  console.log(`✓ Set-up done (${secondsSince(start)})`);
}

/** Whether `setup` would find nothing to do. */
export async function isSetUp() {
  return (await loadParts()).every((part) => part.isCurrent());
}

/**
 * Loaded late: an old Node must get as far as the message about its version.
 * @returns {Promise<Part[]>}
 */
async function loadParts() {
  return Promise.all([
    import('./setup/npm.mjs'),
    import('./setup/python.mjs'),
    import('./setup/tensorflow.mjs'),
    import('./setup/ownAddons.mjs'),
    import('./setup/kernel.mjs'),
  ]);
}

/** Takes the lock; an interruption stops the running programs, gives it back and says how to go on. */
async function holdLock() {
  const { lock } = await import('./setup/lock.mjs');
  const { stopAll } = await import('./setup/run.mjs');
  const release = await lock();
  let stopping = false;
  const forget = onStop((signal) => {
    if (stopping) return;
    stopping = true;
    void stopAll().then(() => {
      release();
      console.error(`\nSet-up was interrupted. Run it again: it goes on where it stopped.`);
      process.exit(128 + os.constants.signals[signal]);
    });
  });
  return () => {
    forget();
    release();
  };
}

/**
 * Runs `action`; a full disk or a folder that cannot be written becomes a Failure of the step `name`.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} action
 * @returns {Promise<T>}
 */
async function attempt(name, action) {
  try {
    return await action();
  } catch (error) {
    const known = explainFileError(error);
    if (known === undefined || known.code === 'ENOENT') throw error;
    const { cause, code, file, remedy } = known;
    throw new Failure(name, `${file || ROOT}: ${cause} (${code}).`, `${remedy} Then run it again.`);
  }
}

/**
 * Refuses to begin what cannot fit.
 * @param {Part[]} parts
 */
function checkDisk(parts) {
  const needed = parts
    .filter((part) => !part.isCurrent())
    .reduce((total, part) => total + part.megabytes(), 0);
  const { bavail, bsize } = fs.statfsSync(ROOT);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free >= needed) return;
  throw new Failure(
    'Disk space',
    `about ${needed} MB are needed in ${ROOT}, ${free} MB are free.`,
    'Free some space there, or clone the repository onto a larger disk, then run it again.',
  );
}

async function main() {
  const { values } = util.parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) console.log(HELP);
  else await setup();
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(SELF)) {
  await runCommand(main);
}
