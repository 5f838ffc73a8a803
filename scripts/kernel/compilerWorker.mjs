/**
 * The thread in which a kernel's compiler lives: tslab's converter on a TypeScript that leaves lib/ alone
 * (lightCompiler.mjs). Files are compiled by esbuild, once for each content; cells are compiled and checked by
 * tslab, against the real types.
 */
import esbuild from 'esbuild';
import path from 'path';
import { parentPort, workerData } from 'worker_threads';
import { ROOT } from '../environment.mjs';
import { CACHE_DAYS, load, STORE, toolsVersion } from './compilation.mjs';
import { isOwn, LightCompiler } from './lightCompiler.mjs';
import { declarationsSoFar } from './declarations.mjs';
import { hasTopLevelAwait } from './cellSyntax.mjs';
import { contentHash } from './sources.mjs';
import { keepEsbuildFromInterrupts } from './esbuildGroup.mjs';
import { digest } from './store.mjs';

/** @typedef {import('./compilation.mjs').Compiled} Compiled */
/** @typedef {import('./compilation.mjs').CellModule} CellModule */
/** @typedef {import('./compilation.mjs').Diagnostic} Diagnostic */
/** @typedef {import('./compiler.mjs').Request} Request */
/** @typedef {import('./compiler.mjs').Answer} Answer */

const version = toolsVersion();
/** JavaScript of modules that are declared in cells, as tslab made it. */
const otherCode = /** @type {Map<string, string>} */ (new Map());
/** Their paths. */
const cellModules = /** @type {Set<string>} */ (new Set());
/** What a cell's code begins with: exports that have no value yet. */
const EARLY_EXPORTS =
  /^(?:Object\.defineProperty\(exports, "__esModule".*\n|(?:exports\.[\w$]+ = )+void 0;\n)+/;
keepEsbuildFromInterrupts();
const compiler = new LightCompiler();
const tslab = /** @type {import('./compilation.mjs').TslabConverter} */ (
  load('tslab/dist/converter.js')
);
const converter = tslab.createConverter({ isJS: false, isBrowser: false });
STORE.prune(CACHE_DAYS);

/** @type {() => unknown} */
const given = () => workerData;
const { port, signal } = /** @type {import('./compiler.mjs').Line} */ (given());
/** Requests are answered one after the other. */
let last = Promise.resolve();
parentPort?.on('message', (/** @type {Request} */ request) => {
  last = last.then(() => reply(request));
});

/** @param {Request} request */
async function reply({ method, args, isAwaited }) {
  /** @type {Answer} */
  let answer;
  try {
    compiler.noticeEdits();
    answer = { value: await perform(method, args) };
  } catch (error) {
    answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  if (!isAwaited) return;
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

/**
 * @param {string} method
 * @param {unknown[]} args
 */
function perform(method, [first, second, third]) {
  const declarations = String(first);
  const source = String(second);
  switch (method) {
    case 'convert':
      return compile(declarations, source);
    case 'declarationsSoFar':
      return declarationsSoFar(declarations, source, /** @type {string[]} */ (third));
    case 'inspect':
      return converter.inspect(declarations, source, Number(third));
    case 'complete': {
      const { start, end, candidates } = converter.complete(declarations, source, Number(third));
      return { start, end, candidates };
    }
    case 'addModule':
      for (const ending of ['.ts', '.tsx']) cellModules.add(path.join(ROOT, declarations + ending));
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
  if (result.diagnostics.length > 0) return { result, maps: [], modules: [], dependencies: [] };
  const { output = '', hasToplevelAwait } = result;
  // Texts as the cell was checked against them, whatever is on the disk by now. What earlier cells declared counts, too.
  const files = (compiler.program?.getSourceFiles() ?? []).filter((each) => isOwn(each.fileName));
  const texts = new Map(files.map(({ fileName, text }) => [fileName, text]));
  /** @type {Diagnostic[]} */
  const problems = [];
  const modules = await Promise.all(
    compiler.loaded
      .filter((file) => /\.[jt]sx?$/.test(file) && !file.endsWith('.d.ts') && texts.has(file))
      .map((file) => moduleOf(file, texts.get(file) ?? '', problems)),
  );
  return {
    result: {
      ...result,
      // A variable that is declared anew keeps its value until the cell comes to its declaration.
      output: output.replace(EARLY_EXPORTS, (lines) => lines.replace(/exports\.[^\n]*/g, '')),
      hasToplevelAwait: Boolean(hasToplevelAwait) || hasTopLevelAwait(source),
      diagnostics: problems,
    },
    maps: compiler.cellMaps,
    modules,
    dependencies: [...texts].map(([file, text]) => [file, contentHash(text)]),
  };
}

/**
 * @param {string} file
 * @param {string} text
 * @param {Diagnostic[]} problems what keeps a file from being compiled is added here
 * @returns {Promise<CellModule>}
 */
async function moduleOf(file, text, problems) {
  const output = file.replace(/\.[jt]sx?$/, '.js');
  if (cellModules.has(file)) return { path: output, code: otherCode.get(output) };
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
