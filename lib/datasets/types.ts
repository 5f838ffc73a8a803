/** What every data set gives: samples as raw RGB and label bytes, names, palette, and batches of tensors. */
import type { tf } from '../backend';

export type Split = 'train' | 'valid' | 'test';

/** `[red, green, blue]`, 0–255. */
export type Colour = readonly [number, number, number];

/** One image with its labels. */
export interface Sample {
  /** Name of the image within the data set (the file's stem). */
  name: string;
  height: number;
  width: number;
  /** RGB, row-major `[height, width, 3] uint8`. */
  image: Uint8Array;
  /** Class ids, row-major `[height, width] uint8`; ignored pixels hold `ignoreIndex`. */
  labels: Uint8Array;
}

/** A batch as the networks take it. The caller disposes both tensors. */
export interface Batch {
  /** `[B,H,W,3] float32`, RGB scaled to [0, 1]. */
  images: tf.Tensor4D;
  /** `[B,H,W] int32`, ignored pixels = `ignoreIndex`. */
  labels: tf.Tensor3D;
  /** Sample names in batch order. */
  names: string[];
  /** Samples of the epoch delivered up to and including this batch; pass it as `position` to go on behind it. */
  position: number;
}

export interface BatchOptions {
  batchSize: number;
  /** Draw the samples in an order that depends on `seed` alone (default false: file order). */
  shuffle?: boolean;
  /** Seed of the order (default 0). */
  seed?: number;
  /** Samples of the epoch to skip, as given by `Batch.position` (default 0). */
  position?: number;
}

export interface SegmentationDataset {
  /** Registry name, e.g. `'camvid'`. */
  readonly name: string;
  /** Human-readable title, e.g. `'CamVid'`. */
  readonly title: string;
  /** False for images the kit drew itself. */
  readonly real: boolean;
  readonly split: Split;
  readonly classNames: readonly string[];
  readonly palette: readonly Colour[];
  readonly ignoreIndex: number;
  readonly numClasses: number;
  readonly length: number;
  readonly licence: string;
  readonly citation: string;
  /** The i-th sample of the split, at the file's own size unless the data set was opened with `size`. */
  sample(index: number): Promise<Sample>;
  /** One epoch of batches; the last one may be smaller. Needs samples of equal size (open with `size`). */
  batches(options: BatchOptions): AsyncIterable<Batch>;
}

/** What `openDataset` takes. */
export interface DatasetOptions {
  name: string;
  /** Folder that holds the data sets; default `PAT_DATA_DIR`, else `data/datasets`. */
  root?: string;
  /** Default `'train'`. */
  split?: Split;
  /** `[height, width]` to resize to (bilinear images, nearest labels). */
  size?: readonly [number, number];
  /** Seed of what the data set draws itself: synthetic scenes, random splits (default 0). */
  seed?: number;
  /** Ignore void pixels (default), or count void as one more class with the last id. */
  voidAs?: 'ignore' | 'class';
  /** Synthetic only: number of classes (default 12). */
  numClasses?: number;
  /** Synthetic only: number of scenes in the split. */
  length?: number;
}
