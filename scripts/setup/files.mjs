/** Files that are either whole or absent, and the stamps that say which work is done. */
import { createHash } from 'crypto';
import fs from 'fs';
import path from 'path';

/**
 * Replaces `file` by `content` through a rename, so that an interruption or a full disk never leaves half of it; makes its
 * folder. An error names the file.
 * @param {string} file
 * @param {string | Uint8Array} content
 */
export function writeWhole(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  replaceWhole(file, (partial) => {
    const handle = fs.openSync(partial, 'w');
    try {
      fs.writeFileSync(handle, content);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  });
}

/**
 * Replaces `file` by a copy of `source`, all or nothing.
 * @param {string} source
 * @param {string} file
 */
export function copyWhole(source, file) {
  replaceWhole(file, (partial) => fs.copyFileSync(source, partial));
}

/**
 * @param {string} file
 * @param {(partial: string) => void} write
 */
function replaceWhole(file, write) {
  const partial = `${file}.${process.pid}.partial`;
  try {
    write(partial);
    fs.renameSync(partial, file);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw Object.assign(/** @type {Error} */ (error), { path: file, dest: undefined });
  }
}

/**
 * The value of a text of JSON: what it is, the caller says or checks.
 * @param {string} text
 * @returns {unknown}
 */
export function parseJson(text) {
  return JSON.parse(text);
}

/**
 * The JSON in `file`, or undefined when it is absent or not JSON.
 * @param {string} file
 */
export function readJson(file) {
  try {
    return parseJson(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Records that the work described by `content` is done.
 * @param {string} file
 * @param {unknown} content
 */
export function writeStamp(file, content) {
  writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);
}

/**
 * True when `file` records exactly `content`.
 * @param {string} file
 * @param {unknown} content
 */
export function hasStamp(file, content) {
  const stamp = readJson(file);
  return stamp !== undefined && JSON.stringify(stamp) === JSON.stringify(content);
}

/**
 * SHA-256 (hex) of files' contents, in the order given.
 * @param {string[]} files
 */
export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest('hex');
}

/**
 * Makes `link` a relative symbolic link to `target` unless it is one already.
 * @param {string} link
 * @param {string} target
 */
export function linkTo(link, target) {
  const relative = path.relative(path.dirname(link), target);
  try {
    if (fs.readlinkSync(link) === relative) return;
  } catch {
    // absent, or not a link
  }
  fs.rmSync(link, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.symlinkSync(relative, link);
}

/**
 * Removes a file or folder, however much of it there is.
 * @param {string} target
 */
export function remove(target) {
  fs.rmSync(target, { recursive: true, force: true, maxRetries: 3 });
}
