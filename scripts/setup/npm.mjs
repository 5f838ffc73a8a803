/** The npm packages of package-lock.json, in node_modules. */
import fs from 'fs';
import path from 'path';
import { Failure, findProgram, ROOT } from '../environment.mjs';
import { readJson, remove } from './files.mjs';
import { failureFor, mustRun } from './run.mjs';

export const name = 'npm packages';
/** Free disk it takes, in MB. */
export const megabytes = () => 1000;

/**
 * A package-lock.json, as far as it is looked at; the package '' is the project.
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 */

const LOCK_FILE = path.join(ROOT, 'package-lock.json');
/** npm writes this file last, so an interrupted installation has none. */
const INSTALLED_FILE = path.join(ROOT, 'node_modules', '.package-lock.json');

/** True when node_modules holds what package-lock.json asks for. */
export function isCurrent() {
  const wanted = packagesOf(LOCK_FILE);
  const installed = packagesOf(INSTALLED_FILE);
  if (!wanted || !installed) return false;
  const { '': project = {}, ...packages } = wanted;
  const same = Object.entries(packages).every(([folder, { version, optional, devOptional }]) => {
    const found = installed[folder];
    return found ? found.version === version : Boolean(optional || devOptional);
  });
  const direct = Object.keys({ ...project.dependencies, ...project.devDependencies });
  return same && direct.every((dependency) => exists('node_modules', dependency, 'package.json'));
}

/** `npm ci`, without the packages' install scripts: TensorFlow's is replaced by ours, no other is needed. */
export async function make() {
  const [command, ...first] = npmCommand();
  const options = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
  ];
  const patience = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=20000'];
  const result = await mustRun(name, command, [...first, 'ci', ...options, ...patience], {
    log: 'npm',
  });
  // On a full disk npm warns about the files it could not unpack, and still exits with 0.
  if (/TAR_ENTRY_ERROR|ENOSPC/.test(result.output) || !isCurrent()) {
    remove(INSTALLED_FILE);
    throw failureFor(name, result);
  }
  const count = Object.keys(packagesOf(INSTALLED_FILE) || {}).length;
  return `${count} packages`;
}

/** The npm that runs this script, else the one beside this Node, else the one on PATH. */
function npmCommand() {
  const running = process.env.npm_execpath || '';
  if (path.basename(running) === 'npm-cli.js' && fs.existsSync(running))
    return [process.execPath, running];
  const found = findProgram('npm', path.dirname(process.execPath)) || findProgram('npm');
  if (found) return [found];
  throw new Failure(
    name,
    'there is no npm beside Node or on PATH.',
    'Install Node with npm (https://nodejs.org; on Debian and Ubuntu also the package npm).',
  );
}

/**
 * The packages of a package-lock.json; undefined where there is none.
 * @param {string} file
 */
function packagesOf(file) {
  const lock = /** @type {{ packages: Record<string, LockedPackage> } | undefined} */ (
    readJson(file)
  );
  return lock?.packages;
}

/** @param {string[]} parts */
function exists(...parts) {
  return fs.existsSync(path.join(ROOT, ...parts));
}
