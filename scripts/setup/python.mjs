/** The Python environment `.venv` with the packages of scripts/requirements.txt. */
import { spawnSync } from 'child_process';
import fs from 'fs';
import path from 'path';
import { Failure, kernelEnvironment, ROOT, VENV, venvBin } from '../environment.mjs';
import { hashFiles, hasStamp, parseJson, readJson, remove, writeStamp } from './files.mjs';
import { failureFor, mustRun, run } from './run.mjs';

export const name = 'Python environment';
/** Free disk it takes, in MB. */
export const megabytes = () => 500;

/** What the pinned JupyterLab needs. */
const MINIMUM_PYTHON = [3, 10];
const REQUIREMENTS = path.join(ROOT, 'scripts', 'requirements.txt');
/** Written last and removed first: an environment without it is incomplete and made anew. */
const STAMP = path.join(VENV, 'setup.json');
/** Understood by every Python, so that an old one is told apart from none. */
const PROBE = `
import json, sys
def has(module):
    try:
        from importlib.util import find_spec
        return find_spec(module) is not None
    except ImportError:
        return False
print(json.dumps({"version": sys.version_info[:3], "venv": has("venv") and has("ensurepip")}))
`;

/** True when `.venv` holds the pinned packages and belongs to this folder. */
export function isCurrent() {
  return fs.existsSync(venvBin('python')) && hasStamp(STAMP, wanted());
}

/** Makes `.venv`, or brings its packages up to date. */
export async function make() {
  const stamp = /** @type {Partial<ReturnType<typeof wanted>> | undefined} */ (readJson(STAMP));
  const reusable = fs.existsSync(venvBin('python')) && stamp?.root === ROOT;
  remove(reusable ? STAMP : VENV);
  if (!reusable) await createVenv(findPython());
  const install = ['install', '--quiet', '--retries', '2', '--requirement', REQUIREMENTS];
  await mustRun(name, ...pip(install));
  writeStamp(STAMP, wanted());
  return `Python ${pythonVersion()}, ${venvPackage('jupyterlab')}`;
}

/**
 * Command, arguments and options that run the environment's pip.
 * @param {string[]} args
 * @param {{ log?: string, variables?: Record<string, string> }} [options]
 * @returns {[string, string[], { log: string, env: NodeJS.ProcessEnv }]}
 */
export function pip(args, { log = 'pip', variables = {} } = {}) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...kernelEnvironment(), PIP_DISABLE_PIP_VERSION_CHECK: '1', ...variables };
  for (const redirect of ['PIP_USER', 'PIP_TARGET', 'PIP_PREFIX', 'PIP_REQUIRE_VIRTUALENV']) {
    delete env[redirect];
  }
  return [venvBin('python'), ['-m', 'pip', ...args], { log, env }];
}

/** The environment's Python version, e.g. `3.11.7`. */
function pythonVersion() {
  const settings = fs.readFileSync(path.join(VENV, 'pyvenv.cfg'), 'utf8');
  const match = /^version(?:_info)? *= *(\d+\.\d+\.\d+)/m.exec(settings);
  return match ? match[1] : 'of unknown version';
}

/** @param {string} packageName */
function venvPackage(packageName) {
  const pinned = new RegExp(`^${packageName}==(\\S+)`, 'm');
  const [, version] = pinned.exec(fs.readFileSync(REQUIREMENTS, 'utf8')) || [];
  return `${packageName} ${version}`;
}

function wanted() {
  return { root: ROOT, requirements: hashFiles([REQUIREMENTS]) };
}

/** @param {string} python */
async function createVenv(python) {
  const result = await run(python, ['-m', 'venv', VENV], { log: 'venv' });
  if (result.code === 0) return;
  remove(VENV);
  if (/ensurepip|python3[\d.]*-venv/.test(result.output)) {
    throw new Failure(
      name,
      `${python} cannot create environments (ensurepip fails).`,
      installRemedy(),
    );
  }
  throw failureFor(name, result);
}

/** The first Python on PATH that is new enough and can create environments. */
function findPython() {
  const newer = [15, 14, 13, 12, 11, 10].map((minor) => `python3.${minor}`);
  const asked = process.env.PAT_PYTHON;
  const seen = [];
  for (const command of asked ? [asked] : ['python3', ...newer, 'python']) {
    const { stdout, status } = spawnSync(command, ['-c', PROBE], {
      encoding: 'utf8',
      timeout: 20000,
    });
    if (status !== 0) continue;
    const { version, venv } = /** @type {{ version: number[], venv: boolean }} */ (
      parseJson(stdout)
    );
    const [major, minor] = version;
    const isNew =
      major > MINIMUM_PYTHON[0] || (major === MINIMUM_PYTHON[0] && minor >= MINIMUM_PYTHON[1]);
    if (isNew && venv) return command;
    const fault = isNew ? 'lacks the module venv or ensurepip' : 'is too old';
    seen.push(`${command} (${version.join('.')}) ${fault}`);
  }
  const least = MINIMUM_PYTHON.join('.');
  const none = asked ? 'it does not run' : 'none of python3, python3.10 … python3.15, python runs';
  const found = seen.length > 0 ? seen.join(', ') : none;
  const cause = asked ? `PAT_PYTHON=${asked} is not usable` : `no usable Python ≥ ${least} on PATH`;
  throw new Failure(name, `${cause}: ${found}.`, installRemedy());
}

function installRemedy() {
  const least = MINIMUM_PYTHON.join('.');
  const how =
    process.platform === 'darwin'
      ? 'macOS: brew install python.'
      : 'Debian and Ubuntu: sudo apt install python3 python3-venv. Fedora: sudo dnf install python3.';
  return `Install Python ≥ ${least} with its venv module. ${how} Or name one in PAT_PYTHON. Then run it again.`;
}
