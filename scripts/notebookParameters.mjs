/**
 * The parameters of a notebook.
 *
 * One code cell, tagged `parameters`, declares them, each as `let NAME = VALUE;`; the values there are the profile
 * `quick`. The cell's metadata may hold others: `"profiles": { "tiny": { … }, "full": { … } }`.
 */
import fs from 'fs';
import path from 'path';
import { UsageError } from './command.mjs';
import { parseJson } from './setup/files.mjs';

/**
 * @typedef {object} Cell a cell of a notebook, as far as scripts look at it
 * @property {string} cell_type
 * @property {{ tags?: string[], profiles?: Record<string, Record<string, unknown>> }} [metadata]
 * @property {string} [id]
 * @property {number | null} [execution_count]
 * @property {string | string[]} source
 * @property {{ data?: Record<string, string | string[]> }[]} [outputs]
 *
 * @typedef {{ cells: Cell[], metadata?: { measures_time?: boolean } }} Notebook
 */

const PROFILES = ['tiny', 'quick', 'full'];

/**
 * The notebook in `file`.
 * @param {string} file
 * @returns {Notebook}
 */
export function readNotebook(file) {
  const text = fs.readFileSync(file, 'utf8');
  const notebook = /** @type {Partial<Notebook> | null} */ (wholeJson(text));
  if (notebook && Array.isArray(notebook.cells)) return /** @type {Notebook} */ (notebook);
  throw new UsageError(
    `${file} is not a whole notebook.\nRemedy: restore it (git checkout -- '${file}'), or save it again in JupyterLab.`,
  );
}

/**
 * What JSON says; null where it is cut short.
 * @param {string} text
 */
function wholeJson(text) {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/**
 * The declared parameters (name → default, as written) and the profiles of a notebook.
 * @param {string} file
 */
function readParameters(file) {
  const notebook = readNotebook(file);
  const cell = notebook.cells.find(isParameters);
  const declarations = (cell ? sourceText(cell) : '').matchAll(
    /^\s*let\s+([\p{L}_$][\p{L}\p{N}_$]*)[^=\n]*=\s*((?:'[^'\n]*'|"[^"\n]*"|[^;'"])*)/gmu,
  );
  /** @type {[string, string][]} */
  const pairs = [...declarations].map(([, name, value]) => [name, onOneLine(value)]);
  const profiles = cell?.metadata?.profiles ?? {};
  return { declared: new Map(pairs), profiles };
}

/** @param {string} value as written, on several lines perhaps */
function onOneLine(value) {
  return value
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/([[(]) /g, '$1')
    .replace(/,? ([\])])/g, '$1');
}

/**
 * `name=value` as given on a command line; the value is JSON, or else a string.
 * @param {string} text
 * @returns {[string, unknown]}
 */
export function parseSetting(text) {
  const match = /^([^=\s]+)=(.*)$/su.exec(text);
  if (!match) throw new UsageError(`--set takes name=value, got '${text}'.`);
  const [, name, value] = match;
  try {
    return [name, parseJson(value)];
  } catch {
    return [name, value];
  }
}

/**
 * The assignments to inject: those of the profile, then `settings` (pairs of name and value).
 * @param {string} file
 * @param {string} [profile]
 * @param {[string, unknown][]} [settings]
 */
export function assignments(file, profile = 'quick', settings = []) {
  if (!PROFILES.includes(profile)) {
    throw new UsageError(`--profile must be one of ${PROFILES.join(', ')}, got '${profile}'.`);
  }
  const { declared, profiles } = readParameters(file);
  const values = { ...profiles[profile], ...Object.fromEntries(settings) };
  const unknown = Object.keys(values).find((name) => !declared.has(name));
  if (unknown !== undefined) {
    const list = [...declared].map(([name, value]) => `  ${name} = ${value}`).join('\n');
    throw new UsageError(
      `${path.basename(file)} has no parameter '${unknown}'. ` +
        (list ? `Its parameters and their defaults:\n${list}` : 'It has no parameters.'),
    );
  }
  return Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)};`);
}

/**
 * Every parameter with the value it has in a run, `NAME = VALUE`, as written.
 * @param {string} file
 * @param {string} [profile]
 * @param {[string, unknown][]} [settings]
 */
export function parameterValues(file, profile = 'quick', settings = []) {
  const { declared, profiles } = readParameters(file);
  /** @type {Record<string, unknown>} */
  const changed = { ...profiles[profile], ...Object.fromEntries(settings) };
  return [...declared].map(
    ([name, value]) => `${name} = ${name in changed ? JSON.stringify(changed[name]) : value}`,
  );
}

/**
 * The notebook in `file` with one more cell, right after its parameters, that makes the assignments.
 * @param {string} file
 * @param {string[]} injected
 * @returns {Notebook}
 */
export function withAssignments(file, injected) {
  const notebook = readNotebook(file);
  if (injected.length === 0) return notebook;
  const index = notebook.cells.findIndex(isParameters);
  notebook.cells.splice(index + 1, 0, {
    cell_type: 'code',
    id: 'injected-parameters',
    metadata: { tags: ['injected-parameters'] },
    execution_count: null,
    outputs: [],
    source: injected.join('\n'),
  });
  return notebook;
}

/** @param {Cell} cell */
function isParameters(cell) {
  return cell.cell_type === 'code' && (cell.metadata?.tags || []).includes('parameters');
}

/**
 * The source of a cell, which a file may hold as a list of lines.
 * @param {Cell} cell
 */
export function sourceText(cell) {
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}
