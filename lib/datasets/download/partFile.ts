/** A file that is being downloaded (`FILE.part`), what is remembered about it, and plain file helpers. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { DownloadError } from './http';
import type { Checksum } from './sources';

/** What is remembered about a part of a file. */
export interface PartState {
  url: string;
  /** Strong `ETag`, else `Last-Modified`: what `If-Range` takes. */
  validator?: string;
  total?: number;
}

/** What is known about the part of `url`; nothing when it came from elsewhere. */
export async function readState(part: string, url: string): Promise<PartState> {
  try {
    const state = JSON.parse(await readFile(`${part}.json`, 'utf8')) as PartState;
    return state.url === url ? state : { url };
  } catch {
    return { url };
  }
}

/** Size of a file, 0 when there is none. */
export async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Deletes a part and what is remembered about it. */
export async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

/** Remembers `state` beside the part. */
export async function writeState(part: string, state: PartState): Promise<void> {
  await writeFile(`${part}.json`, JSON.stringify(state));
}

/** Hexadecimal digest of a file's content. */
export async function hashFile(
  file: string,
  algorithm: Checksum['algorithm'],
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  const stream = createReadStream(file, { highWaterMark: 2 ** 20, signal });
  for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** An error of the file system in plain words; every other error as it is. */
export function diskError(error: Error, file: string): Error {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const remedy =
      'Free some space, or pass --root DIR on a larger disk; then run the command again.';
    return new DownloadError(`The disk is full while writing ${file}. ${remedy}`);
  }
  if (path !== undefined) return new DownloadError(`The file system refuses: ${error.message}.`);
  return error;
}
