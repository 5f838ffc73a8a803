/**
 * The thread in which a kernel's TypeScript compiler lives: tslab's converter, changed in what it does with files of lib/.
 * They are neither checked for types (npm test and the editor do that; what is no TypeScript at all is still told, by file
 * and line) nor compiled by it: esbuild does that once for each content. Cells are compiled and checked as ever, against the
 * real types.
 *
 * Files are looked at before each request instead of being watched: an edit is seen however soon it is asked for.
 */
import esbuild from 'esbuild';
import fs from 'fs';
import path from 'path';
import { parentPort, workerData } from 'worker_threads';
import { ROOT } from '../environment.mjs';
import { CACHE_DAYS, LIB, load, STORE, toolsVersion } from './compilation.mjs';
import { contentHash, stampOf } from './sources.mjs';
import { digest } from './store.mjs';

/** @typedef {typeof import('@tslab/typescript-for-tslab')} TypeScript */
/** @typedef {import('@tslab/typescript-for-tslab').FileWatcherCallback} FileCallback */
/** @typedef {import('@tslab/typescript-for-tslab').EmitAndSemanticDiagnosticsBuilderProgram} Builder */
/** @typedef {import('tslab/dist/converter')} TslabConverter */
/** @typedef {import('./compilation.mjs').Compiled} Compiled */
/** @typedef {import('./compilation.mjs').CellModule} CellModule */
/** @typedef {import('./compilation.mjs').Diagnostic} Diagnostic */
/** @typedef {{ method: string, args: unknown[], wanted: boolean }} Request */

const COMPILER = '@tslab/typescript-for-tslab';
const VIRTUAL = ['__tslab__.ts', '__tslab__.js', '__prev__.d.ts'].map((name) =>
  path.join(ROOT, name),
);

const version = toolsVersion();
/** @type {Map<string, { callback: FileCallback, stamp: string | undefined }>} */
const watched = new Map();
/** Files that were looked for in vain, and who wants to know when they appear. @type {Set<string>} */
const missing = new Set();
/** @type {Set<(file: string) => void>} */
const folderCallbacks = new Set();
/** Of the last cell: its program, and the files that it loads. @type {Builder | undefined} */
let program;
/** @type {readonly string[]} */
let loaded = [];
/** JavaScript of files outside lib/, as tslab made it. @type {Map<string, string>} */
const otherCode = new Map();

const ts = adaptedCompiler();
const tslab = /** @type {TslabConverter} */ (load('tslab/dist/converter.js'));
const converter = tslab.createConverter({ isJS: false, isBrowser: false });
STORE.prune(CACHE_DAYS);

const { port, signal } = /** @type {{ port: MessagePort, signal: Int32Array }} */ (workerData);
/** Requests are answered one after the other. @type {Promise<void>} */
let last = Promise.resolve();
parentPort?.on('message', (/** @type {Request} */ request) => {
  last = last.then(() => reply(request));
});

