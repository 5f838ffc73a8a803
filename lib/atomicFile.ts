/** Files that are whole or not there: written to a temporary name, synced, then renamed. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { toldPlainly } from './files';

/** Bytes of one write: the kernel takes no more than 2 GiB. */
const PIECE_BYTES = 2 ** 30;

/**
 * Replaces `file` by `content`, its parts one after the other, all or nothing; on failure the temporary file is removed.
 *
 * @throws InputError that names the file and the remedy where the file system refuses, with its `code`.
 */
export function writeAtomically(file: string, ...content: Uint8Array[]): Promise<void> {
  return toldPlainly('writeAtomically', file, () => replace(file, content));
}

async function replace(file: string, content: readonly Uint8Array[]): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const part of content) {
        for (let from = 0; from < part.length; from += PIECE_BYTES) {
          await handle.writeFile(part.subarray(from, from + PIECE_BYTES));
        }
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first refusal is the one to tell
    throw error;
  }
  const folder = await open(path.dirname(file), 'r');
  await folder.sync().finally(() => folder.close()); // the new name itself
}
