/** Tiny image files for the tests: PNGs written byte by byte, JPEGs by sharp, a CamVid folder of both. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { prefetch } from '../../lib/datasets/prefetch';
import type { SegmentationDataset } from '../../lib/datasets/datasetTypes';

/** Runs `use` with a new folder that is deleted afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pat-datasets-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A PNG of one channel (or, with `palette`, of indexes). */
export interface RawPng {
  width: number;
  height: number;
  /** 1, 2, 4, 8 (default) or 16. */
  bitDepth?: number;
  values: readonly number[];
  /** Red, green, blue of each entry. */
  palette?: readonly number[];
  /** Chunks between the header and the pixels: type and content. */
  extra?: readonly (readonly [string, Buffer])[];
}

export function pngBytes({ width, height, bitDepth = 8, values, palette, extra = [] }: RawPng) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  header[9] = palette ? 3 : 0;
  const stride = 1 + Math.ceil((width * bitDepth) / 8);
  const rows = Buffer.alloc(stride * height);
  values.forEach((value, i) => {
    const row = stride * Math.floor(i / width) + 1;
    const bit = (i % width) * bitDepth;
    if (bitDepth === 16) rows.writeUInt16BE(value, row + bit / 8);
    else rows[row + (bit >> 3)] |= value << (8 - bitDepth - (bit & 7));
  });
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...extra.map(([type, content]) => chunk(type, content)),
    ...(palette ? [chunk('PLTE', Buffer.from(palette))] : []),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(content.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, check]);
}

/** An RGB image whose pixels tell its number and their place. */
export function rgbPixels(height: number, width: number, number: number): Buffer {
  return Buffer.from(
    Array.from({ length: height * width }, (_, i) => [
      (40 * number) % 256,
      Math.floor(i / width),
      i % width,
    ]).flat(),
  );
}

/** A folder `ROOT/camvid/CamVid` with `count` images of `height` x `width` in one part. */
export interface TinyCamvid {
  count: number;
  height?: number;
  width?: number;
  part?: 'train' | 'val' | 'test';
  format?: 'png' | 'jpg';
  /** Label of pixel `i` of image `image`; default cycles through 0–11. */
  label?: (image: number, i: number) => number;
  /** Lines of the list file, from the stems; none by default. */
  list?: (stems: readonly string[]) => string[];
}

export async function writeCamvid(root: string, options: TinyCamvid): Promise<string> {
  const { count, height = 4, width = 6, part = 'train', format = 'png' } = options;
  const { label = (image, i) => (image + i) % 12, list } = options;
  const folder = path.join(root, 'camvid', 'CamVid');
  await mkdir(path.join(folder, part), { recursive: true });
  await mkdir(path.join(folder, `${part}annot`), { recursive: true });
  const stems = Array.from({ length: count }, (_, image) => `frame_${image}`);
  for (const [image, stem] of stems.entries()) {
    const raw = { width, height, channels: 3 } as const;
    const file = path.join(folder, part, `${stem}.${format}`);
    await sharp(rgbPixels(height, width, image), { raw }).toFile(file);
    const values = Array.from({ length: height * width }, (_, i) => label(image, i));
    await writeFile(
      path.join(folder, `${part}annot`, `${stem}.png`),
      pngBytes({ width, height, values }),
    );
  }
  if (list) await writeFile(path.join(folder, `${part}.txt`), list(stems).join('\n'));
  return folder;
}

/** Writes an image (format by its name) and its label file, with the folders they need. */
export async function writePair(
  image: string,
  mask: string,
  { height = 4, width = 6, number = 0, label = () => 0 }: PairOptions = {},
): Promise<void> {
  await mkdir(path.dirname(image), { recursive: true });
  await mkdir(path.dirname(mask), { recursive: true });
  const raw = { width, height, channels: 3 } as const;
  await sharp(rgbPixels(height, width, number), { raw }).toFile(image);
  const values = Array.from({ length: height * width }, (_, i) => label(i));
  await writeFile(mask, pngBytes({ width, height, values }));
}

export interface PairOptions {
  height?: number;
  width?: number;
  /** The red of every pixel is 40 times this. */
  number?: number;
  /** Stored value of pixel `i`; default 0. */
  label?: (i: number) => number;
}

/** The names of a split's samples, in order. */
export async function namesOf(dataset: SegmentationDataset): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < dataset.length; i++) names.push((await dataset.labelMap(i)).name);
  return names;
}

/** Pixels of each label value of some data sets, and the images that each occurs in. */
export async function countLabels(
  datasets: readonly SegmentationDataset[],
): Promise<{ images: number; pixels: number[]; presence: number[] }> {
  const pixels = Array<number>(256).fill(0);
  const presence = Array<number>(256).fill(0);
  let images = 0;
  for (const dataset of datasets) {
    const indexes = Array.from({ length: dataset.length }, (_, index) => index);
    const load = (index: number) => dataset.labelMap(index);
    for await (const { labels } of prefetch(indexes, load, { ahead: 8 })) {
      const counts = new Float64Array(256);
      for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
      counts.forEach((count, value) => {
        pixels[value] += count;
        presence[value] += Math.sign(count);
      });
      images += 1;
    }
  }
  return { images, pixels, presence };
}
