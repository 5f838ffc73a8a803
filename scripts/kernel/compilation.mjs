/** What both sides of a kernel's compiler know: where its cache lies, and on what a cached result depends besides sources. */
import fs from 'fs';
import { createRequire, Module } from 'module';
import path from 'path';
import { fileURLToPath } from 'url';
import { CACHE, ROOT } from '../environment.mjs';
import { digest, Store } from './store.mjs';

export const LIB = path.join(ROOT, 'lib') + path.sep;
/** The compiled files of lib/ and the compiled cells. */
export const STORE = new Store(path.join(CACHE, 'tslab'));
/** Days after which a cached result is made again. */
export const CACHE_DAYS = 30;

/** @typedef {typeof import('tslab/dist/converter.js')} TslabConverter */
/** @typedef {import('tslab/dist/converter.js').ConvertResult} ConvertResult */
/** @typedef {import('tslab/dist/converter.js').Diagnostic} Diagnostic */

/**
 * A module that a cell loads: the path that tslab knows its JavaScript by, and its code, or the code's key in the store.
 * @typedef {{ path: string, code?: string, key?: string }} CellModule
 *
 * A cell that was compiled: tslab's result, with the modules it needs and the files of the repository that it depends on.
 * `maps` lead from its code to its text.
 * @typedef {{ result: ConvertResult, maps: string[], modules: CellModule[], dependencies: [file: string, hash: string][] }} Compiled
 */

const require = createRequire(import.meta.url);

/**
 * @param {string} name
 * @returns {unknown}
 */
export function load(name) {
  return require(name);
}

/**
 * A module's place among those that are loaded: what it exports can be put there, before or after it is.
 * @param {string} name
 * @returns {{ exports: unknown }}
 */
export function moduleEntry(name) {
  const filename = require.resolve(name);
  return (require.cache[filename] ??= Object.assign(new Module(filename), {
    filename,
    loaded: true,
  }));
}

/**
 * Has a module loaded anew at its next use.
 * @param {string} name
 */
export function forget(name) {
  delete require.cache[require.resolve(name)];
}

/**
 * Changes with every tool that has a part in a result: the installed packages (compilers and types), this compiler's own
 * files, Node and the folder.
 */
export function toolsVersion() {
  const own = path.dirname(fileURLToPath(import.meta.url));
  const files = [
    path.join(ROOT, 'node_modules', '.package-lock.json'),
    path.join(ROOT, 'package-lock.json'),
    ...fs.readdirSync(own).map((name) => path.join(own, name)),
  ];
  /** @param {string} file */
  const text = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
  return digest(ROOT, process.versions.node, ...files.map(text));
}
