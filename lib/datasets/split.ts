/** Random splits by seed, the same on every machine and whatever order the files are listed in. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../atomicFile';
import { InputError, invalid } from '../check';
import { Random } from '../random';
import { byCodePoint } from './listing';
import type { Split } from './datasetTypes';

/** The names of each split, in code-point order. */
export type SplitNames = Record<Split, string[]>;

/** What names have to do with each other. */
export interface Relations {
  /** Names of one group stay together, e.g. frames of one scene (default: every name is a group). */
  groupOf?: (name: string) => string;
  /** Of `names`, those too near to `held` to be in a split before it (default: none). */
  nearby?: (names: readonly string[], held: readonly string[]) => ReadonlySet<string>;
}

const alone = (name: string) => name;

const splits: readonly Split[] = ['train', 'valid', 'test'];

/**
 * The split of the paper's text (§ 5; its public code has it for NYUv2 alone), 0.8 / 0.1 / 0.1: of n names, sorted by code
 * points, whole groups in the order `new Random(seed).stream('split').permutation(groups)` are valid until these are at
 * least round(n/10) (at least one from n = 3 on), the next ones likewise test, the rest train. Without groups that is
 * n/10, n/10 and the rest. Names of train near to valid or test, and of valid near to test, are in no split.
 *
 * @throws InputError for a name that occurs twice.
 */
export function paperSplit(
  names: Iterable<string>,
  seed: number,
  { groupOf = alone, nearby }: Relations = {},
): SplitNames {
  const sorted = sortedNames(names);
  const order = shuffledGroups(sorted, new Random(seed).stream('split'), groupOf);
  const tenth = Math.max(sorted.length >= 3 ? 1 : 0, Math.round(sorted.length / 10));
  const valid = takeGroups(order, tenth, 2);
  const test = takeGroups(order, tenth, 1);
  return {
    valid: apart(valid, test, nearby),
    test: apart(test, [], nearby),
    train: apart(order.flat(), [...valid, ...test], nearby),
  };
}

/**
 * A part of `names` for validation, where the official splits have none: whole groups, in random
 * order by `seed`, until at least round(n · `share`) names are chosen (at least one from n = 2 on). Names near to a chosen
 * one, or to one of `held`, are in neither part.
 *
 * Option `share`: default a tenth. Option `held`: names that are held out already, such as those of the test split.
 */
export function holdOut(
  names: Iterable<string>,
  seed: number,
  {
    groupOf = alone,
    nearby,
    share = 0.1,
    held = [],
  }: Relations & { share?: number; held?: readonly string[] } = {},
): { train: string[]; valid: string[] } {
  const sorted = sortedNames(names);
  const order = shuffledGroups(sorted, new Random(seed).stream('hold out'), groupOf);
  const count = Math.max(sorted.length >= 2 ? 1 : 0, Math.round(sorted.length * share));
  const chosen = takeGroups(order, count, 1);
  return {
    train: apart(order.flat(), [...chosen, ...held], nearby),
    valid: apart(chosen, held, nearby),
  };
}

/** The names by group, the groups in random order. */
function shuffledGroups(
  sorted: readonly string[],
  random: Random,
  groupOf: (name: string) => string,
): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of sorted) {
    const group = groupOf(name);
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const keys = [...groups.keys()].sort(byCodePoint);
  return random.permutation(keys.length).map((index) => groups.get(keys[index]) ?? []);
}

/** `names`, sorted, without those near to `held`. */
function apart(
  names: string[],
  held: readonly string[],
  nearby: Relations['nearby'] = () => new Set(),
): string[] {
  const near = nearby(names, held);
  return names.filter((name) => !near.has(name)).sort(byCodePoint);
}

/** Takes whole groups off the front of `order` until `count` names are taken, or `leave` groups are left. */
function takeGroups(order: string[][], count: number, leave: number): string[] {
  const taken: string[] = [];
  while (taken.length < count && order.length > leave) taken.push(...(order.shift() ?? []));
  return taken;
}

/** Throws when a name is in two splits; `where` says where the names come from. */
export function checkDisjoint(where: string, names: Partial<SplitNames>): void {
  const seen = new Map<string, Split>();
  for (const split of splits) {
    for (const name of names[split] ?? []) {
      const other = seen.get(name);
      if (other !== undefined && other !== split) {
        const remedy = 'Take it out of one of the lists.';
        throw invalid(
          'openDataset',
          `'${name}' in ${where}`,
          `in one split`,
          `${other} and ${split}`,
          remedy,
        );
      }
      seen.set(name, split);
    }
  }
}

/** Where a split is written down. */
export interface SplitPlace {
  /** Of the data set. */
  name: string;
  folder: string;
  seed: number;
  /** Where a copy goes when `folder` cannot be written to. */
  copies: string;
}

