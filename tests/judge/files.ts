/** Writes label maps and predictions for the judge's tests. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';

export interface GreyMap {
  height: number;
  width: number;
  ids: readonly number[];
  /** 16 bits a pixel (default 8). */
  wide?: boolean;
}

/** A grey PNG of class ids. */
export function greyPng({ height, width, ids, wide = false }: GreyMap): Promise<Buffer> {
  const raw = wide
    ? { data: Uint16Array.from(ids), space: 'grey16' }
    : { data: Uint8Array.from(ids), space: 'b-w' };
  return sharp(raw.data, { raw: { width, height, channels: 1 } })
    .toColourspace(raw.space)
    .png()
    .toBuffer();
}

/** A colour PNG. */
export function colourPng(height: number, width: number, colours: readonly (readonly number[])[]) {
  return sharp(Uint8Array.from(colours.flat()), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Writes files below a folder of its own and calls `use` with it; removes it afterwards. */
export async function inFolder<Result>(
  files: Readonly<Record<string, Buffer | string | Promise<Buffer>>>,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'judge-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, await content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A .npy file of float32. */
export function npy(shape: readonly number[], values: readonly number[], descr = '<f4'): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, 'latin1'); // 128 with what is before it
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([start, header, Buffer.from(Float32Array.from(values).buffer)]);
}

/** Calls the bytes of a file's only tensor half floats of `shape`. */
export async function asHalves(file: string, shape: readonly number[]): Promise<void> {
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as { a: object };
  const text = Buffer.from(JSON.stringify({ a: { ...header.a, dtype: 'F16', shape } }).padEnd(128));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  await writeFile(file, Buffer.concat([start, text, bytes.subarray(8 + length)]));
}
