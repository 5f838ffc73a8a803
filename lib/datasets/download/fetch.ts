/**
 * Downloads one file: goes on where an earlier attempt stopped (HTTP range requests, RFC 9110 §14),
 * tries again with growing pauses when the connection drops, and lets the file appear under its name
 * only when it is complete and its checksum is right.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError, get, networkError, totalOf, TransientError, validatorOf } from './http';
import { discard, diskError, hashFile, readState, sizeOf, writeState } from './partFile';
import type { PartState } from './partFile';
import type { Checksum } from './sources';

export interface DownloadOptions {
  url: string;
  /** Where the file goes; until it is complete, `FILE.part` and `FILE.part.json`. */
  file: string;
  /** The exact size, where it is known: any other is refused. */
  bytes?: number;
  checksum?: Checksum;
  /** Stops the download; what has come stays for the next one. */
  signal?: AbortSignal;
  onProgress?: (received: number, total: number | undefined) => void;
  /** Told of each drop that is followed by another attempt. */
  onRetry?: (message: string) => void;
  /** Attempts in a row that bring less than 1 MiB, beyond the first (default 5). */
  retries?: number;
  /** First pause between attempts in milliseconds, doubled up to 30 s (default 1000). */
  pause?: number;
  /** Milliseconds without a byte after which the connection counts as dropped (default 60 000). */
  timeout?: number;
}

/** An attempt that brings at least this much is no failure of the line. */
const progressBytes = 2 ** 20;
const longestPause = 30_000;
/** Times that a file may begin anew, because the server changed or refused its rest. */
const maxRestarts = 3;
/** The network waits for the disk when this much is not written yet. */
const waitingBytes = 2 ** 23;
/** Where no size is known, more than this is no data set of the table. */
const maxUnknownBytes = 4e9;

/**
 * Downloads `url` to `file`.
 *
 * @throws DownloadError for a wrong checksum or size (the part is deleted then), a full disk, an
 *   answer that will not change, or a connection that keeps dropping (the part stays).
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { url, file, checksum, signal, retries = 5, pause = 1000 } = options;
  const part = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  let failures = 0;
  let restarts = 0;
  for (let done = false; !done;) {
    const before = await sizeOf(part);
    try {
      await attempt(options, part);
      done = true;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      const after = await sizeOf(part);
      if (after < before && ++restarts > maxRestarts) {
        throw new DownloadError(
          `${url} changes between attempts, or will not send its rest. Try later.`,
        );
      }
      failures = after - before >= progressBytes ? 1 : failures + 1;
      if (failures > retries) throw givenUp(error, failures, after, part);
      const wait = Math.max(
        1000 * error.retryAfter,
        Math.min(longestPause, pause * 2 ** (failures - 1)),
      );
      options.onRetry?.(`${error.message} Trying again in ${wait / 1000} s, at ${after} bytes.`);
      await sleep(wait, undefined, { signal });
    }
  }
  if (checksum) await verifyPart(part, url, checksum, signal);
  await rename(part, file);
  await rm(`${part}.json`, { force: true });
}

/** Makes the part complete, or throws; the part then holds what came. */
async function attempt(options: DownloadOptions, part: string): Promise<void> {
  const { url, bytes, checksum, signal, timeout = 60_000 } = options;
  const state = await readState(part, url);
  let size = await sizeOf(part);
  // Without a validator only the checksum can tell that both halves are of one file.
  const usable = state.validator !== undefined || checksum !== undefined;
  if (size > (bytes ?? state.total ?? Infinity) || !usable) size = 0;
  if (size > 0 && size === (bytes ?? state.total)) return;

  const condition = state.validator === undefined ? {} : { 'If-Range': state.validator };
  const headers = size > 0 ? { Range: `bytes=${size}-`, ...condition } : {};
  const response = await get(url, { headers, signal, timeout });
  try {
    const start = rangeStart(response, size, state);
    if (start === undefined) {
      await discard(part);
      throw new TransientError(`${url}: the server cannot go on at byte ${size}.`);
    }
    const total = totalOf(response);
    if (bytes !== undefined && total !== undefined && total !== bytes) {
      await discard(part);
      throw new DownloadError(
        `${url}: the server announces ${total} bytes, the published file has ${bytes}. It is another ` +
          'file (or the page of a sign-in): look at the address in a browser.',
      );
    }
    const validator = validatorOf(response);
    const begin = async () => {
      await writeState(part, { url, validator, total });
      return open(part, start > 0 ? 'r+' : 'w');
    };
    await receive(response, begin(), start, total, options);
  } catch (error) {
    if (error instanceof TooLong) await discard(part);
    throw networkError(new URL(url), diskError(error as Error, part));
  } finally {
    response.destroy();
  }
}

class TooLong extends DownloadError {}

/**
 * Writes the body at `start`. Chunks are taken from the first moment and as they come: what waits in
 * the response when the connection drops would be lost.
 */
async function receive(
  response: IncomingMessage,
  opening: Promise<FileHandle>,
  start: number,
  total: number | undefined,
  { url, bytes, onProgress }: DownloadOptions,
): Promise<void> {
  const limit = bytes ?? total ?? maxUnknownBytes;
  let received = start;
  let written = start;
  let writes: Promise<unknown> = opening;
  const write = async (chunk: Buffer) => {
    const handle = await opening;
    for (let rest = chunk; rest.length > 0;) {
      const { bytesWritten } = await handle.write(rest, 0, rest.length, written);
      rest = rest.subarray(bytesWritten);
      written += bytesWritten;
    }
    if (received - written < waitingBytes) response.resume();
    onProgress?.(written, total ?? bytes);
  };
  opening.catch((error: Error) => response.destroy(error));
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > limit) {
      const what = `${url}: the server sends more than ${limit} bytes. What came is deleted.`;
      response.destroy(new TooLong(what));
      return;
    }
    if (received - written >= waitingBytes) response.pause();
    writes = writes.then(() => write(chunk));
    writes.catch((error: Error) => response.destroy(error));
  });
  try {
    await finished(response);
  } finally {
    await writes.finally(async () => (await opening).close());
  }
  if (!response.complete || written < (bytes ?? total ?? 0)) {
    throw new TransientError(`${url}: the connection ended at ${written} bytes.`);
  }
}

/** Where the body of `response` begins in the file; undefined when it does not fit the part. */
function rangeStart(response: IncomingMessage, size: number, state: PartState): number | undefined {
  if (response.statusCode === 200) return 0;
  if (response.statusCode === 416) return undefined;
  const range = /^bytes (\d+)-\d+\//.exec(response.headers['content-range'] ?? '');
  const validator = validatorOf(response);
  const same =
    state.validator === undefined || validator === undefined || validator === state.validator;
  return range !== null && Number(range[1]) === size && same ? size : undefined;
}

async function verifyPart(
  part: string,
  url: string,
  checksum: Checksum,
  signal: AbortSignal | undefined,
): Promise<void> {
  const got = await hashFile(part, checksum.algorithm, signal);
  if (got === checksum.digest) return;
  await discard(part);
  throw new DownloadError(
    `${url}: the ${checksum.algorithm} is ${got}, published is ${checksum.digest}. The download is ` +
      'deleted; run the command again, and if it stays so, the file on the server is another one.',
  );
}

function givenUp(error: Error, failures: number, size: number, part: string): DownloadError {
  return new DownloadError(
    `${error.message} Given up after ${failures} attempts; ${size} bytes are kept in ${part}. Run the ` +
      'same command to go on there.',
  );
}
