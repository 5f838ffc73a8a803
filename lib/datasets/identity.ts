/**
 * What makes a split that split and no other: the names of its samples, the sizes of their files, and the values that
 * stand for its classes. Nothing is decoded: 20,000 images take less than a second.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { FilePair } from './listing';
import type { MaskLabels } from './decode/mask';
import type { SegmentationDataset } from './datasetTypes';

/** Files looked at (or read, where their contents count) at a time. */
const AT_A_TIME = 64;

/** A pair of files that takes longer waits for its disk. */
const SLOW_MILLISECONDS = 1;

/** What an open split is made of. */
export interface SplitParts {
  /** In the order of the samples; none where scenes are drawn. */
  files: readonly FilePair[];
  /** What stands for each class in label files, such as `'3'` or `'1 2 #804080'`, then for void; none for drawn scenes. */
  values: readonly string[];
  /** What drawn scenes follow from, besides their size. */
  drawnBy?: Readonly<Record<string, number>>;
}

/** One split, to be compared with another. The digests are 16 hexadecimal digits of SHA-256. */
export interface SplitIdentity {
  samples: number;
  /** Digest of the names, in their order. */
  names: string;
  /** Digest of the names with the sizes of their files in bytes. */
  files: string;
  /** Digest of the names with what their files hold; only on request. */
  contents?: string;
  /** Names of samples that `onBadSample: 'skip'` left out. */
  skipped: string[];
}

/** A split with what its digests were made of: for each sample its name and the sizes of its files. */
export interface ListedSplit {
  identity: SplitIdentity;
  /** `NAME IMAGE-BYTES LABEL-BYTES`, in the order of the samples; none where scenes are drawn. */
  listing: string[];
}

/**
 * The identity of an open split; undefined for a data set that does not say what it is made of. No path is part of it: a
 * data set that has moved is the same. A file that is gone counts as such; who reads it tells.
 *
 * Option `contents`: read every file, too (default false: an image replaced by one of the same size goes unseen)
 * Option `signal`: an abort throws its reason
 */
export async function identifySplit(
  { parts, length, skipped }: SegmentationDataset,
  { contents = false, signal }: { contents?: boolean; signal?: AbortSignal } = {},
): Promise<ListedSplit | undefined> {
  if (parts === undefined) return undefined;
  const { files, drawnBy } = parts;
  const names = drawnBy ? [JSON.stringify(drawnBy)] : files.map(({ name }) => name);
  const sizes = await sizesOf(files, signal);
  const listing = files.map(({ name }, i) => `${name} ${sizes[i].join(' ')}`);
  const identity: SplitIdentity = {
    samples: length,
    names: digest(names),
    files: digest(drawnBy ? names : listing),
    skipped: skipped.map(({ name }) => name),
  };
  if (contents && !drawnBy) {
    const hashes = await hashesOf(files, signal);
    identity.contents = digest(files.map(({ name }, i) => `${name} ${hashes[i].join(' ')}`));
  }
  return { identity, listing };
}

/** 16 hexadecimal digits of the SHA-256 of lines. */
export function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

/** What stands for each class in label files, and for void, which has `voidId`. */
export function classValues(
  { labelTable, colours, paletteColours }: MaskLabels,
  classes: number,
  voidId: number,
): string[] {
  const values: string[][] = Array.from({ length: classes + 1 }, () => []);
  const add = (id: number, value: string) => values[id === voidId ? classes : id]?.push(value);
  labelTable.forEach((id, value) => add(id, String(value)));
  colours?.forEach((id, colour) => add(id, `#${colour.toString(16).padStart(6, '0')}`));
  if (paletteColours) values[classes].push('(palettes by colour)');
  return values.map((each) => each.join(' '));
}

/** Sizes of the image file and of the label file of each pair, in bytes; `missing` for a file that is gone. */
async function sizesOf(files: readonly FilePair[], signal?: AbortSignal): Promise<string[][]> {
  const sizes: string[][] = [];
  let slow = false;
  for (let start = 0; start < files.length; start += AT_A_TIME) {
    signal?.throwIfAborted();
    const group = files.slice(start, start + AT_A_TIME);
    const began = performance.now();
    // A stat takes some µs on a local disk, and its way through the thread pool more; a network disk is waited for.
    if (slow) sizes.push(...(await Promise.all(group.map((pair) => both(pair, sizeLater)))));
    else sizes.push(...group.map(({ image, mask }) => [sizeNow(image), sizeNow(mask)]));
    slow ||= performance.now() - began > group.length * SLOW_MILLISECONDS;
  }
  return sizes;
}

async function hashesOf(files: readonly FilePair[], signal?: AbortSignal): Promise<string[][]> {
  const hashes: string[][] = [];
  for (let start = 0; start < files.length; start += AT_A_TIME) {
    signal?.throwIfAborted();
    const group = files.slice(start, start + AT_A_TIME);
    hashes.push(...(await Promise.all(group.map((pair) => both(pair, hashOf)))));
  }
  return hashes;
}

function both({ image, mask }: FilePair, read: (file: string) => Promise<string>) {
  return Promise.all([read(image), read(mask)]);
}

function sizeNow(file: string): string {
  try {
    return String(fs.statSync(file).size);
  } catch {
    return 'missing';
  }
}

const sizeLater = (file: string): Promise<string> =>
  stat(file).then(
    ({ size }) => String(size),
    () => 'missing',
  );

const hashOf = (file: string): Promise<string> =>
  readFile(file).then(
    (bytes) => createHash('sha256').update(bytes).digest('hex'),
    () => 'missing',
  );
