/**
 * TypeScript as a kernel needs it. Files of lib/ are neither checked for types (npm test and the editor do that; what is no
 * TypeScript at all is still told, by file and line) nor compiled. Files are not watched but looked at before each cell: an
 * edit is seen however soon the cell comes.
 */
import fs from 'fs';
import path from 'path';
import { ROOT } from '../environment.mjs';
import { LIB, load, moduleEntry } from './compilation.mjs';
import { keepEarlierVariables } from './cellSyntax.mjs';
import { stampOf } from './sources.mjs';

/** @typedef {typeof import('@tslab/typescript-for-tslab')} TypeScript */
/** @typedef {import('@tslab/typescript-for-tslab').FileWatcherCallback} FileCallback */
/** @typedef {import('@tslab/typescript-for-tslab').EmitAndSemanticDiagnosticsBuilderProgram} Builder */
/** @typedef {import('@tslab/typescript-for-tslab').WatchCompilerHostOfFilesAndCompilerOptions<Builder>} Host */
/** @typedef {{ setTimeout(this: void, ...args: unknown[]): unknown, clearTimeout(this: void, timer: unknown): unknown }} Timers */

const COMPILER = '@tslab/typescript-for-tslab';
/** What TypeScript puts below its code: the name of a file that is not written. */
const MAP_NAMES = /^\/\/# sourceMappingURL=.*$/gm;
/** The cell, and what the cells before it declared. */
const CELL_FILES = ['__tslab__.ts', '__prev__.d.ts'].map((name) => path.join(ROOT, name));

/**
 * Whether a file is one of this repository's own.
 * @param {string} file
 */
export function isOwn(file) {
  return (
    file.startsWith(`${ROOT}/`) && !file.includes('/node_modules/') && !CELL_FILES.includes(file)
  );
}

/** Puts itself in the place of tslab's compiler, before tslab is loaded. */
export class LightCompiler {
  /** @type {Map<string, { callback: FileCallback, stamp: string | undefined }>} */
  #watched = new Map();
  /** Files that were looked for in vain. */
  #missing = /** @type {Set<string>} */ (new Set());
  /** Who wants to know of files that appear. */
  #folderCallbacks = /** @type {Set<(file: string) => void>} */ (new Set());
  #isFolderChange = false;
  #compiler = /** @type {TypeScript} */ (load(COMPILER));
  /** The files that the last cell loads, however indirectly. */
  loaded = /** @type {readonly string[]} */ ([]);
  /** All that is seen by the last cell and those before it. */
  program = /** @type {Builder | undefined} */ (undefined);
  /** The source maps of the last cell's code, one for each of tslab's two steps. */
  cellMaps = /** @type {string[]} */ ([]);

  constructor() {
    const compiler = this.#compiler;
    this.#replaceWatching(compiler.sys);
    // What TypeScript exports cannot be replaced one by one.
    moduleEntry(COMPILER).exports = {
      ...compiler,
      /**
       * @param {string[]} files
       * @param {object} options
       * @param {Timers} system
       * @param {unknown[]} rest
       */
      createWatchCompilerHost: (files, options, system, ...rest) => {
        const create = /** @type {(...args: unknown[]) => Host} */ (
          compiler.createWatchCompilerHost
        );
        this.#allowFolderChanges(system);
        // As in tsconfig.json: types that only other packages need declare nothing for cells.
        return create(files, { ...options, types: ['node'], sourceMap: true }, system, ...rest);
      },
      /**
       * The second step: from ES modules to CommonJS.
       * @param {string} code
       * @param {import('@tslab/typescript-for-tslab').TranspileOptions} options
       */
      transpileModule: (code, options) => {
        const compilerOptions = { ...options.compilerOptions, sourceMap: true };
        const output = compiler.transpileModule(code, { ...options, compilerOptions });
        if (output.sourceMapText !== undefined) this.cellMaps[1] = output.sourceMapText;
        return { ...output, outputText: output.outputText.replace(MAP_NAMES, '') };
      },
      /** @param {Host} host */
      createWatchProgram: (host) => {
        const created = host.afterProgramCreate?.bind(host);
        host.afterProgramCreate = (builder) => {
          this.#lighten(builder);
          created?.(builder);
        };
        return compiler.createWatchProgram(host);
      },
    };
  }

