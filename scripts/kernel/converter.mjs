/**
 * tslab's converter with a memory: a cell that was compiled before, after the same cells and with the same files of this
 * repository and the same tools, is not compiled again, in this kernel or another. TypeScript is only loaded, in a thread of
 * its own (compilerWorker.mjs), for a cell that is new, for Tab and Shift+Tab, or when the kernel has nothing to do.
 */
import path from 'path';
import { STORE, toolsVersion } from './compilation.mjs';
import { Compiler } from './compiler.mjs';
import { parseJson } from '../setup/files.mjs';
import { DeclaredNames } from './declaredNames.mjs';
import { Sources } from './sources.mjs';
import { Stacks } from './stacks.mjs';
import { digest } from './store.mjs';

/** @typedef {import('tslab/dist/converter.js').Converter} Converter */
/** @typedef {import('tslab/dist/converter.js').ConvertResult} ConvertResult */
/** @typedef {import('tslab/dist/converter.js').SideOutput} SideOutput */
/** @typedef {import('./compilation.mjs').Compiled} Compiled */
/** @typedef {import('./compilation.mjs').CellModule} CellModule */

/** Time for the last messages, where a training goes on. */
const LAST_WORDS_MILLISECONDS = 200;

export class CachedConverter {
  #version = toolsVersion();
  #sources = new Sources();
  #compiler = new Compiler();
  #modules = new LoadedModules();
  /** Modules declared in cells are no files: what imports them is compiled anew. */
  #hasCellModules = false;
  #stacks = new Stacks();
  #declarations = new DeclaredNames((...args) => this.#compiler.ask('declarationsSoFar', ...args));
  /** The number of the cell that runs. */
  #number = 0;
  /** The last cell that was not compiled here. @type {[declarations: string, source: string]} */
  #last = ['', ''];

  /**
   * A cell begins.
   * @param {number} number
   * @param {Record<string, unknown>} values of all variables of cells, by name
   */
  begin(number, values) {
    this.#number = number;
    this.#declarations.begin(values);
  }

  /** It has come to its end. */
  end() {
    this.#declarations.end();
  }

  /** It has failed, or was interrupted. */
  fail() {
    this.#declarations.fail();
  }

  /**
   * @param {string} _declarations tslab's, which lack what a cell that failed has declared
   * @param {string} source
   * @returns {ConvertResult}
   */
  convert(_declarations, source) {
    const declarations = this.#declarations.text;
    const result = this.#converted(declarations, source);
    this.#declarations.next = result.diagnostics.length > 0 ? declarations : result.declOutput;
    return result;
  }

  /**
   * @param {string} declarations
   * @param {string} source
   * @returns {ConvertResult}
   */
  #converted(declarations, source) {
    const key = `${digest(this.#version, declarations, source)}.json`;
    const kept = this.#hasCellModules ? undefined : this.#kept(key);
    if (kept !== undefined) {
      this.#last = [declarations, source];
      return kept;
    }
    const compiled = /** @type {Compiled} */ (this.#compiler.ask('convert', declarations, source));
    const isWhole = compiled.result.diagnostics.length === 0;
    if (isWhole && !this.#hasCellModules) STORE.write(key, JSON.stringify(compiled));
    return this.#withModules(compiled) ?? compiled.result;
  }

  /** @param {string} key */
  #kept(key) {
    const text = STORE.read(key);
    if (text === undefined) return undefined;
    const compiled = /** @type {Compiled} */ (parseJson(text));
    const isCurrent = compiled.dependencies.every(
      ([file, hash]) => this.#sources.hash(file) === hash,
    );
    return isCurrent ? this.#withModules(compiled) : undefined;
  }

