/** PNG files of every colour type and depth, written byte by byte from their values, and what damages a file. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { pngChunk } from '../../lib/datasets/decode/png';
import { Random } from '../../lib/random';

export const channelsOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Record<number, number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** A PNG as it is to be written. */
export interface PngPlan {
  width: number;
  height: number;
  colour: number;
  depth: number;
  interlaced: boolean;
  /** Values below this. */
  high: number;
  /** Of the palette; indexes may lie beyond it. */
  entries: number;
  seed: number;
  gamma: boolean;
}

const size = fc.integer({ min: 1, max: 24 });
const kind = fc.constantFrom(
  ...Object.entries(depthsOf).flatMap(([colour, all]) =>
    all.map((depth) => ({ colour: Number(colour), depth })),
  ),
);

export const pngPlan: fc.Arbitrary<PngPlan> = kind.chain(({ colour, depth }) =>
  fc.record({
    width: size,
    height: size,
    colour: fc.constant(colour),
    depth: fc.constant(depth),
    interlaced: fc.boolean(),
    high: fc.constantFrom(2 ** depth, Math.min(2 ** depth, 256), 2),
    entries: fc.constantFrom(1, Math.min(3, 2 ** depth), 2 ** Math.min(depth, 8)),
    seed: fc.nat(1e6),
    gamma: fc.boolean(),
  }),
);

/** The values of a plan, row-major `[height, width, channels]`, and the palette's bytes. */
export function contentOf({ width, height, colour, high, entries, seed }: PngPlan) {
  const random = new Random(seed);
  const values = Array.from({ length: width * height * channelsOf[colour] }, () =>
    random.integer(0, high - 1),
  );
  const palette = Array.from({ length: colour === 3 ? 3 * entries : 0 }, () =>
    random.integer(0, 255),
  );
  return { values, palette };
}

export interface Chunk {
  type: string;
  content: Buffer;
}

const adam7 = [
  ...([[0, 0, 8, 8] as const, [0, 4, 8, 8], [4, 0, 8, 4], [0, 2, 4, 4]] as const),
  ...([[2, 0, 4, 2] as const, [0, 1, 2, 2], [1, 0, 2, 1]] as const),
];

/** The chunks of the file: every filter in turn, interlaced or not. */
export function pngChunks(plan: PngPlan): Chunk[] {
  const { width, height, colour, depth, interlaced, gamma } = plan;
  const { values, palette } = contentOf(plan);
  const channels = channelsOf[colour];
  const step = Math.max(1, (channels * depth) >> 3);
  const passes = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const parts: Buffer[] = [];
  for (const [top, left, down, right] of passes) {
    const columns = Math.max(0, Math.ceil((width - left) / right));
    let before: Buffer = Buffer.alloc(Math.ceil((columns * channels * depth) / 8));
    for (let y = top, number = 0; y < height && columns > 0; y += down, number++) {
      const row: number[] = [];
      for (let x = left; x < width; x += right) {
        const at = (y * width + x) * channels;
        row.push(...values.slice(at, at + channels));
      }
      const line = packed(row, depth);
      parts.push(Buffer.from([number % 5]), filtered(line, before, step, number % 5));
      before = line;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, Number(interlaced)], 8);
  return [
    { type: 'IHDR', content: header },
    ...(gamma ? [{ type: 'gAMA', content: Buffer.from([0, 1, 0x86, 0xa0]) }] : []),
    ...(palette.length > 0 ? [{ type: 'PLTE', content: Buffer.from(palette) }] : []),
    { type: 'IDAT', content: deflateSync(Buffer.concat(parts)) },
    { type: 'IEND', content: Buffer.alloc(0) },
  ];
}

function packed(row: readonly number[], depth: number): Buffer {
  const line = Buffer.alloc(Math.ceil((row.length * depth) / 8));
  row.forEach((value, i) => {
    const bit = i * depth;
    if (depth === 16) line.writeUInt16BE(value, 2 * i);
    else line[bit >> 3] |= value << (8 - depth - (bit & 7));
  });
  return line;
}

function filtered(line: Buffer, before: Buffer, step: number, filter: number): Buffer {
  return Buffer.from(
    line.map((value, i) => {
      const [a, b, c] = [line[i - step] ?? 0, before[i], before[i - step] ?? 0];
      return value - [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
    }),
  );
}

function paeth(a: number, b: number, c: number): number {
  const [left, up, corner] = [a, b, c].map((one) => Math.abs(a + b - c - one));
  if (left <= up && left <= corner) return a;
  return up <= corner ? b : c;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export const pngFile = (chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([signature, ...chunks.map(({ type, content }) => pngChunk(type, content))]);

/** What is done to a file; chunks keep a right checksum, so that decoders look at them. */
export const damage = fc.oneof(
  fc.record({
    kind: fc.constant('byte' as const),
    at: fc.nat(),
    value: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('content' as const),
    at: fc.nat(),
    value: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({
    kind: fc.constant('header' as const),
    at: fc.constantFrom(0, 4, 8, 9, 10, 11, 12),
    value: fc.constantFrom(
      ...[0, 1, 2, 3, 4, 5, 6, 8, 15, 16, 17, 32, 255],
      ...[1000, 16_384, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1],
    ),
  }),
  fc.record({
    kind: fc.constantFrom('drop' as const, 'twice' as const, 'swap' as const),
    at: fc.nat(),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(),
    type: fc.constantFrom(
      'tRNS',
      'eXIf',
      'PLTE',
      'gAMA',
      'iCCP',
      'IDAT',
      'bKGD',
      'acTL',
      'IEND',
      'IHDR',
      'zTXt',
    ),
    content: fc.uint8Array({ maxLength: 40 }),
  }),
);
export type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

/** The bytes of a PNG after the damages; those of the file itself are done last. */
export function damagedPng(chunks: readonly Chunk[], damages: readonly Damage[]): Buffer {
  const list = chunks.map(({ type, content }) => ({ type, content: Buffer.from(content) }));
  for (const one of damages) {
    const i = one.at % Math.max(1, list.length);
    if (one.kind === 'drop') list.splice(i, 1);
    else if (one.kind === 'twice') list.splice(i, 0, ...list.slice(i, i + 1));
    else if (one.kind === 'swap') list.push(...list.splice(i, 1));
    else if (one.kind === 'insert') {
      list.splice(i, 0, { type: one.type, content: Buffer.from(one.content) });
    } else if (one.kind === 'content') {
      const full = list.filter(({ content }) => content.length > 0);
      const { content } = full[one.at % Math.max(1, full.length)] ?? { content: Buffer.alloc(1) };
      content[(one.at >> 3) % content.length] ^= one.value;
    } else if (one.kind === 'header') {
      const header = list.find(({ type, content }) => type === 'IHDR' && content.length === 13);
      if (one.at < 8) header?.content.writeUInt32BE(one.value, one.at);
      else header?.content.writeUInt8(one.value & 255, one.at);
    }
  }
  return damagedBytes(pngFile(list), damages);
}

/** The bytes of any file with single bytes changed, and cut. */
export function damagedBytes(bytes: Buffer, damages: readonly Damage[]): Buffer {
  let copy = Buffer.from(bytes);
  for (const one of damages) {
    if (one.kind === 'byte' && copy.length > 0) copy[one.at % copy.length] ^= one.value;
    if (one.kind === 'cut') copy = copy.subarray(0, one.at % (copy.length + 1));
  }
  return copy;
}
