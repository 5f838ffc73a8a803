/**
 * What every data set gives: samples as raw RGB and label bytes, names, palette, and batches of
 * tensors.
 */
import { z } from 'zod';
import type { tf } from '../backend';
import { InputError } from '../check';
import type { AugmentationOptions } from './augment';
import type { SplitParts } from './identity';

export type Split = 'train' | 'valid' | 'test';

/** `[red, green, blue]`, 0–255. */
export type Colour = readonly [number, number, number];

/** What void pixels become: `ignoreIndex`, or one more class with the last id. */
export const voidRule = z.enum(['ignore', 'class']);
export type VoidRule = z.infer<typeof voidRule>;

/** A data set has no such split at all, as opposed to one that cannot be read. */
export class NoSplitError extends InputError {}

/** A sample that was left out, and why: the reason names the file. */
export interface SkippedSample {
  name: string;
  reason: string;
}

/** The labels of one image. */
export interface LabelMap {
  /** Name of the image within the data set (the file's stem). */
  name: string;
  height: number;
  width: number;
  /** Class ids, row-major `[height, width] uint8`; ignored pixels hold `ignoreIndex`. */
  labels: Uint8Array;
}

/** One image with its labels. */
export interface Sample extends LabelMap {
  /** RGB, row-major `[height, width, 3] uint8`. */
  image: Uint8Array;
}

/** A batch as the networks take it. The caller disposes both tensors. */
export interface Batch {
  /** `[B,H,W,3] float32`, RGB in [0, 1]. */
  images: tf.Tensor4D;
  /** `[B,H,W] int32`, ignored pixels = `ignoreIndex`. */
  labels: tf.Tensor3D;
  /** Sample names in batch order. */
  names: string[];
  /**
   * Samples of the epoch delivered up to and including this batch; pass it as `position` to go on
   * behind it.
   */
  position: number;
}

export interface BatchOptions {
  batchSize: number;
  /** Draw the samples in an order that depends on `seed` alone (default false: file order). */
  shuffle?: boolean;
  /**
   * Random flips, shifts, scalings and rotations: true for those of the authors' code, or other limits (default
   * false). Pixels that come from outside the image are labelled `ignoreIndex`.
   */
  augment?: boolean | AugmentationOptions;
  /** Seed of the order and of the augmentation (default 0). */
  seed?: number;
  /** Samples of the epoch to skip, as given by `Batch.position` (default 0). */
  position?: number;
}

/** What is true of a data set whatever part of it is open. */
export interface DatasetFacts {
  /** Registry name, e.g. `'camvid'`. */
  readonly name: string;
  /** Human-readable title, e.g. `'CamVid'`. */
  readonly title: string;
  /** False for images the kit drew itself. */
  readonly real: boolean;
  readonly classNames: readonly string[];
  /** One colour for each class. */
  readonly palette: readonly Colour[];
  readonly licence: string;
  readonly citation: string;
  /** What to print beside its images where the licence allows to publish them; else absent, and they stay unpublished. */
  readonly attribution?: string;
  /** What makes a void pixel in the files, where the user decides on it: the stored value (null: none), the colour. */
  readonly voidMark?: { value: number | null; colour?: Colour };
}

/** Where the samples of one split come from. */
export interface SampleSource {
  readonly length: number;
  /** See `SegmentationDataset`. */
  readonly remarks?: readonly string[];
  sample(index: number): Promise<Sample>;
  labelMap(index: number): Promise<LabelMap>;
}

export interface SegmentationDataset extends DatasetFacts {
  readonly split: Split;
  readonly ignoreIndex: number;
  readonly numClasses: number;
  /** Samples in the split, skipped ones not counted. */
  readonly length: number;
  /** What `onBadSample: 'skip'` left out; empty otherwise. */
  readonly skipped: readonly SkippedSample[];
  /** What the split is made of, for `identifySplit`; absent in a data set that does not say. */
  readonly parts?: SplitParts;
  /**
   * What is doubtful though it can be read, each naming a file, such as 16-bit images that use a small part of their
   * range. It grows as samples and label maps are read.
   */
  readonly remarks?: readonly string[];
  /**
   * The i-th sample of the split, at the file's own size unless the data set was opened with
   * `size`.
   */
  sample(index: number): Promise<Sample>;
  /** The labels of the i-th sample alone, without decoding (or drawing) its image. */
  labelMap(index: number): Promise<LabelMap>;
  /**
   * One epoch of batches; the last one may be smaller. Needs samples of equal size (open with
   * `size`).
   */
  batches(options: BatchOptions): AsyncIterable<Batch>;
}

/** Options of a data set: the schema of each, by its name. */
export type OptionTable = Readonly<Record<string, z.ZodTypeAny>>;

/** Their values, each optional. */
export type OptionsIn<Table extends OptionTable> = {
  [Name in keyof Table]?: z.infer<Table[Name]>;
};

/** The options that every data set takes. */
export interface CommonOptions {
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
  voidAs?: VoidRule;
}

/** `CommonOptions` with their defaults filled in. */
export interface ResolvedOptions extends CommonOptions {
  root: string;
  split: Split;
  seed: number;
  voidAs: VoidRule;
}

/** One line of the table in `lib/datasets.ts`. */
export interface DatasetDefinition<Own extends OptionTable = OptionTable> extends DatasetFacts {
  /** Options that this data set takes beyond the common ones. */
  readonly options: Own;
  /**
   * The cluster of each image, by the names: images of one cluster are not independent of each other (default: each image
   * is one).
   */
  clustersOf?: (names: readonly string[]) => string[];
  /** Whether the split's files lie under `root`; data sets without files answer true. */
  has(root: string, split: Split): Promise<boolean>;
  /** Writes down the split that the kit draws for these options; see `keepSplit`. */
  keepSplit?(options: ResolvedOptions & OptionsIn<Own>): Promise<void>;
  open(options: ResolvedOptions & OptionsIn<Own>): Promise<SegmentationDataset>;
}
