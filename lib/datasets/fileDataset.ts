/**
 * Data sets made of image files and label files: opening one is naming its pairs and what its
 * values mean.
 */
import path from 'node:path';
import type { InputError } from '../check';
import { checkOneOf, invalid } from '../check';
import { isThere } from '../files';
import { withCache } from './cache/sampleCache';
import { createDataset, voidLabel } from './dataset';
import { classValues } from './identity';
import { notAllowed } from './decode/mask';
import { colourKey } from './decode/storedLabels';
import type { MaskLabels } from './decode/mask';
import { fileOptions } from './fileDatasetTypes';
import type { FileDataset, FileOptions, LabelFacts } from './fileDatasetTypes';
import { keepDrawnSplit, splitPairs } from './fileSplits';
import { pairSource, readablePairs } from './pairSource';
import type { DatasetDefinition, OptionTable, SkippedSample, Split } from './datasetTypes';

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
    ([[red, green, blue], id]) => [colourKey(red, green, blue), idOf(id)] as const,
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
