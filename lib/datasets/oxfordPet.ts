/**
 * Oxford-IIIT Pet with its trimaps: 7,390 photographs of cats and dogs of 37 breeds, of any size.
 *
 *     oxford-iiit-pet/images/NAME.jpg               images (a few are PNG or GIF under this name)
 *     oxford-iiit-pet/annotations/trimaps/NAME.png  8-bit grey: 1 pet, 2 background, 3 border
 *     oxford-iiit-pet/annotations/{trainval,test}.txt   "NAME CLASS-ID SPECIES BREED-ID", one a line
 *
 * Class id = trimap value − 1. There is no void: the border is a class, as the paper counts (3), and
 * `voidAs` changes nothing.
 *
 * Official splits: `test` is `test.txt` (3,669). There is no official validation split: `valid` is a
 * tenth of `trainval.txt` (3,680) drawn by `seed` (`holdOut` in split.ts), `train` the rest. Images in
 * no list (41 of the archive) are in none of them; the split `splitRule: 'paper'` is over
 * every image.
 */
import path from 'node:path';
import { exists, fileDataset } from './fileDataset';
import { indexFiles, listedKeys, pairKeys } from './listing';
import type { FileIndex } from './listing';
import { checkDisjoint, holdOut } from './split';
import type { Colour } from './datasetTypes';

/** Class ids 0–2; the colours are the kit's own. */
const classes: readonly (readonly [name: string, colour: Colour])[] = [
  ['pet', [213, 94, 0]],
  ['background', [0, 114, 178]],
  ['border', [240, 228, 66]],
];

export const oxfordPet = fileDataset({
  name: 'oxfordPet',
  title: 'Oxford-IIIT Pet',
  folder: 'oxford-iiit-pet',
  source: "'npm run data -- download oxfordPet', or www.robots.ox.ac.uk/~vgg/data/pets",
  classNames: classes.map(([name]) => name),
  palette: classes.map(([, colour]) => colour),
  licence: 'CC BY-SA 4.0; research purposes only, copyright of the images with their owners',
  citation:
    'O. M. Parkhi, A. Vedaldi, A. Zisserman, C. V. Jawahar: Cats and dogs. IEEE Conference on ' +
    'Computer Vision and Pattern Recognition, 2012.',
  attribution:
    'Photographs and trimaps: Oxford-IIIT Pet (O. M. Parkhi, A. Vedaldi, A. Zisserman, C. V. Jawahar, ' +
    'https://www.robots.ox.ac.uk/~vgg/data/pets/), CC BY-SA 4.0 ' +
    '(https://creativecommons.org/licenses/by-sa/4.0/), copyright of the photographs with their ' +
    'owners; reduced in size, with class colours and predictions added. The figure is under the same licence.',
  classOf: (value) => (value >= 1 && value <= 3 ? value - 1 : undefined),
  hasSplit: async (folder, split) =>
    (await exists(path.join(folder, 'images'))) &&
    (await exists(listOf(folder, split === 'test' ? 'test' : 'trainval'))),
  async pairs(folder, split, { seed }) {
    // One after the other, so that of two lists that are missing the same one is named every time.
    const trainval = await listedKeys(listOf(folder, 'trainval'), { firstWord: true });
    const test = await listedKeys(listOf(folder, 'test'), { firstWord: true });
    checkDisjoint(path.join(folder, 'annotations'), { train: trainval, test });
    const keys = split === 'test' ? test : holdOut(trainval, seed)[split];
    return pairKeys(...(await bothFolders(folder)), keys);
  },
  allPairs: async (folder) => pairKeys(...(await bothFolders(folder))),
});

const listOf = (folder: string, part: string) => path.join(folder, 'annotations', `${part}.txt`);

function bothFolders(folder: string): Promise<[FileIndex, FileIndex]> {
  return Promise.all([
    indexFiles(path.join(folder, 'images')),
    indexFiles(path.join(folder, 'annotations', 'trimaps')),
  ]);
}
