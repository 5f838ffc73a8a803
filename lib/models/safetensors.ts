/**
 * Reader and writer of the safetensors format (https://huggingface.co/docs/safetensors): 8 bytes of header length,
 * a JSON header, then the raw little-endian values of every tensor without gaps.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { writeAtomically } from '../atomicFile';
import { InputError } from '../check';

/** Typed arrays by the format's dtype names. */
const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;

/** The format's own limit. */
const MOST_HEADER_BYTES = 100_000_000;

type Dtype = keyof typeof ARRAYS;

/** Bytes of an element. */
const byteSizes = Object.fromEntries(
  Object.entries(ARRAYS).map(([name, array]) => [name, array.BYTES_PER_ELEMENT]),
) as Record<Dtype, number>;

/** Values in row-major order; the dtype of the file follows from the array's type. */
export interface StoredTensor {
  shape: number[];
  values: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

interface Entry<Name extends string = Dtype> {
  dtype: Name;
  shape: number[];
  data_offsets: [number, number];
}

/** The tensors of a file by name, in the order of its data, and the strings of its `__metadata__`. */
export interface SafetensorsFile {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

/**
 * Reads a whole file. Throws InputError, with the path and what was found, on a file that is truncated, is not
 * safetensors, has tensors that overlap, leave gaps or disagree with their shape, or a dtype other than F64, F32, I64,
 * I32, U8; and the file system's own error where it cannot be read.
 */
export async function readSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await open(file, 'r');
  try {
    return await readTensors(file, handle);
  } finally {
    await handle.close();
  }
}

/** Tensor by tensor: `readFile` takes no file of more than 2 GiB. */
async function readTensors(file: string, handle: FileHandle): Promise<SafetensorsFile> {
  const { metadata, dataStart, entries } = await locate(file, handle, byteSizes);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of entries) {
    const raw = await readPart(file, handle, dataStart + entry.data_offsets[0], size(entry));
    tensors.set(name, { shape: entry.shape, values: new ARRAYS[entry.dtype](raw.buffer) });
  }
  return { tensors, metadata };
}

/** One tensor of a file by its bytes, little-endian, in memory of its own. */
export interface RawTensor<Name extends string> {
  dtype: Name;
  shape: number[];
  bytes: Uint8Array;
}

/** The names of a file's tensors, in the order of its data; nothing of their values is read. @throws InputError as `readRawTensor`. */
export async function tensorNames(
  file: string,
  dtypes: Readonly<Record<string, number>>,
): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    return (await locate(file, handle, dtypes)).entries.map(([name]) => name);
  } finally {
    await handle.close();
  }
}

/**
 * Reads one tensor of a file and none of the others.
 *
 * @param dtypes the dtypes that are read, with the bytes of an element
 * @throws InputError as `readSafetensors`, and for a tensor that is not there
 */
export async function readRawTensor<Name extends string>(
  file: string,
  tensor: string,
  dtypes: Readonly<Record<Name, number>>,
): Promise<RawTensor<Name>> {
  const handle = await open(file, 'r');
  try {
    const { dataStart, entries } = await locate(file, handle, dtypes);
    const entry = entries.find(([name]) => name === tensor)?.[1];
    if (entry === undefined) throw corrupt(file, `no tensor '${tensor}'`);
    const bytes = await readPart(file, handle, dataStart + entry.data_offsets[0], size(entry));
    return { dtype: entry.dtype, shape: entry.shape, bytes };
  } finally {
    await handle.close();
  }
}

/** Where the tensors lie, in the order of the data, checked as a whole. */
async function locate<Name extends string>(
  file: string,
  handle: FileHandle,
  dtypes: Readonly<Record<Name, number>>,
) {
  const { size: length } = await handle.stat();
  const { header, dataStart } = await readHeader(file, handle, length);
  const { __metadata__: metadata = {}, ...found } = header;
  if (!isTexts(metadata)) {
    throw corrupt(file, `metadata ${JSON.stringify(metadata)}; it must be an object of strings`);
  }
  const entries = Object.entries(found)
    .map(([name, entry]) => [name, checkEntry(file, name, entry, dtypes)] as const)
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || size(a) - size(b));
  let end = 0;
  for (const [name, entry] of entries) {
    const [from, to] = entry.data_offsets;
    if (from !== end) throw corrupt(file, `tensor '${name}' starts at byte ${from}, not ${end}`);
    end = to;
    if (dataStart + to > length) {
      const missing = dataStart + to - length;
      throw corrupt(file, `truncated: tensor '${name}' ends ${missing} bytes after the file's end`);
    }
  }
  const surplus = length - dataStart - end;
  if (surplus > 0) throw corrupt(file, `${surplus} bytes after the last tensor`);
  return { metadata, dataStart, entries };
}

