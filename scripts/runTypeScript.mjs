/**
 * Runs a TypeScript program of the kit, as a command's process:
 *
 *     node scripts/runTypeScript.mjs FILE [ARGUMENT…]
 *
 * Each of its files is compiled once for each content, and kept. Packages are loaded as Node does it: tsx, which looks
 * through all of their files, takes longer for TensorFlow's than TensorFlow does.
 */
import './cliChild.mjs';
import fs from 'fs';
import { Module } from 'module';
import path from 'path';
import { CACHE, ROOT } from './environment.mjs';
import { load } from './kernel/compilation.mjs';
import { digest, Store } from './kernel/store.mjs';

/** @type {import('esbuild').TransformOptions} */
const OPTIONS = {
  loader: 'ts',
  format: 'cjs',
  target: 'es2022',
  supported: { 'dynamic-import': false }, // TypeScript is found by require alone
  sourcemap: 'inline',
  sourcesContent: false,
};
/** Days after which a file is compiled again. */
const CACHE_DAYS = 30;

const store = new Store(path.join(CACHE, 'commands'));
const { version } = /** @type {{ version: string }} */ (load('esbuild/package.json'));
let isPruned = false;

/** @param {string} file */
function compiled(file) {
  const source = fs.readFileSync(file, 'utf8');
  const key = digest(version, JSON.stringify(OPTIONS), file, source);
  return store.read(key) ?? compile(file, source, key);
}

/**
 * @param {string} file
 * @param {string} source
 * @param {string} key
 */
function compile(file, source, key) {
  const { transformSync } = /** @type {typeof import('esbuild')} */ (load('esbuild'));
  const { code } = transformSync(source, { ...OPTIONS, sourcefile: file });
  store.write(key, code);
  if (!isPruned) store.prune(CACHE_DAYS);
  isPruned = true;
  return code;
}

/**
 * @param {{ _compile: (code: string, file: string) => void }} module
 * @param {string} file
 */
function loadTypeScript(module, file) {
  module._compile(compiled(file), file);
}

const { _extensions: loaders } = /** @type {{ _extensions: Record<string, unknown> }} */ (
  /** @type {unknown} */ (Module)
);
loaders['.ts'] = loadTypeScript;
process.setSourceMapsEnabled(true);

const program = path.resolve(process.argv[2]);
process.argv.splice(1, 2, program);
if (!program.startsWith(ROOT)) throw new Error(`runTypeScript: no program of the kit: ${program}`);
load(program);
