/**
 * Fig. 2: how unequal the classes of a data set are, over all its pixels and within each image. A
 * mask M_{i,c} is, as in the paper, the set of all pixels of class c in image i (not one connected
 * component).
 */
import { checkKnownOptions, checkNumber } from '../check';
import { prefetch } from '../datasets/prefetch';
import type { Colour, LabelMap, SegmentationDataset, Split } from '../datasets/datasetTypes';
import { spreadIndices } from './spreadIndices';

/** One class over the images read. */
export interface ClassImbalance {
  id: number;
  name: string;
  colour: Colour;
  /** Σ_i |M_{i,c}|. */
  pixels: number;
  /** `pixels` / all pixels, ignored ones included; 0–1. */
  share: number;
  /** Number of images that contain the class. */
  presence: number;
  /**
   * |M_{i,c}| / pixels of image i, for each image that contains the class, in the order of the
   * images.
   */
  maskShares: number[];
}

/** One image. */
export interface ImageImbalance {
  name: string;
  height: number;
  width: number;
  /** Number of classes that occur in it. */
  present: number;
  /** Number of classes of the data set that do not. */
  missing: number;
  /** Largest mask / smallest mask, in pixels; null with fewer than two classes present. */
  largestToSmallest: number | null;
  /**
   * Gini coefficient of the sizes x_1 ≤ … ≤ x_n of the masks present: 2·Σ_k k·x_k / (n·Σ_k x_k) −
   * (n + 1)/n; 0 for equal masks, 1 − 1/n at most. Null with fewer than two classes present.
   */
  gini: number | null;
}

export interface MaskImbalance {
  /** Registry name of the data set. */
  dataset: string;
  title: string;
  split: Split;
  images: ImageImbalance[];
  /** One for each class, by id. */
  classes: ClassImbalance[];
  /** All pixels read, ignored ones included. */
  totalPixels: number;
  ignoredPixels: number;
  /** Images with at least one ignored pixel. */
  ignoredPresence: number;
}

export interface AnalyzeMasksOptions {
  /** Read only `limit` images, spread evenly over the split (default: all). */
  limit?: number;
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
  /** Stops the reading; `analyzeMasks` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Label maps held ahead of the counting. */
const ahead = 16;

/**
 * Counts the masks of a data set's split. Reads label maps only, one after the other, with decoding
 * ahead; keeps one number for each mask, no pixels.
 *
 * @throws InputError for a wrong option and whatever reading a label map throws; the signal's
 *   reason.
 */
export async function analyzeMasks(
  dataset: SegmentationDataset,
  options: AnalyzeMasksOptions = {},
): Promise<MaskImbalance> {
  checkKnownOptions('analyzeMasks', options, ['limit', 'onProgress', 'signal']);
  const { limit = dataset.length, onProgress, signal } = options;
  checkNumber('analyzeMasks', 'limit', limit, { integer: true, min: 1 });
  const indexes = spreadIndices(dataset.length, limit);
  const classes = dataset.classNames.map((name, id): ClassImbalance => {
    const colour = dataset.palette[id];
    return { id, name, colour, pixels: 0, share: 0, presence: 0, maskShares: [] };
  });
  const result: MaskImbalance = {
    dataset: dataset.name,
    title: dataset.title,
    split: dataset.split,
    images: [],
    classes,
    totalPixels: 0,
    ignoredPixels: 0,
    ignoredPresence: 0,
  };
  signal?.throwIfAborted();
  for await (const map of prefetch(indexes, (index) => dataset.labelMap(index), { ahead })) {
    signal?.throwIfAborted();
    addImage(result, map, dataset.ignoreIndex);
    onProgress?.(result.images.length, indexes.length);
  }
  for (const item of classes) item.share = item.pixels / result.totalPixels;
  return result;
}

function addImage(result: MaskImbalance, map: LabelMap, ignoreIndex: number): void {
  const { name, height, width, labels } = map;
  const counts = new Float64Array(256);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  const sizes: number[] = [];
  for (const item of result.classes) {
    const size = counts[item.id];
    if (size === 0) continue;
    sizes.push(size);
    item.pixels += size;
    item.presence += 1;
    item.maskShares.push(size / labels.length);
  }
  sizes.sort((a, b) => a - b);
  const present = sizes.length;
  result.images.push({
    name,
    height,
    width,
    present,
    missing: result.classes.length - present,
    largestToSmallest: present < 2 ? null : sizes[present - 1] / sizes[0],
    gini: giniCoefficient(sizes),
  });
  result.totalPixels += labels.length;
  result.ignoredPixels += counts[ignoreIndex];
  if (counts[ignoreIndex] > 0) result.ignoredPresence += 1;
}

/** Of ascending positive sizes; null for fewer than two. */
function giniCoefficient(ascending: readonly number[]): number | null {
  const n = ascending.length;
  if (n < 2) return null;
  let sum = 0;
  let ranked = 0;
  ascending.forEach((size, i) => {
    sum += size;
    ranked += (i + 1) * size;
  });
  return (2 * ranked) / (n * sum) - (n + 1) / n;
}
