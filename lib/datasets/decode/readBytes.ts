/** Reads the files of a data set, and only what is a file: opening a pipe would wait for ever. */
import fs from 'node:fs';
import { promisify } from 'node:util';
import { described, InputError, invalid } from '../../check';

const read = promisify(fs.read);

/** A pipe is opened at once, and known by its kind then. Windows has none, nor the flag. */
const openFlags = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/**
 * The file's bytes. One task in the thread pool a file, where `fs.promises.readFile` takes four and eight times the
 * main thread's time.
 *
 * @throws InputError that names the file when it cannot be read, or is none; `expected` says what it must be.
 */
export async function readBytes(
  where: string,
  file: string,
  expected = 'a readable image file',
): Promise<Buffer> {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, openFlags);
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile()) throw notAFile(where, file, expected, stats);
    const { size } = stats;
    const bytes = Buffer.allocUnsafeSlow(size);
    let length = 0;
    for (let part = 1; part > 0 && length < size; length += part) {
      part = (await read(descriptor, bytes, length, size - length, length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'The file does not exist.' : `${message}.`;
    throw invalid(where, 'file', expected, file, why);
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/**
 * The text of a file in UTF-8, with or without a byte order mark.
 *
 * @throws InputError as `readBytes`, and for text in another encoding.
 */
export async function readText(where: string, file: string, expected: string): Promise<string> {
  const bytes = await readBytes(where, file, expected);
  const first = bytes.toString('latin1', 0, 2);
  try {
    if (first === '\xff\xfe' || first === '\xfe\xff' || bytes.includes(0)) throw new TypeError();
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const encoding = bytes.includes(0) ? 'UTF-16' : 'another encoding';
    const got = described(`'${file}', which is in ${encoding}`);
    throw invalid(where, 'file', `${expected} in UTF-8`, got, 'Save it as UTF-8.');
  }
}

function notAFile(where: string, file: string, expected: string, stats: fs.Stats): InputError {
  const kinds = [
    ['a folder', stats.isDirectory()],
    ['a FIFO (named pipe)', stats.isFIFO()],
    ['a socket', stats.isSocket()],
  ] as const;
  const kind = kinds.find(([, is]) => is)?.[0] ?? 'a device';
  const got = described(`'${file}', which is ${kind}`);
  return invalid(where, 'file', expected, got, 'Take it out, or put the file there.');
}
