/** The options of the data sets, each once: what `openDataset` takes of them, and the settings of an experiment. */
import { z } from 'zod';

const count = z.number().int().positive();

/** What void pixels become: `ignoreIndex`, or one more class with the last id. */
export const voidRule = z.enum(['ignore', 'class']);

export const cacheKind = z.enum(['none', 'memory', 'disk']);

/** Keep decoded (or drawn) samples in memory or in a file below `.cache/datasets` (default `'none'`). */
const cache = { cache: cacheKind };

/** Of every data set of files. */
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
  ...cache,
};

export const nyuv2Options = {
  /** Its 13 (default) or 40 classes. */
  labels: z.union([z.literal(13), z.literal(40)]),
};

export const syntheticOptions = {
  /** 2–40 (default 12). */
  numClasses: count,
  /** Number of scenes in the split, at most a million (default 200 train, 40 valid, 40 test). */
  length: count.max(1e6),
  ...cache,
};

/** Options that some data sets take and others do not, by name. */
export const ownOptions = { ...fileOptions, ...nyuv2Options, ...syntheticOptions };

/** The same with their values, each optional. */
export type OwnOptions = {
  [Name in keyof typeof ownOptions]?: z.infer<(typeof ownOptions)[Name]>;
};

/** The names of the options in a table of them. */
export function namesOf<Table extends Partial<typeof ownOptions>>(table: Table) {
  return Object.keys(table) as (keyof Table & keyof OwnOptions)[];
}
