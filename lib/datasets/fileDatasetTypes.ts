/** What a data set of image files and label files has to say about itself. */
import { z } from 'zod';
import { cacheKind } from './cache/sampleCache';
import type { Pair } from './listing';
import type { OrientationRule } from './pairSource';
import type { Relations } from './split';
import type {
  Colour,
  DatasetFacts,
  OptionsIn,
  OptionTable,
  ResolvedOptions,
  Split,
} from './datasetTypes';

/** The options of every data set of files. */
export const fileOptions = {
  /**
   * The set's own splits (default); the paper's 0.8 / 0.1 / 0.1 of all its pairs, drawn by `seed`, in whole groups (drives,
   * scenes) where it has some; `'groups'` (CamVid): the official test, and validation drawn in whole groups from the official
   * training split, with a gap to what is learnt from.
   */
  splitRule: z.enum(['official', 'paper', 'groups']),
  /**
   * `'error'` (default): a missing file is an error of `openDataset`, an unreadable one of `sample`. `'skip'`:
   * `openDataset` decodes every file of the split once, leaves out what cannot be used and lists it in `skipped`; indices
   * are those of the rest and never change.
   */
  onBadSample: z.enum(['error', 'skip']),
  cache: cacheKind,
};

/** What a data set of files is opened with, besides options of its own. */
export type FileOptions = ResolvedOptions & OptionsIn<typeof fileOptions>;

/** What the values of the label files mean, besides the classes' names and colours. */
export interface LabelFacts extends Omit<DatasetFacts, 'real'> {
  /** Class id of a value stored in a label file; undefined for a value that must not occur. */
  classOf(value: number): number | 'void' | undefined;
  /** Class id of each colour of colour-coded label files; without it, those are refused. */
  colours?: readonly (readonly [colour: Colour, id: number | 'void'])[];
  /** Read palette PNGs by their colours (default: by their indexes). */
  paletteColours?: boolean;
  /** Default `'stored'`, as in the public data sets. */
  orientation?: OrientationRule;
}

/** All that a data set of files has to say about itself; one such constant a file. */
export interface FileDataset<Own extends OptionTable = OptionTable> extends LabelFacts {
  /** Where the set lies under the root, e.g. `'camvid/CamVid'`; `''` for the root itself. */
  folder: string;
  /** Where to get it, for the error when it is not there. */
  source: string;
  /** Options beyond those of every data set of files. */
  options?: Own;
  /** As in `DatasetDefinition`. */
  clustersOf?: (names: readonly string[]) => string[];
  /** The group of each pair, such as its drive or scene: splits that are drawn keep groups together (default: each alone). */
  groupsOf?: (pairs: readonly Pair[]) => string[];
  /** See `Relations`. */
  nearby?: Relations['nearby'];
  /** What depends on the options or on a file of the set. */
  variant?(folder: string, options: FileOptions & OptionsIn<Own>): Promise<Partial<LabelFacts>>;
  /** What is doubtful in the folder though it can be read, such as folders that are passed over (default: nothing). */
  remarks?(folder: string): Promise<string[]>;
  hasSplit(folder: string, split: Split): Promise<boolean>;
  /** Whether it comes with splits (default true); where it does not, they are those of `splitRule: 'paper'`. */
  hasOwnSplits?(folder: string): Promise<boolean>;
  /** The pairs of an official split, in the set's own order. */
  pairs(folder: string, split: Split, options: FileOptions & OptionsIn<Own>): Promise<Pair[]>;
  /** Every pair whose labels are public, for `splitRule: 'paper'`. */
  allPairs(folder: string, options: FileOptions & OptionsIn<Own>): Promise<Pair[]>;
  /** The names in the training and validation part of `splitRule: 'groups'` (default: the set does not know that rule). */
  groupSplit?(
    folder: string,
    options: FileOptions & OptionsIn<Own>,
  ): Promise<Record<'train' | 'valid', string[]>>;
}
