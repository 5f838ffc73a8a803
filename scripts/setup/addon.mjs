/**
 * The N-API addon of @tensorflow/tfjs-node-gpu, compiled from the package's own two source files against TensorFlow's
 * C API. N-API is stable, so one build serves Node 20, 22 and 24. It is kept beside the libraries it was linked to
 * and copied into node_modules, which `npm ci` empties.
 */
import fs from 'fs';
import path from 'path';
import { BINDING, CACHE, Failure, findProgram, kernelEnvironment, ROOT } from '../environment.mjs';
import { hashFiles, hasStamp, parseJson, remove, writeStamp } from './files.mjs';
import { pip } from './python.mjs';
import { failureFor, lastLine, mustRun, run } from './run.mjs';

/** @typedef {{ tensorflow: string, device: 'CPU' | 'GPU', tfjs: string }} Probe what TensorFlow says of itself */

const ZIG = 'ziglang==0.15.2';
const PLACE = path.join(BINDING, 'lib', 'napi-v8', 'tfjs_binding.node');
const DOWNLOAD_STAMP = path.join(BINDING, 'deps', 'setup.json');

const PROBE = `
  const util = require('util');
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const tf = require('@tensorflow/tfjs-node-gpu');
  const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).sum().dataSync()[0];
  if (product !== 12) throw new Error('2×3 ones times 3×2 ones summed to ' + product + ', not 12');
  const { binding, isUsingGpuDevice } = tf.backend();
  if (!binding) throw new Error('backend ' + tf.getBackend() + ' is not the native one');
  const device = isUsingGpuDevice ? 'GPU' : 'CPU';
  console.log('\\n' + JSON.stringify({ tensorflow: binding.TF_Version, device, tfjs: tf.version.tfjs }));
`;

/**
 * Compiles the addon into `folder` unless it is there; says with what.
 * @param {string} step
 * @param {string} folder
 * @param {string[]} libraries file names
 */
export async function build(step, folder, libraries) {
  const addon = path.join(folder, 'tfjs_binding.node');
  if (hasStamp(stampOf(folder), content(addon))) return 'addon kept';
  const partial = `${addon}.partial`;
  const compiler = await compile(step, folder, sources('.cc'), partial, libraries);
  fs.renameSync(partial, addon);
  return `addon built with ${compiler}`;
}

/**
 * Compiles C++ files against the headers and libraries in `folder`, to lie in `lib/napi-v8`; says with what.
 * @param {string} step
 * @param {string} folder
 * @param {string[]} files
 * @param {string} output
 * @param {string[]} libraries
 */
export async function compile(step, folder, files, output, libraries) {
  const flags = [
    ...['-shared', '-fPIC', '-O3', '-std=c++17', '-DNAPI_VERSION=8'],
    `-I${path.join(ROOT, 'node_modules', 'node-api-headers', 'include')}`,
    `-I${path.join(folder, 'tensorflow', 'include')}`,
    `-I${path.join(BINDING, 'binding')}`,
    ...files,
    ...libraries.map((library) => path.join(folder, 'tensorflow', library)),
    ...(process.platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
      : ['-Wl,-rpath,$ORIGIN/../../deps/lib']),
    ...['-o', output],
  ];
  const compiler = await compileWithSystem(flags);
  return compiler === undefined ? compileWithZig(step, flags) : compiler;
}

/**
 * Copies the addon into node_modules (through a rename: a running process may have the old one loaded).
 * @param {string} folder
 */
export function place(folder) {
  fs.mkdirSync(path.dirname(PLACE), { recursive: true });
  fs.copyFileSync(path.join(folder, 'tfjs_binding.node'), `${PLACE}.partial`);
  fs.renameSync(`${PLACE}.partial`, PLACE);
}

/**
 * True when the addon in node_modules is the one that was built, and tried, in `folder`.
 * @param {string} folder
 */
export function isPlaced(folder) {
  const addon = path.join(folder, 'tfjs_binding.node');
  if (!fs.existsSync(PLACE) || !fs.existsSync(addon)) return false;
  return hasStamp(stampOf(folder), content(addon)) && hashFiles([PLACE]) === hashFiles([addon]);
}

/**
 * Loads TensorFlow and runs one operation in a process of its own, then records that this build works.
 * @param {string} step
 * @param {string} folder
 */