  /**
   * The result with the modules that the kernel does not have; undefined where one of them is no longer in the store.
   * @param {Compiled} compiled
   * @returns {ConvertResult | undefined}
   */
  #withModules({ result, maps, modules }) {
    const sideOutputs = this.#modules.update(modules);
    if (sideOutputs === undefined) return undefined;
    const { output, hasToplevelAwait: isAsync = false } = result;
    const named = output && this.#stacks.named(this.#number, output, { maps, isAsync });
    return { ...result, output: named, sideOutputs };
  }

  /**
   * @param {string} _declarations
   * @param {string} source
   * @param {number} position
   */
  inspect(_declarations, source, position) {
    const info = this.#compiler.ask('inspect', this.#declarations.text, source, position);
    return /** @type {ReturnType<Converter['inspect']>} */ (info);
  }

  /**
   * @param {string} _declarations
   * @param {string} source
   * @param {number} position
   */
  complete(_declarations, source, position) {
    const info = this.#compiler.ask('complete', this.#declarations.text, source, position);
    return /** @type {ReturnType<Converter['complete']>} */ (info);
  }

  /**
   * @param {string} name
   * @param {string} content
   * @param {object} [meta]
   */
  addModule(name, content, meta) {
    this.#hasCellModules = true;
    const problems = this.#compiler.ask('addModule', name, content, meta);
    return /** @type {ReturnType<Converter['addModule']>} */ (problems);
  }

  /** @param {string} content */
  isCompleteCode(content) {
    const answer = this.#compiler.ask('isCompleteCode', content);
    return /** @type {import('tslab/dist/converter.js').IsCompleteResult} */ (answer);
  }

  /** Loads TypeScript and what the cells use, beside them: the next new cell, Tab or Shift+Tab finds it ready. */
  warmUp() {
    if (!this.#compiler.isStarted) this.#compiler.prepare('convert', ...this.#last);
  }

  /** The kernel is told to end: what a cell left running does not keep it. */
  close() {
    this.#compiler.close();
    setTimeout(() => process.exit(), LAST_WORDS_MILLISECONDS).unref();
  }
}

/** The modules that the kernel was given, and who imports whom. */
class LoadedModules {
  /** By path: the code, what it is known by (its key, else itself) and the paths that it imports. */
  #modules = /** @type {Map<string, { code: string, key: string, imports: Set<string> }>} */ (
    new Map()
  );

  /**
   * The modules to give to the kernel: new ones, edited ones, and all that import an edited one, however indirectly, so
   * that no module goes on with what it imported before the edit. Undefined where the store has lost one.
   * @param {CellModule[]} modules
   * @returns {SideOutput[] | undefined}
   */
  update(modules) {
    const changed = modules.filter((each) => this.#modules.get(each.path)?.key !== keyOf(each));
    const codes = changed.map(({ code, key = '' }) => code ?? STORE.read(key));
    if (codes.includes(undefined)) return undefined;
    /** Iterating over a set also visits what is added meanwhile. */
    const stale = new Set(
      changed.map((each) => each.path).filter((each) => this.#modules.has(each)),
    );
    for (const [i, each] of changed.entries()) {
      const code = codes[i] ?? '';
      const module = { code, key: keyOf(each), imports: importsOf(each.path, code) };
      this.#modules.set(each.path, module);
    }
    for (const edited of stale) {
      for (const [importer, { imports }] of this.#modules) {
        if (imports.has(edited)) stale.add(importer);
      }
    }
    const given = new Set([...changed.map((each) => each.path), ...stale]);
    return [...given].map((each) => ({
      path: each,
      data: this.#modules.get(each)?.code ?? '',
    }));
  }
}

/** @param {CellModule} module */
function keyOf({ code, key }) {
  return key ?? code ?? '';
}

/**
 * The modules of the repository that a module imports, by path.
 * @param {string} file
 * @param {string} code
 */
function importsOf(file, code) {
  const folder = path.dirname(file);
  const names = [...code.matchAll(/\brequire\("(\.[^"]+)"\)/g)].map(([, name]) => name);
  const paths = names.map((name) => path.join(folder, name));
  return new Set(paths.map((each) => (path.extname(each) ? each : `${each}.js`)));
}
