/** The source files of this repository as they are on the disk now. */
import { createHash } from 'crypto';
import fs from 'fs';

/** Reads each file once for each of its states. */
export class Sources {
  /** @type {Map<string, { stamp: string, hash: string }>} */
  #known = new Map();

  /**
   * SHA-256 (hex) of a file's content, or undefined where there is no such file.
   * @param {string} file
   */
  hash(file) {
    const stamp = stampOf(file);
    if (stamp === undefined) return undefined;
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.hash;
    const hash = contentHash(fs.readFileSync(file));
    this.#known.set(file, { stamp, hash });
    return hash;
  }
}

/**
 * Differs between any two states of a file; undefined where there is none.
 * @param {string} file
 */
export function stampOf(file) {
  const stat = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.mtimeNs} ${stat.ctimeNs} ${stat.size} ${stat.ino}` : undefined;
}

/**
 * SHA-256 (hex) of a file's content.
 * @param {string | Uint8Array} content
 */
export function contentHash(content) {
  return createHash('sha256').update(content).digest('hex');
}