export async function tryOut(step, folder) {
  const { probe, result } = await probeTensorFlow();
  const addon = path.join(folder, 'tfjs_binding.node');
  if (probe) {
    writeStamp(stampOf(folder), content(addon));
    return probe;
  }
  remove(addon);
  const remedy =
    result.signal === 'SIGILL'
      ? 'This processor lacks AVX, which TensorFlow needs: use a machine from 2012 or later.'
      : 'Read the log; remove .cache/tensorflow and run it again to fetch and build it anew.';
  throw failureFor(`${step} (loading it after the build)`, result, remedy);
}

/**
 * What TensorFlow says of itself in a fresh process.
 * @returns {Promise<{ probe?: Probe, result: import('./run.mjs').Result }>}
 */
export async function probeTensorFlow() {
  const result = await run(process.execPath, ['-e', PROBE], {
    log: 'tensorflow',
    env: kernelEnvironment(),
  });
  if (result.code !== 0) return { result };
  return { probe: /** @type {Probe} */ (parseJson(lastLine(result.stdout))), result };
}

/**
 * For platforms without a wheel: the package's own download (an older libtensorflow), tried like ours.
 * @param {string} step
 */
export async function download(step) {
  const env = { ...process.env };
  env.PATH = [path.join(ROOT, 'node_modules', '.bin'), env.PATH].join(path.delimiter);
  console.log(
    `PyPI has no TensorFlow for ${process.platform}-${process.arch}: taking the package's own download.`,
  );
  const install = ['scripts/install.js', 'cpu', 'download'];
  await mustRun(step, process.execPath, install, { cwd: BINDING, env, log: 'tensorflow' });
  const { probe, result } = await probeTensorFlow();
  if (!probe)
    throw failureFor(step, result, `TensorFlow has no build for this platform. Use Linux x64.`);
  writeStamp(DOWNLOAD_STAMP, downloadContent());
  return `${probe.tensorflow} (the package's own download)`;
}

/** True when `download` has succeeded in this node_modules. */
export function isDownloadCurrent() {
  return hasStamp(DOWNLOAD_STAMP, downloadContent());
}

function downloadContent() {
  return { platform: `${process.platform}-${process.arch}` };
}

/** @param {string[]} flags */
async function compileWithSystem(flags) {
  for (const compiler of ['g++', 'clang++', 'c++'].filter((name) => findProgram(name))) {
    const { code } = await run(compiler, flags, { log: 'addon' });
    if (code === 0) return compiler;
  }
  return undefined;
}

/**
 * Without a working C++ compiler: the one in the PyPI package ziglang, removed again after use.
 * @param {string} step
 * @param {string[]} flags
 */
async function compileWithZig(step, flags) {
  const folder = path.join(CACHE, 'zig');
  remove(folder);
  const install = ['install', '--quiet', '--no-deps', '--no-cache-dir', '--target', folder, ZIG];
  await mustRun(`${step} (a C++ compiler for the addon)`, ...pip(install));
  const [python] = pip([]);
  const cache = path.join(folder, 'cache');
  const env = {
    ...kernelEnvironment(),
    PYTHONPATH: folder,
    ZIG_GLOBAL_CACHE_DIR: cache,
    ZIG_LOCAL_CACHE_DIR: cache,
  };
  const result = await run(python, ['-m', 'ziglang', 'c++', ...flags], { log: 'addon', env });
  remove(folder);
  if (result.code === 0) return 'zig (no C++ compiler on PATH)';
  throw failureFor(
    step,
    result,
    'Install a C++ compiler (Debian: sudo apt install g++), then run it again.',
  );
}

/** @param {string} extension */
function sources(extension) {
  const folder = path.join(BINDING, 'binding');
  if (!fs.existsSync(folder)) {
    throw new Failure(
      'TensorFlow',
      `${folder} is missing.`,
      'Remove node_modules and run it again.',
    );
  }
  const names = fs.readdirSync(folder).filter((file) => file.endsWith(extension));
  return names.sort().map((file) => path.join(folder, file));
}

/** @param {string} folder */
function stampOf(folder) {
  return path.join(folder, 'addon.json');
}

/**
 * What the stamp of a tried addon says: the sources it came from and the binary itself.
 * @param {string} addon
 */
function content(addon) {
  if (!fs.existsSync(addon)) return undefined;
  return { sources: hashFiles([...sources('.cc'), ...sources('.h')]), addon: hashFiles([addon]) };
}
