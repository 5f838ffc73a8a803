/**
 * A folder of texts by key, for what can be made again: each begins with its own checksum, so that one that is torn or
 * damaged reads as absent. Several processes may use it at once, and what cannot be written is simply not kept.
 */
import { createHash } from 'crypto';
import fs from 'fs';
import path from 'path';
import { threadId } from 'worker_threads';

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * SHA-256 (hex) of texts, told apart where one ends and the next begins.
 * @param {string[]} texts
 */
export function digest(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('hex');
}

export class Store {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /**
   * The text of `key`, or undefined.
   * @param {string} key
   */
  read(key) {
    try {
      const content = fs.readFileSync(path.join(this.folder, key), 'utf8');
      const end = content.indexOf('\n');
      const text = content.slice(end + 1);
      return content.slice(0, end) === digest(text) ? text : undefined;
    } catch {
      return undefined; // it is made again
    }
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  write(key, text) {
    const file = path.join(this.folder, key);
    const partial = `${file}.${process.pid}-${threadId}.partial`;
    try {
      fs.mkdirSync(this.folder, { recursive: true });
      fs.writeFileSync(partial, `${digest(text)}\n${text}`);
      fs.renameSync(partial, file);
    } catch {
      fs.rmSync(partial, { force: true });
    }
  }

  /**
   * Removes what was written more than `days` ago.
   * @param {number} days
   */
  prune(days) {
    const oldest = Date.now() - days * MILLISECONDS_PER_DAY;
    try {
      for (const name of fs.readdirSync(this.folder)) {
        const file = path.join(this.folder, name);
        if (fs.statSync(file).mtimeMs < oldest) fs.rmSync(file, { force: true });
      }
    } catch {
      // absent, or another process prunes it
    }
  }
}
