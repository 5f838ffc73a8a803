/**
 * Copies of the committed notebooks to work in, `work/NAME.ipynb`: JupyterLab saves by itself whatever is run or changed, and git
 * is to see none of it. A copy that was left as it is follows its original; one that was changed is kept.
 */
import { createHash } from 'crypto';
import fs from 'fs';
import path from 'path';
import { listNotebooks } from './notebookFiles.mjs';
import { ROOT } from './environment.mjs';
import { readJson, writeWhole } from './setup/files.mjs';

export const WORK = 'work';
/** In that folder: the hash of each copy as it was made. */
const MADE = '.made.json';

/**
 * Makes what is missing and renews what was never changed.
 * @param {{ originals?: string[], folder?: string }} [places]
 * @returns {string[]} names of copies that were changed and whose original is another by now
 */
export function makeWorkingCopies({
  originals = listNotebooks(),
  folder = path.join(ROOT, WORK),
} = {}) {
  const file = path.join(folder, MADE);
  const made = /** @type {Record<string, string>} */ (readJson(file) ?? {});
  /** @type {string[]} */
  const outdated = [];
  for (const original of originals) {
    const name = path.basename(original);
    const copy = path.join(folder, name);
    const wanted = fs.readFileSync(original);
    const hash = sha256(wanted);
    if (made[name] === hash && fs.existsSync(copy)) continue;
    if (fs.existsSync(copy) && sha256(fs.readFileSync(copy)) !== made[name]) {
      outdated.push(name);
      continue;
    }
    writeWhole(copy, wanted);
    made[name] = hash;
  }
  writeWhole(file, `${JSON.stringify(made, null, 2)}\n`);
  return outdated;
}

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
