/**
 * Where the repository's own tools live, the environment its child processes run in, and how a step is
 * reported. Every script imports this file first: it refuses a Node that is too old, so it (and what it
 * imports) keeps to syntax and modules that Node 14 can parse.
 */
import fs from 'fs';
import path from 'path';
import { fileURLToPath } from 'url';

const MINIMUM_NODE = 20;

if (parseInt(process.versions.node, 10) < MINIMUM_NODE) {
  console.error(
    `Node ${MINIMUM_NODE} or newer is needed, this is ${process.version} (${process.execPath}).\n` +
      'Remedy: install a current Node (https://nodejs.org, or a version manager such as nvm), then run the command again.',
  );
  process.exit(1);
}

/** Absolute path of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** The project's Python environment. */
export const VENV = path.join(ROOT, '.venv');
/** What setup downloads and remembers between runs. */
export const CACHE = path.join(ROOT, '.cache');
/** The native TensorFlow binding's package. */
export const BINDING = path.join(ROOT, 'node_modules', '@tensorflow', 'tfjs-node-gpu');

/** Path of a program of the Python environment, e.g. `venvBin('jupyter')`. */
export function venvBin(name) {
  return path.join(VENV, 'bin', name);
}

/** Library folders of the NVIDIA wheels beside the bound TensorFlow; empty without a GPU. */
export function gpuLibraryFolders() {
  const nvidia = path.join(BINDING, 'deps', 'nvidia');
  if (!fs.existsSync(nvidia)) return [];
  const root = fs.realpathSync(nvidia);
  return fs
    .readdirSync(root)
    .map((name) => path.join(root, name, 'lib'))
    .filter((folder) => fs.existsSync(folder))
    .sort();
}

/** What TensorFlow and Jupyter need beyond the caller's environment; also the `env` of the kernelspec. */
export function projectVariables() {
  const gpu = gpuLibraryFolders();
  const inherited = process.env.LD_LIBRARY_PATH ? [process.env.LD_LIBRARY_PATH] : [];
  const jupyter = path.join(VENV, 'jupyter');
  return Object.assign(
    {
      TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL || '2',
      JUPYTER_CONFIG_DIR: path.join(jupyter, 'config'),
      JUPYTER_DATA_DIR: path.join(jupyter, 'data'),
      JUPYTER_RUNTIME_DIR: path.join(jupyter, 'runtime'),
      JUPYTER_PATH: path.join(VENV, 'share', 'jupyter'),
      JUPYTER_CONFIG_PATH: path.join(VENV, 'etc', 'jupyter'),
      JUPYTER_PLATFORM_DIRS: '1',
      PYTHONNOUSERSITE: '1',
    },
    gpu.length > 0 ? { LD_LIBRARY_PATH: gpu.concat(inherited).join(':') } : {},
  );
}

/**
 * The environment for child processes (Jupyter, the kernel, TensorFlow): the project's Python and the Node
 * that runs this script come first on PATH, and the user's own Jupyter settings and kernels stay out.
 */
export function kernelEnvironment() {
  const folders = [path.join(VENV, 'bin'), path.dirname(process.execPath), process.env.PATH || ''];
  const environment = Object.assign({}, process.env, projectVariables(), {
    PATH: folders.join(path.delimiter),
  });
  delete environment.PYTHONHOME;
  delete environment.PYTHONPATH;
  return environment;
}

/** Seconds since `start` (from `performance.now()`), for people: `0.03 s`, `12.4 s`. */
export function seconds(start) {
  const elapsed = (performance.now() - start) / 1000;
  return `${elapsed.toFixed(elapsed < 1 ? 2 : 1)} s`;
}

/**
 * Runs one step of a script, printing its name, its outcome and its seconds. What `action` returns is returned;
 * when it returns a string, that is printed as the outcome.
 */
export async function step(name, action) {
  const start = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`… ${name}`);
  const clear = process.stdout.isTTY ? '\r\x1b[K' : '';
  try {
    const outcome = await action();
    const note = typeof outcome === 'string' && outcome ? `: ${outcome}` : '';
    console.log(`${clear}✓ ${name}${note} (${seconds(start)})`);
    return outcome;
  } catch (error) {
    console.log(`${clear}✗ ${name} (${seconds(start)})`);
    throw error;
  }
}
