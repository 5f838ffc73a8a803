/**
 * A folder of one's own: images, label files and what they mean.
 *
 *     openDataset({ name: 'folder', root: 'DIR' })
 *
 *     DIR/classes.json                  names and colours (folderClasses.ts)
 *     DIR/images/NAME.{jpg,png,…}       images: JPEG, PNG, WebP, TIFF or GIF
 *     DIR/masks/NAME.png                label files of the same names: grey or palette PNGs of class
 *                                       ids, or colour PNGs
 *     DIR/{train,valid,test}.txt        names, one a line; optional
 *
 * With any of the three lists, these are the splits; without, the splits are the paper's
 * (0.8 / 0.1 / 0.1 by `seed`), written down in `splits/` when the first training starts.
 */
import path from 'node:path';
import { described, InputError, invalid } from '../check';
import { entriesIfThere } from '../files';
import { exists, fileDataset } from './fileDataset';
import { readClasses } from './folderClasses';
import { indexFiles, listedKeys, pairKeys } from './listing';
import type { Pair } from './listing';
import { checkDisjoint } from './split';
import type { SplitNames } from './split';
import type { Split } from './datasetTypes';

const splits: readonly Split[] = ['train', 'valid', 'test'];

export const folder = fileDataset({
  name: 'folder',
  title: 'A folder of your own',
  folder: '',
  source: "'npm run data -- new-folder DIR' makes a template",
  classNames: [],
  palette: [],
  licence: 'your own',
  citation: 'none',
  classOf: () => undefined,
  variant: (root) => readClasses(path.join(root, 'classes.json')),
  async hasSplit(root, split) {
    if (!(await exists(path.join(root, 'classes.json')))) return false;
    const found = await Promise.all(splits.map((each) => exists(listOf(root, each))));
    return found.includes(true) ? found[splits.indexOf(split)] : true;
  },
  hasOwnSplits: hasLists,
  async pairs(root, split) {
    const lists: Partial<SplitNames> = {};
    for (const each of splits) {
      if (await exists(listOf(root, each))) lists[each] = await listedKeys(listOf(root, each));
    }
    checkDisjoint(root, lists);
    const keys = lists[split];
    if (keys === undefined) {
      const there = Object.keys(lists).map((each) => `${each}.txt`);
      const remedy = `${root} has ${there.join(' and ')} only: add ${split}.txt.`;
      throw invalid('openDataset', 'split', 'one with a list', split, remedy);
    }
    return folderPairs(root, keys, `, listed in ${split}.txt`);
  },
  allPairs: (root) => folderPairs(root),
  remarks: passedOver,
});

const listOf = (root: string, split: Split) => path.join(root, `${split}.txt`);

/** What lists are called elsewhere; under these names they would be passed over. */
const otherNames: Record<Split, RegExp> = {
  train: /^(train|training)\.(txt|lst)$/i,
  valid: /^(valid|val|validation|dev)\.(txt|lst)$/i,
  test: /^(test|testing)\.(txt|lst)$/i,
};

/** Whether there is a list. @throws InputError for one under another name, where the right one is missing. */
async function hasLists(root: string): Promise<boolean> {
  const names = (await entriesIfThere('openDataset', root)).map(({ name }) => name);
  for (const split of splits) {
    const right = `${split}.txt`;
    const other = names.find((name) => otherNames[split].test(name));
    if (other === undefined || names.includes(right)) continue;
    const remedy = `Rename it to ${right}.`;
    throw invalid('openDataset', `the list of ${split}`, right, path.join(root, other), remedy);
  }
  return splits.some((split) => names.includes(`${split}.txt`));
}

/** The pairs of `keys`, or of all names in the two folders. @throws InputError where no image has a label file. */
async function folderPairs(root: string, keys?: readonly string[], listed = ''): Promise<Pair[]> {
  for (const name of ['images', 'masks'] as const) await checkFolder(root, name);
  const [images, masks] = await Promise.all([
    indexFiles(path.join(root, 'images')),
    indexFiles(path.join(root, 'masks'), { fileOf: (key) => `${key}.png` }),
  ]);
  for (const { folder: place, files, unread, subfolders } of [images, masks]) {
    if (files.size + unread.size > 0 || subfolders.length === 0) continue;
    const got = described(`${place} with none but the folders ${subfolders.join(', ')}`);
    const remedy =
      'Move the files up into it, under names that differ; train.txt, valid.txt and test.txt tell the splits.';
    throw invalid('openDataset', 'folder', 'a folder of files', got, remedy);
  }
  const pairs = pairKeys(images, masks, keys, listed);
  const partners = [...images.files.keys()].filter((key) => masks.files.has(key));
  if (images.files.size > 0 && masks.files.size > 0 && partners.length === 0) {
    const [image, mask] = [images, masks].map(({ files }) => [...files.values()][0][0]);
    const remedy = `No label file has the name of an image: rename ${mask} to ${path.parse(image).name}.png, and so on.`;
    const got = described(`${image} and ${mask} in ${root}`);
    throw invalid('openDataset', 'names in images/ and masks/', 'equal', got, remedy);
  }
  return pairs;
}

/** Folders beside the files of images/ and masks/: what is in them takes no part. */
async function passedOver(root: string): Promise<string[]> {
  const indexes = ['images', 'masks'].map((name) => indexFiles(path.join(root, name)));
  return (await Promise.all(indexes)).flatMap(({ folder: place, subfolders }) => {
    if (subfolders.length === 0) return [];
    const names = subfolders.slice(0, 5).join(', ');
    const more = subfolders.length > 5 ? ` and ${subfolders.length - 5} more` : '';
    return `${place} holds folders, whose files are passed over: ${names}${more}. Move what belongs to the set up into it, under names that differ.`;
  });
}

/** @throws InputError that says which folders are there. */
async function checkFolder(root: string, name: 'images' | 'masks'): Promise<void> {
  const entries = await entriesIfThere('openDataset', root);
  if (entries.some((entry) => entry.name === name)) return;
  const others = entries
    .filter((entry) => entry.isDirectory() && !['images', 'masks', 'splits'].includes(entry.name))
    .map((entry) => `${entry.name}/`);
  const found =
    others.length > 0 ? `${root} has ${others.join(', ')}` : `${root} has no such folder`;
  const holds = name === 'masks' ? 'label files' : 'images';
  throw new InputError(
    `openDataset: the ${holds} must be in ${path.join(root, name)}, got none. ${found}: rename the folder of ${holds} ` +
      `to ${name}.`,
  );
}
