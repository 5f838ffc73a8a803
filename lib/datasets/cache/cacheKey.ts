/** The name under which decoded samples are found again. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { hasNativeDecoder } from '../decode/nativeDecoder';

/** Raise when the layout of cache files or what decoding gives changes. */
const layout = 2;

/**
 * 20 hexadecimal digits from `identity`, the decoder and the absolute path, size and modification time (in
 * nanoseconds) of each file. A file that cannot be found counts as such: the error is left to who
 * reads it.
 */
export async function cacheKey(
  identity: Readonly<Record<string, unknown>>,
  files: readonly string[],
): Promise<string> {
  const hash = createHash('sha256');
  const names = Object.keys(identity).sort();
  hash.update(
    JSON.stringify([layout, hasNativeDecoder, names.map((name) => [name, identity[name]])]),
  );
  const absolute = files.map((file) => path.resolve(file));
  for (let start = 0; start < absolute.length; start += 64) {
    const lines = await Promise.all(absolute.slice(start, start + 64).map(describeFile));
    hash.update(lines.join(''));
  }
  return hash.digest('hex').slice(0, 20);
}

async function describeFile(file: string): Promise<string> {
  try {
    const { size, mtimeNs } = await stat(file, { bigint: true });
    return `${JSON.stringify(file)} ${size} ${mtimeNs}\n`;
  } catch {
    return `${JSON.stringify(file)} missing\n`;
  }
}
