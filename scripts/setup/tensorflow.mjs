/**
 * TensorFlow's two libraries and C headers, from the current PyPI wheel. Only these are used, so the wheel of one
 * fixed Python version serves every Python. They lie in `.cache/tensorflow/VERSION-DEVICE-PLATFORM`; the package's
 * `deps/lib` links to them.
 */
import { spawnSync } from 'child_process';
import fs from 'fs';
import path from 'path';
import { BINDING, CACHE, Failure, findProgram, venvBin } from '../environment.mjs';
import * as addon from './addon.mjs';
import { linkTo, parseJson, remove } from './files.mjs';
import { pip } from './python.mjs';
import { lastLine, mustRun } from './run.mjs';

export const name = 'TensorFlow';
/** Free disk it takes, in MB. */
export const megabytes = () => (deviceWanted() === 'gpu' ? 12000 : 1800);

const VERSION = '2.21.0';
/** @typedef {'cpu' | 'gpu'} Device */
/** @typedef {{ tag: string, cpu: string, gpu?: string }} Wheels a platform's tag, and its package for each device */

/**
 * The platforms PyPI has wheels for; the others take what the package itself downloads.
 * @type {Record<string, Wheels | undefined>}
 */
const WHEELS = {
  'linux-x64': { tag: 'manylinux_2_27_x86_64', cpu: 'tensorflow-cpu', gpu: 'tensorflow' },
  'linux-arm64': { tag: 'manylinux_2_27_aarch64', cpu: 'tensorflow', gpu: 'tensorflow' },
  'darwin-arm64': { tag: 'macosx_12_0_arm64', cpu: 'tensorflow' },
};
const PLATFORM = `${process.platform}-${process.arch}`;
const WHEEL = WHEELS[PLATFORM];
export const LIBRARIES =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const OLDEST_GLIBC = [2, 27];

const EXTRACT = `
import json, re, sys, zipfile
wheel, target, libraries = sys.argv[1], sys.argv[2], sys.argv[3:]
headers = re.compile(r"tensorflow/include/(tensorflow/c|tensorflow/core/platform|tsl/platform|xla/tsl/c)/.*\\.h$")
with zipfile.ZipFile(wheel) as archive:
    names = archive.namelist()
    wanted = [n for n in names if n in ["tensorflow/" + l for l in libraries] or headers.match(n)]
    archive.extractall(target, wanted)
    metadata = archive.read(next(n for n in names if n.endswith(".dist-info/METADATA"))).decode()
print(json.dumps(re.findall(r'^Requires-Dist: (nvidia-[^;]+?) *; *extra == "and-cuda"', metadata, re.M)))
`;

/** True when the addon in node_modules is the tested one, and its libraries are there. */
export function isCurrent() {
  if (!WHEEL) return addon.isDownloadCurrent();
  const gpu = libraryFolder('gpu');
  if (WHEEL.gpu && isBound(gpu)) return deviceAsked() !== 'cpu';
  return deviceWanted() === 'cpu' && isBound(libraryFolder('cpu'));
}

/** The folder of libraries and headers that is bound; undefined where the package's own download is. */
export function boundFolder() {
  if (!WHEEL) return undefined;
  return [libraryFolder('gpu'), libraryFolder('cpu')].find(isBound);
}

/** Fetches the libraries and builds the addon where they are missing, then binds and tries them. */
export async function make() {
  if (!WHEEL) return addon.download(name);
  checkGlibc();
  const device = deviceWanted();
  const folder = libraryFolder(device);
  if (!fs.existsSync(folder)) await fetchLibraries(WHEEL, device, folder);
  const built = await addon.build(name, folder, LIBRARIES);
  bind(folder);
  const probe = await addon.tryOut(name, folder);
  const fallback =
    device === 'gpu' && probe.device === 'CPU' ? ', BUT IT RUNS ON THE CPU: npm run doctor' : '';
  return `${probe.tensorflow} for ${device.toUpperCase()}, ${built}${fallback}`;
}

/** Whether an NVIDIA GPU answers, so that TensorFlow must use it. */
export function hasNvidiaGpu() {
  if (!findProgram('nvidia-smi')) return false;
  const { status, stdout } = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8', timeout: 20000 });
  return status === 0 && /GPU \d+:/.test(stdout);
}