  /** Has tslab's program follow the files that changed or appeared since the last cell. */
  noticeEdits() {
    const { Changed, Created, Deleted } = this.#compiler.FileWatcherEventKind;
    for (const [file, { callback, stamp }] of [...this.#watched]) {
      const now = stampOf(file);
      if (now === stamp) continue;
      this.#watched.set(file, { callback, stamp: now });
      callback(file, now === undefined ? Deleted : stamp === undefined ? Created : Changed);
    }
    for (const file of [...this.#missing].filter((each) => fs.existsSync(each))) {
      this.#missing.delete(file);
      this.#isFolderChange = true;
      for (const callback of [...this.#folderCallbacks]) callback(file);
      this.#isFolderChange = false;
    }
  }

  /**
   * tslab's converter knows one timer, TypeScript sets a second one to look again for what was missing. It looks at the next
   * cell anyway.
   * @param {Timers} system
   */
  #allowFolderChanges(system) {
    const { setTimeout, clearTimeout } = system;
    const none = {};
    system.setTimeout = (...args) => (this.#isFolderChange ? none : setTimeout(...args));
    system.clearTimeout = (timer) => (timer === none ? undefined : clearTimeout(timer));
  }

  /** @param {TypeScript['sys']} sys */
  #replaceWatching(sys) {
    sys.watchFile = (file, callback) => {
      if (isOwn(file)) this.#watched.set(file, { callback, stamp: stampOf(file) });
      return { close: () => void this.#watched.delete(file) };
    };
    sys.watchDirectory = (_folder, callback) => {
      this.#folderCallbacks.add(callback);
      return { close: () => void this.#folderCallbacks.delete(callback) };
    };
    const fileExists = sys.fileExists.bind(sys);
    sys.fileExists = (file) => {
      const exists = fileExists(file);
      if (!exists && isOwn(file)) this.#missing.add(file);
      return exists;
    };
  }

  /** @param {Builder} builder */
  #lighten(builder) {
    this.program = builder;
    const program = builder.getProgram();
    const semantic = program.getSemanticDiagnostics.bind(program);
    const declaration = program.getDeclarationDiagnostics.bind(program);
    const emit = builder.emit.bind(builder);
    const dependencies = builder.getAllDependencies.bind(builder);
    // tslab would tell the file of a message of several parts with none of them.
    program.getSemanticDiagnostics = (file, ...rest) =>
      isLibrary(file) ? [] : semantic(file, ...rest).map((each) => this.#inOnePart(each));
    program.getDeclarationDiagnostics = (file, ...rest) =>
      isLibrary(file) ? [] : declaration(file, ...rest);
    builder.emit = (file, write, token, onlyTypes, transformers) => {
      if (isLibrary(file)) return { emitSkipped: true, diagnostics: [] };
      const before = [
        keepEarlierVariables(this.#compiler, program.getTypeChecker(), CELL_FILES[1]),
      ];
      /** @type {import('@tslab/typescript-for-tslab').WriteFileCallback} */
      const noteMap = (name, text, ...rest) => {
        if (name.endsWith('__tslab__.js.map')) this.cellMaps = [text];
        else write?.(name, text, ...rest);
      };
      return emit(file, noteMap, token, onlyTypes, { ...transformers, before });
    };
    builder.getAllDependencies = (file) => (this.loaded = dependencies(file));
  }

  /**
   * @param {import('@tslab/typescript-for-tslab').Diagnostic} diagnostic
   */
  #inOnePart(diagnostic) {
    const { flattenDiagnosticMessageText } = this.#compiler;
    return {
      ...diagnostic,
      messageText: flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    };
  }
}

/** @param {{ fileName: string } | undefined} file */
function isLibrary(file) {
  return file !== undefined && file.fileName.startsWith(LIB);
}