/** Bytes of one read: the kernel gives no more than 2 GiB. */
const PIECE_BYTES = 2 ** 30;

/** In memory of its own, as a typed array must start at a multiple of its element size. */
async function readPart(file: string, handle: FileHandle, from: number, length: number) {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const piece = Math.min(PIECE_BYTES, length - done);
    const { bytesRead } = await handle.read(bytes, done, piece, from + done);
    if (bytesRead === 0) throw corrupt(file, `truncated: ${length - done} bytes are missing`);
    done += bytesRead;
  }
  return bytes;
}

/**
 * Writes tensors so that `file` either keeps its old content or has all of the new one, even after a power cut:
 * a temporary file beside it, flushed to the disk, then renamed. Same tensors, same bytes.
 */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Promise<void> {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const parts: Uint8Array[] = [];
  let offset = 0;
  // Wide elements first, so that every tensor starts at a multiple of its element size.
  const inOrder = [...tensors].sort(
    ([, a], [, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT,
  );
  for (const [name, { shape, values }] of inOrder) {
    const end = offset + values.byteLength;
    const entry: Entry = { dtype: dtypeOf(values), shape, data_offsets: [offset, end] };
    header[name] = checkEntry(file, name, entry, byteSizes);
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await writeAtomically(file, length, padded, ...parts);
}

async function readHeader(file: string, handle: FileHandle, bytes: number) {
  if (bytes < 8) throw corrupt(file, `${bytes} bytes, too few for a header`);
  const start = Buffer.from(await readPart(file, handle, 0, 8));
  const length = start.readBigUInt64LE(0);
  if (length > BigInt(bytes - 8)) {
    throw corrupt(file, `a header of ${length} bytes announced in a file of ${bytes} bytes`);
  }
  if (length > MOST_HEADER_BYTES) throw corrupt(file, `a header of ${length} bytes announced`);
  const dataStart = 8 + Number(length);
  const text = Buffer.from(await readPart(file, handle, 8, Number(length)));
  try {
    const header: unknown = JSON.parse(text.toString('utf8'));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) {
      return { header: header as Record<string, unknown>, dataStart };
    }
  } catch {
    // reported below
  }
  const found = JSON.stringify(text.toString('latin1', 0, 32));
  throw corrupt(file, `a header that is not a JSON object: ${found}`);
}

function checkEntry<Name extends string>(
  file: string,
  name: string,
  value: unknown,
  dtypes: Readonly<Record<Name, number>>,
): Entry<Name> {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry<Name>>;
  const found = `tensor '${name}' as ${JSON.stringify(value)}`;
  if (!dtype || !Object.hasOwn(dtypes, dtype)) {
    throw corrupt(file, `${found}; its dtype must be one of ${Object.keys(dtypes).join(', ')}`);
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw corrupt(file, `${found}; shape and data_offsets must be non-negative integers`);
  }
  const entry: Entry<Name> = { dtype, shape, data_offsets: offsets };
  const expected = shape.reduce((a, b) => a * b, dtypes[dtype]);
  if (size(entry) !== expected) {
    throw corrupt(file, `${found}; ${expected} bytes are needed for that shape`);
  }
  return entry;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

function size({ data_offsets: [from, to] }: Entry<string>): number {
  return to - from;
}

function dtypeOf(values: StoredTensor['values']): Dtype {
  const names = Object.keys(ARRAYS) as Dtype[];
  return names.find((name) => values instanceof ARRAYS[name]) as Dtype;
}

function corrupt(file: string, found: string): InputError {
  return new InputError(
    `safetensors: file must be a complete safetensors file, got ${file} with ${found}. ` +
      'Write or download it again.',
  );
}