/** @param {Request} request */
async function reply({ method, args, wanted }) {
  /** @type {{ value?: unknown, error?: string }} */
  let answer;
  try {
    answer = { value: await perform(method, args) };
  } catch (error) {
    answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  if (!wanted) return;
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

/**
 * @param {string} method
 * @param {unknown[]} args
 */
function perform(method, args) {
  noticeEdits();
  const [first, second, third] = args;
  const declarations = String(first);
  const source = String(second);
  switch (method) {
    case 'convert':
      return compile(declarations, source);
    case 'inspect':
      return converter.inspect(declarations, source, Number(third));
    case 'complete': {
      const { start, end, candidates } = converter.complete(declarations, source, Number(third));
      return { start, end, candidates };
    }
    case 'addModule':
      return converter.addModule(declarations, source, /** @type {object} */ (third));
    case 'isCompleteCode':
      return tslab.isCompleteCode(declarations);
    default:
      throw new Error(`the compiler has no method '${method}'`);
  }
}

/**
 * Compiles a cell and what it imports.
 * @param {string} declarations of the cells before it
 * @param {string} source
 * @returns {Promise<Compiled>}
 */
async function compile(declarations, source) {
  const { sideOutputs = [], ...result } = converter.convert(declarations, source);
  for (const { path: file, data } of sideOutputs) otherCode.set(file, data);
  // Texts as the cell was checked against them, whatever is on the disk by now. What earlier cells declared counts, too: a
  // cell is checked against all types it can see.
  const seen = (program?.getSourceFiles() ?? []).filter(({ fileName }) => isOwn(fileName));
  const texts = new Map(seen.map(({ fileName, text }) => [fileName, text]));
  /** @type {Diagnostic[]} */
  const problems = [];
  const modules = await Promise.all(
    loaded
      .filter((file) => texts.has(file) && /\.[jt]sx?$/.test(file) && !file.endsWith('.d.ts'))
      .map((file) => moduleOf(file, texts.get(file) ?? '', problems)),
  );
  return {
    result: { ...result, diagnostics: [...result.diagnostics, ...problems] },
    modules,
    dependencies: [...texts].map(([file, text]) => [file, contentHash(text)]),
  };
}

/**
 * Whether a file is this repository's own, and on the disk.
 * @param {string} file
 */
function isOwn(file) {
  return file.startsWith(`${ROOT}/`) && !file.includes('/node_modules/') && !VIRTUAL.includes(file);
}

/** Tells tslab of the files that changed or appeared since the last request. */
function noticeEdits() {
  for (const [file, { callback, stamp }] of [...watched]) {
    const now = stampOf(file);
    if (now === stamp) continue;
    watched.set(file, { callback, stamp: now });
    const { Changed, Created, Deleted } = ts.FileWatcherEventKind;
    callback(file, now === undefined ? Deleted : stamp === undefined ? Created : Changed);
  }
  for (const file of [...missing].filter((each) => fs.existsSync(each))) {
    missing.delete(file);
    for (const callback of [...folderCallbacks]) callback(file);
  }
}

/**
 * A program that leaves files of lib/ unchecked and does not compile them.
 * @param {Builder} builder
 */
function withLightLibrary(builder) {
  program = builder;
  const whole = builder.getProgram();
  /** @param {{ fileName: string } | undefined} file */
  const isLibrary = (file) => file?.fileName.startsWith(LIB) === true;
  const { getSemanticDiagnostics, getDeclarationDiagnostics } = whole;
  whole.getSemanticDiagnostics = (file, ...rest) =>
    isLibrary(file) ? [] : getSemanticDiagnostics(file, ...rest);
  whole.getDeclarationDiagnostics = (file, ...rest) =>
    isLibrary(file) ? [] : getDeclarationDiagnostics(file, ...rest);
  const { emit, getAllDependencies } = builder;
  builder.emit = (file, ...rest) =>
    isLibrary(file) ? { emitSkipped: true, diagnostics: [] } : emit(file, ...rest);
  builder.getAllDependencies = (file) => (loaded = getAllDependencies(file));
  return builder;
}

/**
 * @param {string} file
 * @param {string} text
 * @param {Diagnostic[]} problems what keeps a file from being compiled is added here
 * @returns {Promise<CellModule>}
 */
async function moduleOf(file, text, problems) {
  const output = file.replace(/\.[jt]sx?$/, '.js');
  if (!file.startsWith(LIB)) return { path: output, code: otherCode.get(output) };
  const name = path.relative(ROOT, file);
  const key = digest(version, name, text);
  if (STORE.read(key) === undefined) {
    try {
      const { code } = await esbuild.transform(text, {
        loader: file.endsWith('.js') ? 'js' : 'ts',
        format: 'cjs',
        target: 'es2022',
        supported: { 'dynamic-import': false }, // tslab's modules are found by require alone
        sourcefile: file,
        sourcemap: 'inline',
        sourcesContent: false,
      });
      STORE.write(key, code);
      if (STORE.read(key) === undefined) return { path: output, code };
    } catch (error) {
      problems.push(...esbuildDiagnostics(name, error));
    }
  }
  return { path: output, key };
}

/**
 * @param {string} fileName
 * @param {unknown} error
 * @returns {Diagnostic[]}
 */
function esbuildDiagnostics(fileName, error) {
  const { errors } = /** @type {Partial<import('esbuild').TransformFailure>} */ (error);
  if (errors === undefined) throw error;
  return errors.map(({ text, location }) => {
    const place = { offset: 0, line: (location?.line ?? 1) - 1, character: location?.column ?? 0 };
    return { fileName, start: place, end: place, messageText: text, category: 1, code: 0 };
  });
}

/** TypeScript as tslab is to have it: its functions are read-only, so tslab gets an object of its own. */
function adaptedCompiler() {
  const real = /** @type {TypeScript} */ (load(COMPILER));
  const adapted = { ...real };
  /** @type {{ cache: Record<string, { exports: unknown } | undefined>, resolve(name: string): string }} */
  const require = /** @type {any} */ (load('module')).createRequire(import.meta.url);
  const entry = require.cache[require.resolve(COMPILER)];
  if (entry) entry.exports = adapted;

  real.sys.watchFile = (file, callback) => {
    if (!file.includes('/node_modules/')) watched.set(file, { callback, stamp: stampOf(file) });
    return { close: () => watched.delete(file) };
  };
  real.sys.watchDirectory = (_folder, callback) => {
    folderCallbacks.add(callback);
    return { close: () => folderCallbacks.delete(callback) };
  };
  const exists = real.sys.fileExists;
  real.sys.fileExists = (file) => {
    const found = exists(file);
    if (!found && file.startsWith(ROOT) && !file.includes('/node_modules/')) missing.add(file);
    return found;
  };
  /** @type {typeof real.createWatchProgram} */
  const createWatchProgram = (/** @type {any} */ host) => {
    const given = host.afterProgramCreate;
    host.afterProgramCreate = (/** @type {Builder} */ builder) => given(withLightLibrary(builder));
    return /** @type {any} */ (real.createWatchProgram)(host);
  };
  const createWatchCompilerHost = (/** @type {any} */ files, /** @type {any} */ options, ...rest) =>
    // As tsconfig.json has it: the packages of types that others depend on declare no globals for cells.
    /** @type {any} */ (real.createWatchCompilerHost)(files, { ...options, types: ['node'] }, ...rest);
  return Object.assign(adapted, { createWatchProgram, createWatchCompilerHost });
}
