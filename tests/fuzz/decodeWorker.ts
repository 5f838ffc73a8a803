/**
 * Decodes generated files in a process of its own, so that one which ends the process is seen:
 *
 *     node --import tsx decodeWorker.ts KIND SEED COUNT FOLDER ROUTE
 *
 * Each case is written as FOLDER/case before it is decoded; FOLDER/outcomes.json has a word for each: `refused`, or a hash
 * of what came out. ROUTE `sharp` goes without the native decoder.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { InputError } from '../../lib/check';
import type * as Image from '../../lib/datasets/decode/image';
import type * as Mask from '../../lib/datasets/decode/mask';
import {
  channelsOf,
  contentOf,
  damage,
  damagedBytes,
  damagedPng,
  pngChunks,
  pngPlan,
} from './imageBytes';
import type { PngPlan } from './imageBytes';

const [kind, seed, count, folder, route] = process.argv.slice(2);
/** Of the processor, for one case; how long that takes depends on what else the machine does. */
const MOST_SECONDS = 30;

const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
const load = loader._load;
if (route === 'sharp') {
  loader._load = (request, ...rest) => {
    if (request.endsWith('image_decoder.node')) throw new Error('left out');
    return load(request, ...rest);
  };
}
/* eslint-disable @typescript-eslint/no-require-imports -- after what they load was changed */
const { decodeImage, readImageHeader } = require('../../lib/datasets/decode/image') as typeof Image;
const { decodeMask } = require('../../lib/datasets/decode/mask') as typeof Mask;
/* eslint-enable @typescript-eslint/no-require-imports */

const file = path.join(folder, 'case');
const outcomes: string[] = [];
const hash = (...parts: (Uint8Array | string)[]) =>
  parts
    .reduce((sum, part) => sum.update(part), createHash('sha1'))
    .digest('hex')
    .slice(0, 12);

/** Writes the bytes, decodes, and keeps the outcome; a refusal must name the file. */
async function outcome(bytes: Buffer, decode: () => Promise<string>): Promise<string> {
  writeFileSync(file, bytes);
  const start = process.cpuUsage();
  let found: string;
  try {
    found = await decode();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (!error.message.includes(file)) throw new Error(`names no file: ${error.message}`);
    found = 'refused';
  }
  const { user, system } = process.cpuUsage(start);
  if (user + system > 1e6 * MOST_SECONDS) throw new Error('took too long');
  outcomes.push(found);
  if (outcomes.length % 50 === 0) process.send?.(outcomes.length);
  return found;
}

const optionalSize = fc.option(
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 })),
);
const damages = fc.oneof(
  { arbitrary: fc.constant([]), weight: 1 },
  { arbitrary: fc.array(damage, { minLength: 1, maxLength: 3 }), weight: 3 },
);
const table = Int16Array.from({ length: 256 }, (_, value) => value);

/** The numbers in a mask, and ids of the colours of a colour mask. */
function expectedLabels(plan: PngPlan): { labels: number[]; colours: Map<number, number> } {
  const { values } = contentOf(plan);
  const channels = channelsOf[plan.colour];
  const eight = (value: number) => (plan.depth === 16 ? value >> 8 : value);
  const colours = new Map<number, number>();
  const labels = Array.from({ length: plan.width * plan.height }, (_, i) => {
    const at = i * channels;
    if (channels < 3) return values[at];
    const key = (eight(values[at]) << 16) | (eight(values[at + 1]) << 8) | eight(values[at + 2]);
    if (!colours.has(key)) colours.set(key, colours.size % 256);
    return colours.get(key) as number;
  });
  return { labels, colours };
}

const mask = fc.asyncProperty(pngPlan, damages, optionalSize, async (plan, list, size) => {
  const { labels: stored, colours } = expectedLabels(plan);
  const bytes = damagedPng(pngChunks(plan), list);
  const options = { labelTable: table, colours, ...(size && { size }) };
  let labels: Uint8Array | undefined;
  const found = await outcome(bytes, async () => {
    const decoded = await decodeMask(file, options);
    labels = decoded.labels;
    return hash(labels, `${decoded.height}x${decoded.width}`);
  });
  if (list.length > 0) return;
  const tooLarge = channelsOf[plan.colour] < 3 && stored.some((value) => value > 255);
  if (tooLarge !== (found === 'refused')) throw new Error(`${found}, values over 255: ${tooLarge}`);
  if (labels === undefined) return;
  const [height, width] = size ?? [plan.height, plan.width];
  const at = (i: number, to: number, from: number) => Math.floor(((i + 0.5) * from) / to);
  labels.forEach((label, i) => {
    const row = at(Math.floor(i / width), height, plan.height);
    const column = at(i % width, width, plan.width);
    const expected = stored[row * plan.width + column];
    if (label !== expected) throw new Error(`label ${i} is ${label}, not ${expected}`);
  });
});

