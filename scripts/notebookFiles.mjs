/** Finds the committed notebooks. */
import fs from 'fs';
import path from 'path';
import { UsageError } from './command.mjs';
import { ROOT } from './environment.mjs';

/** Read before all others, whatever their names. */
const FIRST = '00-start-here';

/**
 * Compares two notebooks' names, without folder and extension, for `sort`.
 * @param {string} a
 * @param {string} b
 */
export function byReadingOrder(a, b) {
  return Number(b === FIRST) - Number(a === FIRST) || (a < b ? -1 : 1);
}

/** The committed notebooks, in reading order. */
export function listNotebooks() {
  const folder = path.join(ROOT, 'notebooks');
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return files
    .filter((file) => /^\d.*\.ipynb$/.test(file))
    .map((file) => path.basename(file, '.ipynb'))
    .sort(byReadingOrder)
    .map((name) => path.join(folder, `${name}.ipynb`));
}

/**
 * A notebook by its number (`3` or `03`) where no other has it, its name with or without the number, or its path.
 * @param {string} name
 */
export function findNotebook(name) {
  if (name.endsWith('.ipynb') && fs.existsSync(name)) return path.resolve(name);
  const all = listNotebooks();
  const number = /^\d+$/.test(name) ? `${name.padStart(2, '0')}-` : undefined;
  const found = all.filter((file) => {
    const stem = path.basename(file, '.ipynb');
    return number ? stem.startsWith(number) : stem === name || stem.replace(/^\d+-/, '') === name;
  });
  if (found.length === 1) return found[0];
  /** @param {string[]} files */
  const names = (files) => files.map((file) => path.basename(file, '.ipynb')).join(', ') || 'none';
  if (found.length === 0) throw new UsageError(`No notebook '${name}'. There are: ${names(all)}.`);
  throw new UsageError(`Several notebooks are '${name}': ${names(found)}. Name one of them.`);
}
