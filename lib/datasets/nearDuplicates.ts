/**
 * Pictures that are nearly the same, by a difference hash (N. Krawetz, 2013): whether each of 16 × 16 blocks of grey is
 * darker than its right neighbour. A network that learnt from the one knows the other, and a score on it says little.
 */
import { counted } from '../check';
import sharp from 'sharp';
import type { Sample, Split } from './datasetTypes';

const ROWS = 16;
const COLUMNS = 16;
/**
 * Of 256 bits, those in which pictures differ that are nearly the same. Measured: in CamVid, of frames a second apart 11 %
 * differ in no more, of frames 10 seconds apart 0.6 %, and 39,514 pairs from two drives differ in at least 74; two scenes of
 * NYUv2 in at least 60, two pictures of pets in at least 49.
 */
const NEAR = 44;

/** 256 bits in eight words. */
export type ImageHash = Uint32Array;

/** The hash of a sample's image, `[height, width, 3] uint8`. */
export async function imageHash({
  image,
  height,
  width,
}: Pick<Sample, 'image' | 'height' | 'width'>): Promise<ImageHash> {
  const grey = await sharp(image, { raw: { height, width, channels: 3 } })
    .greyscale()
    .resize(COLUMNS + 1, ROWS, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const hash = new Uint32Array((ROWS * COLUMNS) / 32);
  for (let bit = 0; bit < ROWS * COLUMNS; bit++) {
    const at = Math.floor(bit / COLUMNS) * (COLUMNS + 1) + (bit % COLUMNS);
    if (grey[at] < grey[at + 1]) hash[bit >> 5] |= 1 << (bit & 31);
  }
  return hash;
}

/** A picture by its name. */
export interface HashedImage {
  name: string;
  hash: ImageHash;
}

/** What two splits share. */
export interface NearDuplicates {
  split: Split;
  other: Split;
  /** Images of `split` that are nearly one of `other`, and images of `split` in all. */
  count: number;
  of: number;
  /** The nearest pair: its names, of `split` and of `other`, and the bits in which they differ. */
  nearest: { names: [string, string]; bits: number };
}

/** The images of validation and test that are nearly one of a split before; flat pictures, which have no edges, are left out. */
export function nearDuplicates(
  splits: Partial<Record<Split, readonly HashedImage[]>>,
): NearDuplicates[] {
  const pairs: [Split, Split][] = [
    ['valid', 'train'],
    ['test', 'train'],
    ['test', 'valid'],
  ];
  return pairs.flatMap(([split, other]) => {
    const [images, others] = [split, other].map((name) => (splits[name] ?? []).filter(hasEdges));
    const found = images.flatMap((image) => nearestOf(image, others) ?? []);
    if (found.length === 0) return [];
    const nearest = found.reduce((a, b) => (b.bits < a.bits ? b : a));
    return [{ split, other, count: found.length, of: splits[split]?.length ?? 0, nearest }];
  });
}

/** In words, for `npm run data -- check` and for a training. */
export function nearDuplicateText(title: string, found: NearDuplicates): string {
  const { split, other, count, of, nearest } = found;
  const [name, near] = nearest.names;
  return (
    `${count} of ${counted(of, 'image')} of the ${split} split of ${title} ${count === 1 ? 'looks' : 'look'} almost like one ` +
    `of the ${other} split (e.g. '${name}' and '${near}'), so scores are too high. Keep a drive, a scene or a patient whole ` +
    'in one split.'
  );
}

const hasEdges = ({ hash }: HashedImage) => bitsOf(hash) >= 8;

function nearestOf({ name, hash }: HashedImage, others: readonly HashedImage[]) {
  let nearest: NearDuplicates['nearest'] | undefined;
  for (const other of others) {
    const bits = difference(hash, other.hash);
    if (bits > NEAR || (nearest !== undefined && bits >= nearest.bits)) continue;
    nearest = { names: [name, other.name], bits };
  }
  return nearest;
}

function difference(a: ImageHash, b: ImageHash): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) bits += bitsOfWord(a[i] ^ b[i]);
  return bits;
}

const bitsOf = (hash: ImageHash) => hash.reduce((sum, word) => sum + bitsOfWord(word), 0);

function bitsOfWord(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