/**
 * The split `'paper'` of the data set in `folder`: as written down in `splits/paper-seedN.json` beside the data, else
 * drawn. Writes nothing.
 *
 * @throws InputError when the file does not hold the data set's names (images came or went since):
 *   a split must not change unnoticed.
 */
export async function writtenPaperSplit(
  names: readonly string[],
  { folder, seed }: Pick<SplitPlace, 'folder' | 'seed'>,
  relations: Relations = {},
): Promise<SplitNames> {
  const file = splitFile(folder, seed);
  const written = await readSplit(file);
  if (written === undefined) return paperSplit(names, seed, relations);
  checkSameNames(file, written, names);
  const { train, valid, test } = written;
  return { train, valid, test };
}

/**
 * Writes down the split `'paper'` of `names`, atomically, where it is not written yet; names that are in no split as
 * `apart`. Where the data is read-only, a copy goes to `copies`, under a name with the digest of all names.
 */
export async function writePaperSplit(
  names: readonly string[],
  { name, folder, seed, copies }: SplitPlace,
  relations: Relations = {},
): Promise<void> {
  const file = splitFile(folder, seed);
  if ((await readSplit(file)) !== undefined) return;
  const split = paperSplit(names, seed, relations);
  const used = new Set(splits.flatMap((part) => split[part]));
  const apart = names.filter((one) => !used.has(one)).sort(byCodePoint);
  const whole = { rule: 'paper', seed, ...split, ...(apart.length > 0 && { apart }) };
  const content = `${JSON.stringify(whole, null, 1)}\n`;
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const copy = path.join(copies, `${name}-paper-seed${seed}-${digest}.json`);
  const beside = (await mayWriteIn(folder)) && (await writeWhole(file, content));
  if (!beside && (await readSplit(copy)) === undefined) await writeWhole(copy, content);
}

/** The groups that have names in more than one split, in code-point order. */
export function tornGroups(split: SplitNames, groupOf: (name: string) => string): string[] {
  const partsOf = new Map<string, Set<Split>>();
  for (const part of splits) {
    for (const name of split[part]) {
      const group = groupOf(name);
      partsOf.set(group, (partsOf.get(group) ?? new Set()).add(part));
    }
  }
  const torn = [...partsOf].filter(([, parts]) => parts.size > 1);
  return torn.map(([group]) => group).sort(byCodePoint);
}

const splitFile = (folder: string, seed: number) =>
  path.join(folder, 'splits', `paper-seed${seed}.json`);

function sortedNames(names: Iterable<string>): string[] {
  const sorted = [...names].sort(byCodePoint);
  const twice = sorted.find((name, i) => name === sorted[i + 1]);
  if (twice !== undefined) {
    const remedy = 'Two images of one name cannot be told apart in a split: rename one.';
    throw invalid('openDataset', 'names', 'different from each other', twice, remedy);
  }
  return sorted;
}

/** A split as it is written down. */
type WrittenSplit = SplitNames & { apart: string[] };

async function readSplit(file: string): Promise<WrittenSplit | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalid('openDataset', 'split file', 'readable', file, `${message}.`);
  }
  try {
    const content = JSON.parse(text) as SplitNames & Partial<WrittenSplit>;
    const [train, valid, test] = splits.map((split) => content[split].map(String));
    return { train, valid, test, apart: (content.apart ?? []).map(String) };
  } catch {
    const remedy = 'Delete it to draw the split again.';
    throw invalid('openDataset', 'split file', 'JSON with train, valid and test', file, remedy);
  }
}

function checkSameNames(file: string, written: WrittenSplit, names: readonly string[]): void {
  checkDisjoint(file, written);
  const inFile = new Set([...splits.flatMap((split) => written[split]), ...written.apart]);
  const present = new Set(names);
  const gone = [...inFile].filter((name) => !present.has(name));
  const added = [...present].filter((name) => !inFile.has(name));
  if (gone.length === 0 && added.length === 0) return;
  const list = (what: string, names: string[]) =>
    names.length > 0 ? ` ${names.length} ${what}, e.g. '${names[0]}'.` : '';
  throw new InputError(
    `openDataset: ${file} must hold the names of the data set.` +
      `${list('of its names have no image now', gone)}${list('images are not in it', added)} ` +
      'Restore the images, or delete the file to draw the split again.',
  );
}

/** Whether someone may write in `folder`: the superuser could, where the owner wants nobody to. */
async function mayWriteIn(folder: string): Promise<boolean> {
  return stat(folder).then(
    ({ mode }) => (mode & 0o222) !== 0,
    () => false,
  );
}

/** Writes a file all at once; false where that is not possible. */
async function writeWhole(file: string, content: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeAtomically(file, Buffer.from(content));
    return true;
  } catch {
    return false;
  }
}
