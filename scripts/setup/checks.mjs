/** The doctor's checks. Each returns its status, what it found and, unless all is well, the remedy. */
import { spawnSync } from 'child_process';
import fs from 'fs';
import os from 'os';
import path from 'path';
import { findProgram, kernelEnvironment, ROOT, venvBin } from '../environment.mjs';
import { probeTensorFlow } from './addon.mjs';
import { parseJson } from './files.mjs';
import * as kernel from './kernel.mjs';
import { listNativeOps, nativeOpsRow } from './nativeOps.mjs';
import * as npm from './npm.mjs';
import * as python from './python.mjs';
import { lastLine } from './run.mjs';
import { deviceAsked, hasNvidiaGpu } from './tensorflow.mjs';

/** @typedef {{ status: 'ok' | 'warning' | 'error', value: string, remedy?: string }} Outcome */
/** @typedef {() => Outcome | Promise<Outcome>} Check */

const SETUP = 'npm run setup';
/**
 * @param {string} value
 * @returns {Outcome}
 */
const ok = (value) => ({ status: 'ok', value });
/**
 * @param {string} value
 * @param {string} remedy
 * @returns {Outcome}
 */
const warning = (value, remedy) => ({ status: 'warning', value, remedy });
/**
 * @param {string} value
 * @param {string} remedy
 * @returns {Outcome}
 */
const error = (value, remedy = SETUP) => ({ status: 'error', value, remedy });

/**
 * Folders under the data root, and the file or folder that shows a data set to be whole.
 * @type {Record<string, string>}
 */
const DATASETS = {
  camvid: 'camvid/CamVid/train',
  'oxford-iiit-pet': 'oxford-iiit-pet/annotations/trimaps',
  nyuv2: 'nyuv2',
  cityscapes: 'cityscapes/gtFine',
};
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_BROWSERS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const START_KERNEL = `
import json
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="tslab", startup_timeout=60)
texts = []
def hear(message):
    if message["msg_type"] == "stream":
        texts.append(message["content"]["text"])
code = "console.log(JSON.stringify({ folder: process.cwd(), node: process.version }))"
reply = client.execute_interactive(code, timeout=60, output_hook=hear)
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps({"status": reply["content"]["status"], "text": "".join(texts)}))
`;

/** @type {ReturnType<typeof probeTensorFlow> | undefined} */
let tensorflow;
/** @type {ReturnType<typeof listNativeOps> | undefined} */
let nativeOps;
/** One probe serves the rows TensorFlow and Device; that of the native ops runs beside the checks after it. */
function probe() {
  nativeOps ??= listNativeOps();
  tensorflow ??= probeTensorFlow();
  return tensorflow;
}

/**
 * What the doctor looks at, in order.
 * @type {Record<string, Check>}
 */
export const CHECKS = {
  Node: () => ok(`${process.version} (${process.execPath})`),
  'npm packages': () =>
    npm.isCurrent()
      ? ok('as in package-lock.json')
      : error('node_modules differs from package-lock.json'),
  Python: () => {
    if (!fs.existsSync(venvBin('python'))) return error('.venv is missing');
    const version = output(venvBin('python'), ['--version']);
    if (!version) return error('.venv/bin/python does not run');
    return python.isCurrent() ? ok(version) : error('.venv is incomplete or its pins have changed');
  },
  JupyterLab: () => {
    const version = output(venvBin('python'), ['-m', 'jupyterlab', '--version']);
    return version ? ok(version) : error('does not run');
  },
  TensorFlow: async () => {
    const found = await probe();
    if (!found.probe) return error(`does not load (${found.result.log})`);
    return ok(`${found.probe.tensorflow} (tfjs ${found.probe.tfjs})`);
  },
  Device: async () => {
    const found = await probe();
    if (!found.probe) return error('unknown: TensorFlow does not load');
    const gpu = hasNvidiaGpu();
    if (found.probe.device === 'GPU') return ok(`GPU: ${firstLine(output('nvidia-smi', ['-L']))}`);
    if (!gpu && deviceAsked() === 'gpu')
      return warning(
        'CPU: PAT_DEVICE=gpu, but no NVIDIA GPU answers (nvidia-smi)',
        'right where an image is built or on a login node; else: docker run --gpus all, apptainer exec --nv, sbatch --gpus, or the NVIDIA driver',
      );
    if (!gpu) return ok('CPU (no NVIDIA GPU answers)');
    if (deviceAsked() === 'cpu') return ok('CPU, as PAT_DEVICE=cpu asks, beside an NVIDIA GPU');
    return error(
      'CPU, although an NVIDIA GPU answers (nvidia-smi)',
      `${SETUP}; if that changes nothing, update the NVIDIA driver (CUDA 12.5 or newer), or set PAT_DEVICE=cpu`,
    );
  },
  Threads: () => {
    const threads = os.availableParallelism();
    const value = `${threads} (of ${os.cpus().length} logical cores)`;
    return threads > 1 ? ok(value) : warning(value, 'training is slow on one core');
  },
  Kernel: checkKernel,
  Browser: checkBrowser,
  'Native ops': async () => {
    await probe();
    const found = await nativeOps;
    return found ? nativeOpsRow(found) : error('unknown: TensorFlow does not load');
  },
  'Data sets': checkDatasets,
};

