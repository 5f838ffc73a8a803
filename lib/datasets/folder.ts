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
 * (0.8 / 0.1 / 0.1 by `seed`), written down in `splits/`.
 */
import path from 'node:path';
import { invalid } from '../check';
import { exists, fileDataset } from './fileDataset';
import { readClasses } from './folderClasses';
import { indexFiles, listedKeys, pairKeys } from './listing';
import type { FileIndex } from './listing';
import { checkDisjoint } from './split';
import type { SplitNames } from './split';
import type { Split } from './types';

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
    return (await hasLists(root)) ? exists(listOf(root, split)) : true;
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
    return pairKeys(...(await bothFolders(root)), keys);
  },
  allPairs: async (root) => pairKeys(...(await bothFolders(root))),
});

const listOf = (root: string, split: Split) => path.join(root, `${split}.txt`);

async function hasLists(root: string): Promise<boolean> {
  const found = await Promise.all(splits.map((split) => exists(listOf(root, split))));
  return found.includes(true);
}

function bothFolders(root: string): Promise<[FileIndex, FileIndex]> {
  return Promise.all([
    indexFiles(path.join(root, 'images')),
    indexFiles(path.join(root, 'masks'), { fileOf: (key) => `${key}.png` }),
  ]);
}
