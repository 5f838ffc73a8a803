/** The records of notebooks run here, `OUT/notebooks/NAME.json`, and the JSON of the figures beside them. */
import fs from 'fs';
import path from 'path';
import { readJson, writeWhole } from './setup/files.mjs';

/**
 * @typedef {object} NotebookRecord
 * @property {string} name the notebook's file name without extension
 * @property {string} title its first heading
 * @property {boolean} ok whether every cell ran
 * @property {string} profile
 * @property {string[]} parameters the assignments made for this run
 * @property {string[]} [values] every parameter with its value, `NAME = VALUE`
 * @property {number} seconds
 * @property {string[]} figures names of the figures it wrote
 */

/**
 * @typedef {object} FigureFile the part of an exported figure's JSON that the gallery shows
 * @property {string} name
 * @property {string} title
 * @property {string} [caption]
 * @property {unknown[]} data
 */

/**
 * @param {string} out the figures' folder
 * @param {string} name
 */
function recordFile(out, name) {
  return path.join(out, 'notebooks', `${name}.json`);
}

/**
 * @param {string} out
 * @param {NotebookRecord} record
 */
export function writeRecord(out, record) {
  writeWhole(recordFile(out, record.name), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * How long the notebook in `file` took when it last ran; undefined when it has not.
 * @param {string} file
 * @param {string} out
 */
export function lastSeconds(file, out) {
  const record = readJson(recordFile(out, path.basename(file, '.ipynb')));
  return isRecord(record) ? record.seconds : undefined;
}

/**
 * All records, and all figures, of a figures' folder. A file that is not whole is named on the standard error and left
 * out; JSON of another kind beside the figures is none of ours.
 * @param {string} out
 */
export function readResults(out) {
  const figures = filesIn(out).filter(({ content }) => isFigure(content));
  const records = filesIn(path.join(out, 'notebooks'), isRecord);
  return {
    records: records.map(({ content }) => /** @type {NotebookRecord} */ (content)),
    figures: figures.map(({ content }) => /** @type {FigureFile} */ (content)),
  };
}

/**
 * @param {string} folder
 * @param {(content: unknown) => boolean} isWhole
 */
function filesIn(folder, isWhole = (content) => content !== undefined) {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.json'));
  const all = files.sort().map((name) => {
    const file = path.join(folder, name);
    return { file, content: readJson(file) };
  });
  for (const { file, content } of all) {
    if (isWhole(content)) continue;
    console.error(
      `! ${file} is damaged, probably by an earlier run that was cut short or a full disk; the gallery leaves it out.\n` +
        '  Remedy: run its notebook again (npm run notebook -- NAME), or remove the file.',
    );
  }
  return all.filter(({ content }) => isWhole(content));
}

/**
 * @param {unknown} content
 * @returns {content is NotebookRecord}
 */
function isRecord(content) {
  const { name, title, profile, parameters, seconds, figures } = fieldsOf(content);
  return (
    [name, title, profile].every((text) => typeof text === 'string') &&
    Array.isArray(parameters) &&
    Array.isArray(figures) &&
    Number.isFinite(seconds)
  );
}

/** @param {unknown} content */
function isFigure(content) {
  const { name, title, data } = fieldsOf(content);
  return Boolean(name && title && data);
}

/**
 * @param {unknown} content
 * @returns {Record<string, unknown>}
 */
function fieldsOf(content) {
  return typeof content === 'object' && content !== null ? { ...content } : {};
}