function checkKernel() {
  if (!kernel.isCurrent())
    return error('the tslab kernelspec is missing or not of this folder and Node');
  const start = performance.now();
  const printed = output(venvBin('python'), ['-c', START_KERNEL]);
  if (!printed) return error('tslab does not start');
  const { status, text } = /** @type {{ status: string, text: string }} */ (
    parseJson(lastLine(printed))
  );
  if (status !== 'ok') return error(`tslab starts, but a cell ends with ${status}`);
  const { folder, node } = /** @type {{ folder: string, node: string }} */ (parseJson(text));
  if (fs.realpathSync(folder) !== fs.realpathSync(ROOT)) return error(`tslab starts in ${folder}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return ok(`tslab starts in the repository, Node ${node}, first cell after ${seconds} s`);
}

/** The search order of lib/print/browser.ts. */
function checkBrowser() {
  const { PAT_CHROMIUM } = process.env;
  const onPath = BROWSERS.map((name) => findProgram(name)).find(Boolean);
  const application = MAC_BROWSERS.find(
    (file) => process.platform === 'darwin' && fs.existsSync(file),
  );
  const found = PAT_CHROMIUM || onPath || application;
  const remedy = 'Install Chromium or Google Chrome, or set PAT_CHROMIUM to the path of one';
  if (found) {
    const version = output(found, ['--version', '--no-sandbox']);
    return version ? ok(`${version} (${found})`) : error(`${found} does not run`, remedy);
  }
  const packaged = path.join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'bin', 'chromium.br');
  if (fs.existsSync(packaged) && process.platform === 'linux' && process.arch === 'x64') {
    return ok('the npm package @sparticuz/chromium');
  }
  return error('none found: figures cannot be exported', remedy);
}

/** Data sets of the kit, folders of one's own (images/ and masks/, as `npm run data -- check folder` reads them), and what is amiss. */
export function checkDatasets(
  root = path.resolve(ROOT, process.env.PAT_DATA_DIR || path.join('data', 'datasets')),
) {
  /** @param {string[]} names */
  const isThere = (...names) => fs.existsSync(path.join(root, ...names));
  const known = Object.keys(DATASETS);
  const whole = known.filter((name) => isThere(DATASETS[name]));
  const torn = known.filter((name) => isThere(name) && !whole.includes(name));
  const held = isThere() ? fs.readdirSync(root).filter((name) => !name.startsWith('.')) : [];
  const own = ['', ...held.filter((name) => !known.includes(name))]
    .filter((name) => isThere(name, 'images') && isThere(name, 'masks'))
    .map((name) => `folder ${path.join(root, name)}`);
  const amiss = torn.map((name) => `${name} is not whole: ${DATASETS[name]} is missing`);
  const found = [...whole, ...own, ...amiss].join(', ');
  if (torn.length > 0) {
    return warning(`${found} (in ${root})`, `npm run data -- download ${torn[0]}`);
  }
  if (found !== '') return ok(`${found} (in ${root})`);
  const remedy =
    'npm run data -- list says how to get some; or set PAT_DATA_DIR to the folder that holds them';
  if (held.length === 0) {
    const what = isThere() ? `none in ${root}, which is empty` : `none: there is no folder ${root}`;
    return warning(`${what}: the notebooks show the synthetic set`, remedy);
  }
  const others =
    held.slice(0, 5).join(', ') + (held.length > 5 ? ` and ${held.length - 5} more` : '');
  return warning(
    `none in ${root}, which holds ${others}: the notebooks show the synthetic set`,
    `${remedy}; a folder of your own has images/ and masks/`,
  );
}

/** @param {string | undefined} text */
function firstLine(text = '') {
  return text.split('\n')[0];
}

/**
 * What a program prints, trimmed; undefined when it fails.
 * @param {string} command
 * @param {string[]} args
 */
function output(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: ROOT,
    env: kernelEnvironment(),
    encoding: 'utf8',
    timeout: 120000,
  });
  return status === 0 ? stdout.trim() : undefined;
}
