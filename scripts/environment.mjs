/**
 * Where the repository's own tools live, the environment its child processes run in, and how steps and
 * failures are reported. Every script imports this file first: it refuses a Node that is too old, so it (and
 * whatever a script imports statically) keeps to syntax and modules that Node 14 can load.
 */
import fs from 'fs';
import path from 'path';
import { performance } from 'perf_hooks';
import { fileURLToPath } from 'url';

const MINIMUM_NODE = 20;

if (parseInt(process.versions.node, 10) < MINIMUM_NODE) {
  console.error(
    `Node ${MINIMUM_NODE} or newer is needed, this is ${process.version} (${process.execPath}).\n` +
      'Remedy: install a current Node (https://nodejs.org, or a version manager such as nvm), ' +
      'then run the same command again.',
  );
  process.exit(1);
}

/** Absolute path of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** The project's Python environment. */
export const VENV = path.join(ROOT, '.venv');
/** What setup downloads, builds and remembers. */
export const CACHE = path.join(ROOT, '.cache');
/** The package of the native TensorFlow binding. */
export const BINDING = path.join(ROOT, 'node_modules', '@tensorflow', 'tfjs-node-gpu');

/**
 * Path of a program of the Python environment, e.g. `venvBin('jupyter')`.
 * @param {string} name
 */
export function venvBin(name) {
  return path.join(VENV, 'bin', name);
}

/**
 * Absolute path of a program on `searchPath`, or undefined.
 * @param {string} name
 */
export function findProgram(name, searchPath = process.env.PATH || '') {
  for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Library folders of the NVIDIA wheels beside the bound TensorFlow; empty where the CPU build is bound. */
export function gpuLibraryFolders() {
  const nvidia = path.join(BINDING, 'deps', 'nvidia');
  if (!fs.existsSync(nvidia)) return [];
  const real = fs.realpathSync(nvidia);
  return fs
    .readdirSync(real)
    .map((name) => path.join(real, name, 'lib'))
    .filter((folder) => fs.existsSync(folder))
    .sort();
}

/**
 * What TensorFlow needs to know of a GPU, unless the user says otherwise: to take memory as it needs it, so that two
 * runs fit on one card, and to count cards as `nvidia-smi` does.
 */
export const GPU_VARIABLES = {
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
};

/**
 * The environment for child processes (Jupyter, the kernel, TensorFlow): the project's Python and the Node
 * that runs this script come first on PATH, and the user's own Jupyter settings and kernels stay out.
 */
export function kernelEnvironment() {
  const { PATH = '', LD_LIBRARY_PATH = '', TF_CPP_MIN_LOG_LEVEL = '2' } = process.env;
  // Each arena of glibc keeps what it once held: two take 30 MiB less than one for each thread, in the same time.
  const { MALLOC_ARENA_MAX = '2' } = process.env;
  /** @param {string[]} folders */
  const join = (folders) => folders.filter(Boolean).join(path.delimiter);
  const environment = Object.assign({}, process.env, {
    PATH: join([path.join(VENV, 'bin'), path.dirname(process.execPath), PATH]),
    TF_CPP_MIN_LOG_LEVEL,
    MALLOC_ARENA_MAX,
    JUPYTER_CONFIG_DIR: path.join(VENV, 'jupyter', 'config'),
    JUPYTER_DATA_DIR: path.join(VENV, 'jupyter', 'data'),
    JUPYTER_RUNTIME_DIR: path.join(VENV, 'jupyter', 'runtime'),
    JUPYTER_PATH: path.join(VENV, 'share', 'jupyter'),
    JUPYTER_CONFIG_PATH: path.join(VENV, 'etc', 'jupyter'),
    PYTHONNOUSERSITE: '1',
  });
  const gpu = gpuLibraryFolders();
  if (gpu.length > 0) {
    environment.LD_LIBRARY_PATH = join(gpu.concat(LD_LIBRARY_PATH));
    const unset = Object.entries(GPU_VARIABLES).filter(([name]) => process.env[name] === undefined);
    Object.assign(environment, Object.fromEntries(unset));
  }
  delete environment.PYTHONHOME;
  delete environment.PYTHONPATH;
  return environment;
}

/** A failure that the user can act on: which step, why, and what to do. */
export class Failure extends Error {
  /**
   * @param {string} step
   * @param {string} cause
   * @param {string} remedy
   */
  constructor(step, cause, remedy) {
    super(`${step} failed.\nCause:  ${indent(cause)}\nRemedy: ${indent(remedy)}`);
    this.name = 'Failure';
  }
}

/**
 * Seconds since `start` (of `performance.now()`), for people: `0.03 s`, `12.4 s`.
 * @param {number} start
 */
export function secondsSince(start) {
  const elapsed = (performance.now() - start) / 1000;
  return `${elapsed.toFixed(elapsed < 1 ? 2 : 1)} s`;
}

/**
 * Runs one step of a script and prints its name, outcome and seconds (while it lasts: that it goes on).
 * Returns what `action` returns; a string is printed as the outcome.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} action
 * @returns {Promise<T>}
 */
export async function step(name, action) {
  const start = performance.now();
  const terminal = process.stdout.isTTY === true;
  const announce = () => process.stdout.write(terminal ? `\r… ${name}` : `… ${name}\n`);
  const clear = terminal ? '\r\x1b[K' : '';
  const soon = setTimeout(announce, 300);
  const tick = terminal
    ? setInterval(() => process.stdout.write(`\r… ${name} ${secondsSince(start)}`), 1000)
    : undefined;
  let mark = '✗';
  let note = '';
  try {
    const outcome = await action();
    mark = '✓';
    if (typeof outcome === 'string' && outcome) note = `: ${outcome}`;
    return outcome;
  } finally {
    clearTimeout(soon);
    clearInterval(tick);
    console.log(`${clear}${mark} ${name}${note} (${secondsSince(start)})`);
  }
}

/** @param {string} text */
function indent(text) {
  return text.trim().split('\n').join('\n        ');
}
