/** The splits of a data set of files: its own, the paper's, or by group. */
import path from 'node:path';
import { InputError, invalid } from '../check';
import type { FileDataset, FileOptions } from './fileDatasetTypes';
import type { Pair } from './listing';
import { tornGroups, writePaperSplit, writtenPaperSplit } from './split';
import type { Relations, SplitNames } from './split';
import { NoSplitError } from './datasetTypes';

/** Where a copy of a split goes when the folder of the data cannot be written to. */
const splitCopies = path.join('data', 'datasets', 'splits');

/** The pairs of a split, in the order of their names or of the set's list, and what is doubtful in the split. */
export async function splitPairs(
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
      `'${torn[0]}'), whose images are alike, so scores are too high. Use the official ` +
      'splits, or delete splits/paper-seed*.json beside the data to draw whole groups.',
  ];
}

/** Whether the split is drawn by the kit: the set has none of its own, or the options ask for it. */
async function drawsSplit(set: FileDataset, folder: string, options: FileOptions) {
  return options.splitRule === 'paper' || !((await set.hasOwnSplits?.(folder)) ?? true);
}

/** Writes down the split that is drawn, where one is and every image has its labels. */
export async function keepDrawnSplit(set: FileDataset, options: FileOptions): Promise<void> {
  const folder = path.join(options.root, set.folder);
  if (!(await drawsSplit(set, folder, options))) return;
  const pairs = await set.allPairs(folder, options);
  if (pairs.length === 0 || pairs.some((pair) => 'problem' in pair)) return;
  const { name } = set;
  const names = pairs.map((pair) => pair.name);
  const place = { name, folder, seed: options.seed, copies: splitCopies };
  await writePaperSplit(names, place, relationsOf(set, pairs));
}
