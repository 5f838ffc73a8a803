/**
 * Data sets made of image files and label files: opening one is naming its pairs and what its
 * values mean.
 */
import path from 'node:path';
import { z } from 'zod';
import { checkOneOf, InputError, invalid } from '../check';
import { isThere } from '../files';
import { cacheKind, withCache } from './cache/sampleCache';
import { createDataset, voidLabel } from './dataset';
import { classValues } from './identity';
import type { Pair } from './listing';
import { notAllowed } from './decode/mask';
import type { MaskLabels } from './decode/mask';
import { pairSource, readablePairs } from './pairSource';
import type { OrientationRule } from './pairSource';
import { tornGroups, writePaperSplit, writtenPaperSplit } from './split';
import type { Relations, SplitNames } from './split';
import { NoSplitError } from './datasetTypes';
import type {
  Colour,
  DatasetDefinition,
  DatasetFacts,
  OptionsIn,
  OptionTable,
  ResolvedOptions,
  SkippedSample,
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

/** Where a copy of a split goes when the folder of the data cannot be written to. */
const splitCopies = path.join('data', 'datasets', 'splits');

/** The line of the table in `lib/datasets.ts` for a data set of files. */
export function fileDataset<Own extends OptionTable = Record<never, never>>(
  set: FileDataset<Own>,
): DatasetDefinition<typeof fileOptions & Own> {
  return {
    name: set.name,
    title: set.title,
    real: true,
    classNames: set.classNames,
    palette: set.palette,
    licence: set.licence,
    citation: set.citation,
    attribution: set.attribution,
    options: { ...fileOptions, ...(set.options as Own) },
    clustersOf: set.clustersOf,
    has: (root, split) => set.hasSplit(path.join(root, set.folder), split),
    open: (options) => openFiles(set, options),
    keepSplit: (options) => keepDrawnSplit(set, options),
  };
}

async function openFiles(set: FileDataset, options: FileOptions) {
  const { root, split, size, onBadSample = 'error', cache = 'none' } = options;
  checkOneOf(
    'openDataset',
    'splitRule',
    options.splitRule ?? 'official',
    fileOptions.splitRule.options,
  );
  checkOneOf('openDataset', 'onBadSample', onBadSample, fileOptions.onBadSample.options);
  checkOneOf('openDataset', 'cache', cache, fileOptions.cache.options);
  const folder = path.join(root, set.folder);
  if (!(await exists(folder))) throw missingFolder(set, root, folder);
  const facts = { ...set, ...(await set.variant?.(folder, options)), real: true };
  // A set without void pixels has no class for them either.
  const voidAs = hasVoid(facts) ? options.voidAs : 'ignore';
  const voidId = voidLabel(facts.classNames, voidAs);
  const labels = labelsOf(facts, voidId);
  const reading = { labels, orientation: facts.orientation ?? 'stored', size };
  const { pairs: found, remarks } = await splitPairs(set, folder, options);
  let pairs = found.flatMap((pair) => {
    if (!('problem' in pair)) return [pair];
    if (onBadSample === 'error') throw pair.problem;
    return [];
  });
  let skipped: SkippedSample[] = [];
  if (onBadSample === 'skip') {
    const { good, bad } = await readablePairs(pairs, reading);
    pairs = good;
    const reasons = new Map(bad.map(({ name, reason }) => [name, reason]));
    skipped = found.flatMap((pair) => {
      const reason = 'problem' in pair ? pair.problem.message : reasons.get(pair.name);
      return reason === undefined ? [] : [{ name: pair.name, reason }];
    });
  }
  if (pairs.length === 0) throw emptySplit(folder, split, skipped);
  remarks.push(...((await set.remarks?.(folder)) ?? []));
  const source = withCache(pairSource(pairs, reading, remarks), {
    kind: cache,
    identity: {
      name: set.name,
      split,
      size,
      labels: [...labels.labelTable],
      colours: [...(labels.colours ?? [])],
      paletteColours: labels.paletteColours,
      orientation: reading.orientation,
    },
    files: pairs.flatMap(({ image, mask }) => [image, mask]),
  });
  const parts = { files: pairs, values: classValues(labels, facts.classNames.length, voidId) };
  return createDataset(facts, source, { split, voidAs, skipped, parts });
}

/** The pairs of a split, in the order of their names or of the set's list, and what is doubtful in the split. */
async function splitPairs(
  set: FileDataset,
  folder: string,
  options: FileOptions,
): Promise<{ pairs: Pair[]; remarks: string[] }> {
  const { split, splitRule } = options;
  if (splitRule === 'groups') return { pairs: await groupPairs(set, folder, options), remarks: [] };
  if (!(await drawsSplit(set, folder, options))) {
    const official = set.pairs(folder, split, options).catch(async (error: unknown) => {
      if (!(error instanceof InputError) || (await set.hasSplit(folder, split))) throw error;
      throw new NoSplitError(error.message);
    });
    return { pairs: await official, remarks: [] };
  }
  const pairs = await set.allPairs(folder, options);
  const all = new Map(pairs.map((pair) => [pair.name, pair]));
  const names = pairs.map(({ name }) => name);
  const relations = relationsOf(set, pairs);
  const drawn = await writtenPaperSplit(names, { folder, seed: options.seed }, relations);
  if (drawn[split].length === 0 && names.length > 0) {
    const remedy = `${folder} has ${names.length}: train, valid and test are drawn from them.`;
    const expected = 'at least 3 for a split to be drawn';
    const problem = invalid('openDataset', 'images', expected, names.length, remedy);
    throw new NoSplitError(problem.message);
  }
  return {
    pairs: drawn[split].flatMap((name) => all.get(name) ?? []),
    remarks: leaks(set, pairs, drawn),
  };
}

/** The pairs of `splitRule: 'groups'`; its test split is the official one. */
async function groupPairs(set: FileDataset, folder: string, options: FileOptions): Promise<Pair[]> {
  if (set.groupSplit === undefined) {
    const remedy = `The official splits of ${set.title} are by group, or it has no groups.`;
    throw invalid('openDataset', 'splitRule', "'official' or 'paper'", 'groups', remedy);
  }
  if (options.split === 'test') return set.pairs(folder, 'test', options);
  const names = new Set((await set.groupSplit(folder, options))[options.split]);
  const pairs = await set.pairs(folder, 'train', options);
  return pairs.filter(({ name }) => names.has(name));
}

/** Of a set with too few groups for three splits nothing is known that could be kept apart. */
function relationsOf(set: FileDataset, pairs: readonly Pair[]): Relations {
  const groups = groupIn(set, pairs);
  const enough = new Set(groups?.values()).size >= 3;
  return groups && enough
    ? { groupOf: (name) => groups.get(name) ?? name, nearby: set.nearby }
    : {};
}

function groupIn(set: FileDataset, pairs: readonly Pair[]): Map<string, string> | undefined {
  const groups = set.groupsOf?.(pairs);
  return groups && new Map(pairs.map(({ name }, i) => [name, groups[i]]));
}

/** What to say where images of one group are in several splits: few groups, or a split written down by version 1.0. */
function leaks(set: FileDataset, pairs: readonly Pair[], drawn: SplitNames): string[] {
  const groups = groupIn(set, pairs);
  if (groups === undefined) return [];
  const torn = tornGroups(drawn, (name) => groups.get(name) ?? name);
  if (torn.length === 0) return [];
  return [
    `the splits of ${set.title} share ${torn.length} of ${new Set(groups.values()).size} groups of images (e.g. ` +
      `'${torn[0]}'): what is learnt from the one split is known in the other, and scores are too high. Use the official ` +
      'splits, or delete splits/paper-seed*.json beside the data to draw whole groups.',
  ];
}

/** Whether the split is drawn by the kit: the set has none of its own, or the options ask for it. */
async function drawsSplit(set: FileDataset, folder: string, options: FileOptions) {
  return options.splitRule === 'paper' || !((await set.hasOwnSplits?.(folder)) ?? true);
}

/** Writes down the split that is drawn, where one is and every image has its labels. */
async function keepDrawnSplit(set: FileDataset, options: FileOptions): Promise<void> {
  const folder = path.join(options.root, set.folder);
  if (!(await drawsSplit(set, folder, options))) return;
  const pairs = await set.allPairs(folder, options);
  if (pairs.length === 0 || pairs.some((pair) => 'problem' in pair)) return;
  const { name } = set;
  const names = pairs.map((pair) => pair.name);
  const place = { name, folder, seed: options.seed, copies: splitCopies };
  await writePaperSplit(names, place, relationsOf(set, pairs));
}

/** Whether a file or folder is there. @throws InputError where that cannot be told. */
export function exists(file: string): Promise<boolean> {
  return isThere('openDataset', file);
}

function hasVoid(facts: LabelFacts): boolean {
  const { colours = [] } = facts;
  const values = Array.from({ length: 256 }, (_, value) => facts.classOf(value));
  return values.includes('void') || colours.some(([, id]) => id === 'void');
}

function labelsOf(facts: LabelFacts, voidId: number): MaskLabels {
  const idOf = (id: number | 'void') => (id === 'void' ? voidId : id);
  const labelTable = Int16Array.from({ length: 256 }, (_, value) => {
    const id = facts.classOf(value);
    return id === undefined ? notAllowed : idOf(id);
  });
  const { colours, paletteColours } = facts;
  if (colours === undefined) return { labelTable };
  const keys = colours.map(
    ([[red, green, blue], id]) => [(red << 16) | (green << 8) | blue, idOf(id)] as const,
  );
  return { labelTable, colours: new Map(keys), paletteColours };
}

function emptySplit(folder: string, split: Split, skipped: readonly SkippedSample[]): InputError {
  const remedy =
    skipped.length === 0
      ? `The ${split} split in ${folder} is empty. Unpack the data set again.`
      : `None of its ${skipped.length} samples in ${folder} can be read. The first: ${skipped[0].reason}`;
  return invalid('openDataset', 'split', 'one with images', split, remedy);
}

function missingFolder(set: FileDataset, root: string, folder: string): InputError {
  const holds = set.folder === '' ? 'images, masks and classes.json' : set.folder;
  return invalid(
    'openDataset',
    'root',
    `a folder that holds ${holds}`,
    root,
    `No ${set.title} in ${folder}. Get it (${set.source}), or set PAT_DATA_DIR (or root) to the ` +
      `folder that holds ${holds}; the data set 'synthetic' works without files.`,
  );
}
