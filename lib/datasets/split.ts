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

const splits: readonly Split[] = ['train', 'valid', 'test'];

/**
 * The split of the paper's text (§ 5; its public code has it for NYUv2 alone): of n names, sorted by code points and then drawn in the order
 * `new Random(seed).stream('split').permutation(n)`, the first round(n/10) are valid, the next
 * round(n/10) test (at least one each from n = 3 on), the rest train: 0.8 / 0.1 / 0.1.
 *
 * @throws InputError for a name that occurs twice.
 */
export function paperSplit(names: Iterable<string>, seed: number): SplitNames {
  const sorted = sortedNames(names);
  const order = new Random(seed).stream('split').permutation(sorted.length);
  const tenth = Math.max(sorted.length >= 3 ? 1 : 0, Math.round(sorted.length / 10));
  const take = (from: number, to?: number) =>
    order
      .slice(from, to)
      .sort((a, b) => a - b)
      .map((index) => sorted[index]);
  return { valid: take(0, tenth), test: take(tenth, 2 * tenth), train: take(2 * tenth) };
}

/**
 * A tenth of `names` for validation, where the official splits have none: whole groups, in random
 * order by `seed`, until at least round(n/10) names are chosen (at least one from n = 2 on).
 *
 * Option `groupOf`: names of one group stay together, e.g. frames of one scene; default: every
 *   name is a group, so that exactly round(n/10) are chosen.
 */
export function holdOut(
  names: Iterable<string>,
  seed: number,
  { groupOf = (name: string) => name }: { groupOf?: (name: string) => string } = {},
): { train: string[]; valid: string[] } {
  const sorted = sortedNames(names);
  const groups = [...new Set(sorted.map(groupOf))].sort(byCodePoint);
  const sizes = new Map<string, number>();
  for (const name of sorted) sizes.set(groupOf(name), (sizes.get(groupOf(name)) ?? 0) + 1);
  const tenth = Math.max(sorted.length >= 2 ? 1 : 0, Math.round(sorted.length / 10));
  const held = new Set<string>();
  let count = 0;
  for (const index of new Random(seed).stream('hold out').permutation(groups.length)) {
    if (count >= tenth || held.size === groups.length - 1) break;
    held.add(groups[index]);
    count += sizes.get(groups[index]) ?? 0;
  }
  return {
    train: sorted.filter((name) => !held.has(groupOf(name))),
    valid: sorted.filter((name) => held.has(groupOf(name))),
  };
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
  names: Iterable<string>,
  { folder, seed }: Pick<SplitPlace, 'folder' | 'seed'>,
): Promise<SplitNames> {
  const drawn = paperSplit(names, seed);
  const file = splitFile(folder, seed);
  const written = await readSplit(file);
  if (written === undefined) return drawn;
  checkSameNames(file, written, drawn);
  return written;
}

/**
 * Writes down the split `'paper'` of `names`, atomically, where it is not written yet. Where the data is read-only, a
 * copy goes to `copies`, under a name with the digest of all names.
 */
export async function writePaperSplit(
  names: Iterable<string>,
  { name, folder, seed, copies }: SplitPlace,
): Promise<void> {
  const file = splitFile(folder, seed);
  if ((await readSplit(file)) !== undefined) return;
  const content = `${JSON.stringify({ rule: 'paper', seed, ...paperSplit(names, seed) }, null, 1)}\n`;
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const copy = path.join(copies, `${name}-paper-seed${seed}-${digest}.json`);
  const beside = (await mayWriteIn(folder)) && (await writeWhole(file, content));
  if (!beside && (await readSplit(copy)) === undefined) await writeWhole(copy, content);
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

async function readSplit(file: string): Promise<SplitNames | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalid('openDataset', 'split file', 'readable', file, `${message}.`);
  }
  try {
    const content = JSON.parse(text) as SplitNames;
    const [train, valid, test] = splits.map((split) => content[split].map(String));
    return { train, valid, test };
  } catch {
    const remedy = 'Delete it to draw the split again.';
    throw invalid('openDataset', 'split file', 'JSON with train, valid and test', file, remedy);
  }
}

function checkSameNames(file: string, written: SplitNames, drawn: SplitNames): void {
  checkDisjoint(file, written);
  const inFile = new Set(splits.flatMap((split) => written[split]));
  const present = new Set(splits.flatMap((split) => drawn[split]));
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
