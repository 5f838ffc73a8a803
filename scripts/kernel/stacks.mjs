/**
 * Stacks of errors in a kernel: a frame of a cell is told as the cell's number and line, one of the repository by its path
 * there, and those of packages and of Node are left out where others say where it happened.
 */
import { findSourceMap, SourceMap } from 'module';
import path from 'path';
import { fileURLToPath } from 'url';
import { ROOT } from '../environment.mjs';
import { parseJson } from '../setup/files.mjs';

/** @typedef {import('module').SourceMapPayload} SourceMapPayload */
/** @typedef {{ line: number, column: number }} Place */

/** What tslab puts before the code of a cell, on its first line. */
const PREFIXES = {
  async: '(async function(exports, require) { ',
  sync: '(function(exports, require) { ',
};
const CELL = /^tslab-cell-(\d+)$/;

export class Stacks {
  /** By number of the cell: the place in its text for one in its code. */
  #cells = /** @type {Map<string, (place: Place) => Place | undefined>} */ (new Map());

  constructor() {
    /**
     * @param {Error} error
     * @param {NodeJS.CallSite[]} sites
     */
    Error.prepareStackTrace = (error, sites) => this.#stack(error, sites);
  }

  /**
   * The code of a cell, which is known by its number from now on.
   * @param {number} number
   * @param {string} code
   * @param {{ maps: string[], isAsync: boolean }} facts the source maps from the cell's text to the code
   */
  named(number, code, { maps, isAsync }) {
    const steps = maps
      .map((each) => new SourceMap(/** @type {SourceMapPayload} */ (parseJson(each))))
      .reverse();
    const prefix = (isAsync ? PREFIXES.async : PREFIXES.sync).length;
    const lines = code.split('\n').length;
    this.#cells.set(String(number), ({ line, column }) => {
      if (line > lines) return undefined; // the call that tslab adds
      let place = { line: line - 1, column: column - 1 - (line === 1 ? prefix : 0) };
      for (const step of steps) {
        const entry = step.findEntry(place.line, Math.max(place.column, 0));
        if (!('originalLine' in entry)) return undefined;
        place = { line: entry.originalLine, column: entry.originalColumn };
      }
      return place.line < 1 ? undefined : place; // tslab adds a line above
    });
    return `${code}\n//# sourceURL=tslab-cell-${number}`;
  }

  /**
   * @param {Error} error
   * @param {NodeJS.CallSite[]} sites
   */
  #stack(error, sites) {
    const own = sites.map((each) => this.#ownFrame(each)).filter((each) => each !== undefined);
    const frames = own.length > 0 ? own : sites.map(text);
    return [headline(error), ...frames.map((each) => `    at ${each}`)].join('\n');
  }

  /** @param {NodeJS.CallSite} site */
  #ownFrame(site) {
    const name = site.getScriptNameOrSourceURL();
    const place = { line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0 };
    const [, cell] = CELL.exec(name ?? '') ?? [];
    if (cell !== undefined) {
      const found = this.#cells.get(cell)?.(place);
      return found && withPlace(site, `cell [${cell}], line ${found.line}`);
    }
    const file = name?.startsWith('file:') ? fileURLToPath(name) : (name ?? '');
    const isOwn = file.startsWith(ROOT + path.sep) && !file.includes('node_modules');
    if (!isOwn || file.startsWith(path.join(ROOT, 'scripts') + path.sep)) return undefined;
    const entry = findSourceMap(file)?.findEntry(place.line - 1, place.column - 1);
    if (entry === undefined || !('originalSource' in entry)) {
      return withPlace(site, `${path.relative(ROOT, file)}:${place.line}:${place.column}`);
    }
    const source = entry.originalSource.startsWith('file:')
      ? fileURLToPath(entry.originalSource)
      : path.resolve(path.dirname(file), entry.originalSource);
    const { originalLine, originalColumn } = entry;
    return withPlace(
      site,
      `${path.relative(ROOT, source)}:${originalLine + 1}:${originalColumn + 1}`,
    );
  }
}

/**
 * @param {NodeJS.CallSite} site
 * @param {string} place
 */
function withPlace(site, place) {
  const told = text(site).replace(/\b(Proxy|Object|exports)\./, ''); // variables of cells are properties for tslab
  const start = told.lastIndexOf('(');
  return told.endsWith(')') && start > 0 ? `${told.slice(0, start)}(${place})` : place;
}

/**
 * A frame as V8 tells it.
 * @param {{ toString: () => string }} site
 */
function text(site) {
  return site.toString();
}

/** @param {Error} error */
function headline(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

/**
 * An error without what Node puts before the stack of one that a script threw: the line of JavaScript that it stands for.
 * @param {Error} error
 */
export function withoutCode(error) {
  const { stack } = error;
  const start = stack?.indexOf(`\n\n${headline(error)}`) ?? -1;
  if (stack !== undefined && start >= 0) error.stack = stack.slice(start + 2);
  return error;
}
