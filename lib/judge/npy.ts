/** Reads NumPy's .npy files of floats (NEP 1; numpy.lib.format, versions 1 to 3). */
import { described, invalid } from '../check';
import { readBytes } from '../datasets/decode/readBytes';
import { foreignFormat } from '../datasets/decode/format';

/** Floats as stored: half floats by their bits. */
export interface FloatArray {
  shape: number[];
  values: Float32Array | Uint16Array;
}

/**
 * @throws InputError that names the file: unreadable, no .npy file, truncated, numbers other than little-endian float16 or
 *   float32, or in Fortran's order.
 */
export async function readNpy(file: string): Promise<FloatArray> {
  const where = 'readNpy';
  const bytes = await readBytes(where, file, 'a readable .npy file');
  if (bytes.toString('latin1', 0, 6) !== '\x93NUMPY' || bytes.length < 12) {
    throw invalid(
      where,
      'file',
      'a .npy file',
      foreignFormat(file, bytes).got,
      'Write it by numpy.save.',
    );
  }
  const isLong = bytes[6] >= 2;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, end);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1].match(/\d+/g)?.map(Number);
  if (descr !== '<f4' && descr !== '<f2') {
    const got = described(`${descr ?? 'a structure'} in ${file}`);
    throw invalid(where, 'numbers', 'float16 or float32', got, "Save array.astype('float32').");
  }
  if (!/'fortran_order'\s*:\s*False/.test(header) || shape === undefined) {
    const remedy = 'Save numpy.ascontiguousarray(array).';
    throw invalid(where, 'array', 'in C order', described(header.trim()), remedy);
  }
  const size = shape.reduce((product, side) => product * side, descr === '<f4' ? 4 : 2);
  if (end + size !== bytes.length) {
    const got = described(`${bytes.length - end} in ${file}`);
    throw invalid(where, 'bytes behind the header', `${size}, for ${shape.join('×')}`, got);
  }
  return { shape, values: floatsOf(bytes.subarray(end), descr === '<f4') };
}

/** The numbers in some bytes, copied only where they do not lie at a multiple of their size. */
export function floatsOf(bytes: Uint8Array, isSingle: boolean): Float32Array | Uint16Array {
  const { BYTES_PER_ELEMENT: size } = isSingle ? Float32Array : Uint16Array;
  const own = bytes.byteOffset % size === 0 ? bytes : Uint8Array.from(bytes);
  const place = [own.buffer as ArrayBuffer, own.byteOffset, own.byteLength / size] as const;
  return isSingle ? new Float32Array(...place) : new Uint16Array(...place);
}