/** Red, green, blue of each pixel; undefined where an index has no colour. */
function expectedPixels(plan: PngPlan): number[] | undefined {
  const { values, palette } = contentOf(plan);
  const { colour, depth } = plan;
  const channels = channelsOf[colour];
  const eight = (value: number) =>
    depth === 16 ? value >> 8 : Math.round((value * 255) / (2 ** depth - 1));
  const pixels = Array.from({ length: plan.width * plan.height }, (_, i) => {
    const at = i * channels;
    if (colour === 3) return [0, 1, 2].map((c) => palette[3 * values[at] + c]);
    return [0, 1, 2].map((c) => eight(values[at + (channels < 3 ? 0 : c)]));
  }).flat();
  return pixels.includes(undefined as unknown as number) ? undefined : pixels;
}

async function decoded(
  size: [number, number] | null,
  upright: boolean,
): Promise<[string, Uint8Array]> {
  const header = await readImageHeader(file);
  const { image, height, width, fileHeight, fileWidth, orientation, bitDepth } = await decodeImage(
    file,
    { ...(size && { size }), upright },
  );
  const turned = upright && orientation >= 5;
  const [rows, columns] = turned ? [header.width, header.height] : [header.height, header.width];
  const sizes = [fileHeight, fileWidth, height, width];
  const told = [rows, columns, ...(size ?? [rows, columns])];
  if (sizes.join() !== told.join() || image.length !== 3 * height * width) {
    throw new Error(`header ${told.join()}, decoded ${sizes.join()} with ${image.length} bytes`);
  }
  return [hash(size === null ? image : '', `${sizes.join()} ${orientation} ${bitDepth}`), image];
}

const png = fc.asyncProperty(
  pngPlan,
  damages,
  optionalSize,
  fc.boolean(),
  async (plan, list, size, upright) => {
    const bytes = damagedPng(pngChunks(plan), list);
    let image: Uint8Array | undefined;
    const found = await outcome(bytes, async () => {
      const [text, pixels] = await decoded(size, upright);
      image = pixels;
      return text;
    });
    if (list.length > 0) return;
    if (image === undefined) throw new Error(`a whole file was ${found}`);
    const expected = size === null ? expectedPixels(plan) : undefined;
    const wrong = expected?.findIndex((value, i) => value !== image?.[i]) ?? -1;
    if (wrong >= 0) throw new Error(`byte ${wrong} is ${image[wrong]}, not ${expected?.[wrong]}`);
  },
);

/** Whole files of the other formats, and bytes that begin as one that is not read. */
async function otherFiles(): Promise<Buffer[]> {
  const [height, width] = [37, 50];
  const noise = Buffer.from(
    Array.from({ length: 3 * height * width }, (_, i) => Math.round(128 + 100 * Math.sin(i / 90))),
  );
  const picture = () => sharp(noise, { raw: { height, width, channels: 3 } });
  const made = {
    jpeg: [
      picture().jpeg(),
      picture().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
      picture().toColourspace('b-w').jpeg(),
      picture().toColourspace('cmyk').jpeg(),
      picture().withMetadata({ orientation: 6 }).jpeg(),
    ],
    others: [
      picture().webp(),
      picture().webp({ lossless: true }),
      picture().gif(),
      picture().tiff({ compression: 'none' }),
      picture().tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 }),
      picture().tiff({ compression: 'jpeg' }),
    ],
  };
  const files = await Promise.all(made[kind as 'jpeg' | 'others'].map((one) => one.toBuffer()));
  const bmp = Buffer.alloc(90, 'BM\x5a\0\0\0', 'latin1');
  const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(40, 7)]);
  return kind === 'jpeg' ? files : [...files, bmp, gif];
}

const other = (files: readonly Buffer[]) =>
  fc.asyncProperty(
    fc.nat(files.length - 1),
    fc.array(damage, { maxLength: 4 }),
    optionalSize,
    fc.boolean(),
    async (which, list, size, upright) => {
      await outcome(
        damagedBytes(files[which], list),
        async () => (await decoded(size, upright))[0],
      );
    },
  );

process.on('SIGTERM', () => {
  process.stderr.write(`ended after ${outcomes.length} cases\n`);
  process.exit(143);
});

async function main(): Promise<void> {
  const properties = { masks: mask, png };
  const property =
    kind in properties ? properties[kind as keyof typeof properties] : other(await otherFiles());
  await fc.assert(property as fc.IAsyncProperty<unknown>, {
    seed: Number(seed),
    numRuns: Number(count),
    endOnFailure: true, // FOLDER/case is what failed
  });
  writeFileSync(path.join(folder, 'outcomes.json'), JSON.stringify(outcomes));
}

main().then(
  () => process.disconnect?.(),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