/**
 * `PAT_DEVICE=cpu` forgoes the GPU; `gpu` takes TensorFlow's GPU build although none answers, as where an image is built
 * or on a cluster's login node; else a GPU is taken where there is one.
 * @returns {'cpu' | 'gpu' | 'any'}
 */
export function deviceAsked() {
  const asked = process.env.PAT_DEVICE || 'any';
  if (asked === 'cpu' || asked === 'gpu' || asked === 'any') return asked;
  throw new Failure(name, `PAT_DEVICE is '${asked}'.`, 'Set it to cpu or gpu, or leave it out.');
}

/** @returns {Device} */
export function deviceWanted() {
  const asked = deviceAsked();
  if (asked === 'gpu' && !(WHEEL && WHEEL.gpu)) {
    throw new Failure(name, `PyPI has no GPU build for ${PLATFORM}.`, 'Leave PAT_DEVICE out.');
  }
  if (asked === 'any') return WHEEL && WHEEL.gpu && hasNvidiaGpu() ? 'gpu' : 'cpu';
  return asked;
}

/** @param {Device} device */
function libraryFolder(device) {
  return path.join(CACHE, 'tensorflow', `${VERSION}-${device}-${PLATFORM}`);
}

/**
 * @param {Wheels} wheels
 * @param {Device} device
 * @param {string} folder
 */
async function fetchLibraries(wheels, device, folder) {
  const temporary = `${folder}.partial`;
  remove(temporary);
  try {
    await extractWheel(wheels, device, temporary);
    fs.renameSync(temporary, folder);
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

/**
 * @param {Wheels} wheels
 * @param {Device} device
 * @param {string} target
 */
async function extractWheel(wheels, device, target) {
  const download = path.join(target, 'download');
  fs.mkdirSync(path.join(download, 'tmp'), { recursive: true });
  const options = { variables: { TMPDIR: path.join(download, 'tmp') } };
  const which = ['--python-version', '3.12', '--implementation', 'cp', '--platform', wheels.tag];
  const plain = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--retries', '2', '--quiet'];
  const wheelName = `${wheels[device]}==${VERSION}`;
  await mustRun(
    name,
    ...pip(['download', ...plain, ...which, '--dest', download, wheelName], options),
  );
  const [wheel] = fs.readdirSync(download).filter((file) => file.endsWith('.whl'));
  const extraction = ['-c', EXTRACT, path.join(download, wheel), target, ...LIBRARIES];
  const { stdout } = await mustRun(name, venvBin('python'), extraction, { log: 'tensorflow' });
  if (device === 'gpu') {
    const cuda = /** @type {string[]} */ (parseJson(lastLine(stdout)));
    await mustRun(name, ...pip(['install', ...plain, '--target', target, ...cuda], options));
  }
  remove(download);
}

/** @param {string} folder */
function bind(folder) {
  for (const library of LIBRARIES) {
    linkTo(path.join(BINDING, 'deps', 'lib', library), path.join(folder, 'tensorflow', library));
  }
  const nvidia = path.join(folder, 'nvidia');
  if (fs.existsSync(nvidia)) linkTo(path.join(BINDING, 'deps', 'nvidia'), nvidia);
  else remove(path.join(BINDING, 'deps', 'nvidia'));
  addon.place(folder);
}

/** @param {string} folder */
function isBound(folder) {
  const linked = LIBRARIES.every((library) => {
    const link = path.join(BINDING, 'deps', 'lib', library);
    const target = path.join(folder, 'tensorflow', library);
    return (
      fs.existsSync(link) &&
      fs.existsSync(target) &&
      fs.realpathSync(link) === fs.realpathSync(target)
    );
  });
  return linked && addon.isPlaced(folder);
}

function checkGlibc() {
  if (process.platform !== 'linux') return;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  const version = header.glibcVersionRuntime;
  const [major, minor] = (version || '0.0').split('.').map(Number);
  if (major > OLDEST_GLIBC[0] || (major === OLDEST_GLIBC[0] && minor >= OLDEST_GLIBC[1])) return;
  const found = version
    ? `this system has glibc ${version}`
    : 'this system has another C library (musl?)';
  throw new Failure(
    name,
    `TensorFlow ${VERSION} needs glibc ≥ ${OLDEST_GLIBC.join('.')}; ${found}.`,
    'Use a newer distribution, or a container of one (for example debian:12 in place of Alpine).',
  );
}
