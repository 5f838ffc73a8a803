/**
 * Cityscapes, fine annotations: street scenes of 50 cities, 2048x1024, train 2,975, val 500, test
 * 1,525.
 *
 *     cityscapes/leftImg8bit/{train,val,test}/CITY/CITY_SEQ_FRAME_leftImg8bit.png
 *     cityscapes/gtFine/{train,val,test}/CITY/CITY_SEQ_FRAME_gtFine_labelIds.png   8-bit grey, 0–33
 *
 * A cluster of images is 20 seconds of a sequence (340 frames of 17 a second). In most cities each labelled frame has a
 * sequence of its own.
 *
 * A group, which a drawn split keeps together, is a city, as in the official splits.
 *
 * The 19 train ids of the official table; every other label id is void. The labels of the official
 * test split are not public: its files hold void only, and the split `splitRule: 'paper'`
 * is over train and val (3,475).
 */
import path from 'node:path';
import { timeBlocks } from './clusters';
import { exists, fileDataset } from './fileDataset';
import { indexFiles, pairKeys } from './listing';
import type { Pair } from './listing';
import type { Colour, Split } from './datasetTypes';

/** Train ids 0–18 (in this order), their label ids, and the official colours. */
const classes: readonly (readonly [name: string, labelId: number, colour: Colour])[] = [
  ['road', 7, [128, 64, 128]],
  ['sidewalk', 8, [244, 35, 232]],
  ['building', 11, [70, 70, 70]],
  ['wall', 12, [102, 102, 156]],
  ['fence', 13, [190, 153, 153]],
  ['pole', 17, [153, 153, 153]],
  ['traffic light', 19, [250, 170, 30]],
  ['traffic sign', 20, [220, 220, 0]],
  ['vegetation', 21, [107, 142, 35]],
  ['terrain', 22, [152, 251, 152]],
  ['sky', 23, [70, 130, 180]],
  ['person', 24, [220, 20, 60]],
  ['rider', 25, [255, 0, 0]],
  ['car', 26, [0, 0, 142]],
  ['truck', 27, [0, 0, 70]],
  ['bus', 28, [0, 60, 100]],
  ['train', 31, [0, 80, 100]],
  ['motorcycle', 32, [0, 0, 230]],
  ['bicycle', 33, [119, 11, 32]],
];
const largestLabelId = 33;
const trainIds = new Map(classes.map(([, labelId], trainId) => [labelId, trainId]));
const partOf: Record<Split, string> = { train: 'train', valid: 'val', test: 'test' };

export const cityscapes = fileDataset({
  name: 'cityscapes',
  title: 'Cityscapes',
  folder: 'cityscapes',
  source: 'www.cityscapes-dataset.com/downloads, with a login',
  classNames: classes.map(([name]) => name),
  palette: classes.map(([, , colour]) => colour),
  licence: 'Cityscapes terms of use: registration, non-commercial research, no redistribution',
  citation:
    'M. Cordts, M. Omran, S. Ramos, T. Rehfeld, M. Enzweiler, R. Benenson, U. Franke, S. Roth, ' +
    'B. Schiele: The Cityscapes dataset for semantic urban scene understanding. IEEE Conference ' +
    'on Computer Vision and Pattern Recognition, 2016.',
  classOf: (value) => (value > largestLabelId ? undefined : (trainIds.get(value) ?? 'void')),
  clustersOf: (names) => timeBlocks(names, /^(\w+_\d+)_(\d+)$/, 340),
  groupsOf: (pairs) => pairs.map(({ name }) => name.split('_')[0]),
  hasSplit: (folder, split) => exists(path.join(folder, 'leftImg8bit', partOf[split])),
  pairs: (folder, split) => partPairs(folder, partOf[split]),
  allPairs: async (folder) =>
    (await Promise.all(['train', 'val'].map((part) => partPairs(folder, part)))).flat(),
});

async function partPairs(folder: string, part: string): Promise<Pair[]> {
  const [images, masks] = await Promise.all([
    indexFiles(path.join(folder, 'leftImg8bit', part), sideOf('_leftImg8bit')),
    indexFiles(path.join(folder, 'gtFine', part), sideOf('_gtFine_labelIds')),
  ]);
  return pairKeys(images, masks);
}

/** The key of `CITY_SEQ_FRAME_SUFFIX.png` is `CITY_SEQ_FRAME`. */
function sideOf(suffix: string) {
  return {
    nested: true,
    keyOf: (file: string) => {
      const stem = path.posix.parse(file).name;
      return stem.endsWith(suffix) ? stem.slice(0, -suffix.length) : undefined;
    },
    fileOf: (key: string) => `${key.split('_')[0]}/${key}${suffix}.png`,
  };
}
