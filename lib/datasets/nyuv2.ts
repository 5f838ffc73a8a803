/**
 * NYU Depth V2, the labelled frames: indoor scenes, 640x480, official train 795, test 654.
 *
 *     nyuv2/nyu_{train,test}_rgb/nyu_rgb_NNNN.png              images, PNG or JPEG
 *     nyuv2/{train,test}_labels_13/new_nyu_class13_NNNN.png    8-bit grey: 0 void, 1–13
 *     nyuv2/{train,test}_labels_40/new_nyu_class40_NNNN.png    8-bit grey: 0 void, 1–40 (nyuv2Classes40.ts)
 *     nyuv2/{train,val,test}.txt                               NNNN, one a line; each optional
 *
 * NNNN is the 1-based index in nyu_depth_v2_labeled.mat; of a file name, only the number at its end
 * counts. The folders are the official archives, each unpacked into a folder of its name (data/README.md).
 * Class id = label − 1, with `labels: 13` (default) or `40`; 13-class labels are made from the 40-class
 * files where only those are there (class13Mapping.mat).
 *
 * Frames of one scene have consecutive numbers; which scene is in no file here. A cluster of images is a run of numbers
 * with neighbours at most 3 apart: as the official splits are by scene, how often both neighbours are in the same one tells
 * how often they share a scene, about 0.6 at a distance of 1, 0.3 at 2, 0.1 at 3 and 0 beyond. The official test list has
 * the same runs by 1 as by 3. A set of almost all frames is few runs, or one: the rule is for test splits.
 *
 * Without `train.txt` and `test.txt`, the splits are the folders. There is no official validation
 * split: without `val.txt`, `valid` is a tenth of train drawn by `seed`, in whole runs of consecutive
 * indices, i.e. by scene (`holdOut` in split.ts), and `train` is the rest.
 */
import path from 'node:path';
import { z } from 'zod';
import { checkOneOf } from '../check';
import { numberRuns } from './clusters';
import { exists, fileDataset } from './fileDataset';
import type { FileOptions } from './fileDatasetTypes';
import { indexFiles, listedKeys, pairKeys } from './listing';
import type { FileIndex, Pair } from './listing';
import { classes40 } from './nyuv2Classes40';
import { vocColour } from './palette';
import { checkDisjoint, holdOut } from './split';
import type { OptionsIn, Split } from './datasetTypes';

const classNames = [
  ...['bed', 'books', 'ceiling', 'chair', 'floor', 'furniture', 'objects'],
  ...['picture', 'sofa', 'table', 'tv', 'wall', 'window'],
];

const options = {
  /** Its 13 (default) or 40 classes. */
  labels: z.union([z.literal(13), z.literal(40)]),
};
type Options = FileOptions & OptionsIn<typeof options>;

/** The class id of a label; 0 is void. */
const classOf = (count: number) => (label: number) =>
  label === 0 ? 'void' : label <= count ? label - 1 : undefined;

export const nyuv2 = fileDataset({
  name: 'nyuv2',
  title: 'NYUv2',
  folder: 'nyuv2',
  source: "'npm run data -- download nyuv2', or cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html",
  options,
  classNames,
  palette: classNames.map((_, id) => vocColour(id + 1)),
  licence: 'none published: research use, cite the paper',
  citation:
    'N. Silberman, D. Hoiem, P. Kohli, R. Fergus: Indoor segmentation and support inference from ' +
    'RGBD images. European Conference on Computer Vision, 2012.',
  classOf: classOf(13),
  clustersOf: (names) => numberRuns(names, /\d+$/, 3),
  groupsOf: scenesOf,
  async variant(folder, options) {
    const { labels = 13 } = options;
    checkOneOf('openDataset', 'labels', String(labels), ['13', '40']);
    if (labels === 40) {
      return {
        classNames: classes40.map(([name]) => name),
        palette: classes40.map((_, id) => vocColour(id + 1)),
        classOf: classOf(40),
      };
    }
    const stored = await storedLabels(folder, await partsOf(folder, options), labels);
    return stored === 13 ? {} : { classOf: classOf13From40 };
  },
  async hasSplit(folder, split) {
    const part = partOf[split];
    const labels = await storedLabels(folder, [part], 13);
    const needed = [`nyu_${part}_rgb`, `${part}_labels_${labels}`];
    const found = await Promise.all(needed.map((name) => exists(path.join(folder, name))));
    return !found.includes(false);
  },
  async pairs(folder, split, options) {
    const [images, masks] = await filesOf(folder, partOf[split], options);
    const keys =
      split === 'test'
        ? await optionalList(folder, 'test')
        : (await trainAndValid(folder, images, options.seed))[split];
    return pairKeys(images, masks, keys);
  },
  async allPairs(folder, options) {
    const parts = await partsOf(folder, options);
    const pairs = parts.map(async (part) => pairKeys(...(await filesOf(folder, part, options))));
    return (await Promise.all(pairs)).flat();
  },
});

type Part = 'train' | 'test';
const partOf: Record<Split, Part> = { train: 'train', valid: 'train', test: 'test' };

/** The parts that an opened data set reads. */
async function partsOf(folder: string, { split, splitRule }: Options): Promise<Part[]> {
  if (splitRule !== 'paper') return [partOf[split]];
  const parts: Part[] = ['train', 'test'];
  const found = await Promise.all(
    parts.map((part) => exists(path.join(folder, `nyu_${part}_rgb`))),
  );
  return parts.filter((_, i) => found[i]);
}

/** Runs of consecutive numbers within a part: the official parts are by scene, so that a scene's frames are in one run. */
function scenesOf(pairs: readonly Pair[]): string[] {
  const partOfPair = (pair: Pair) =>
    'problem' in pair ? '' : path.basename(path.dirname(pair.image));
  const runOf = new Map<string, string>();
  for (const part of new Set(pairs.map(partOfPair))) {
    const names = pairs.filter((pair) => partOfPair(pair) === part).map(({ name }) => name);
    const runs = numberRuns(names, /\d+$/, 1);
    names.forEach((name, i) => runOf.set(name, runs[i]));
  }
  return pairs.map(({ name }) => runOf.get(name) ?? name);
}

function classOf13From40(label: number): number | 'void' | undefined {
  if (label === 0) return 'void';
  return label <= classes40.length ? classes40[label - 1][1] - 1 : undefined;
}

/** The label files to read: those of 40 classes where only these can give the 13. */
async function storedLabels(
  folder: string,
  parts: readonly Part[],
  labels: 13 | 40,
): Promise<13 | 40> {
  const has = (part: Part, count: number) => exists(path.join(folder, `${part}_labels_${count}`));
  const only40 = parts.map(async (part) => !(await has(part, 13)) && (await has(part, 40)));
  return labels === 40 || (await Promise.all(only40)).includes(true) ? 40 : 13;
}

/** `nyu_rgb_NNNN` of anything that ends in a number. */
function keyOf(file: string): string | undefined {
  const match = /(\d+)(?:\.\w+)?$/.exec(file);
  return match === null ? undefined : `nyu_rgb_${String(Number(match[1])).padStart(4, '0')}`;
}

async function filesOf(
  folder: string,
  part: Part,
  options: Options,
): Promise<[FileIndex, FileIndex]> {
  const { labels = 13 } = options;
  const stored = await storedLabels(folder, await partsOf(folder, options), labels);
  const fileOf = (key: string) => `new_nyu_class${stored}_${key.slice(-4)}.png`;
  return Promise.all([
    indexFiles(path.join(folder, `nyu_${part}_rgb`), { keyOf }),
    indexFiles(path.join(folder, `${part}_labels_${stored}`), { keyOf, fileOf }),
  ]);
}

async function optionalList(folder: string, part: string): Promise<string[] | undefined> {
  const list = path.join(folder, `${part}.txt`);
  return (await exists(list)) ? listedKeys(list, { keyOf }) : undefined;
}

async function trainAndValid(folder: string, images: FileIndex, seed: number) {
  const listed = await optionalList(folder, 'train');
  const valid = await optionalList(folder, 'val');
  if (listed && valid) checkDisjoint(folder, { train: listed, valid });
  const held = new Set(valid);
  const train = listed ?? [...images.files.keys()].filter((key) => !held.has(key));
  if (valid !== undefined) return { train, valid };
  const runs = numberRuns(train, /\d+$/, 1);
  const runOf = new Map(train.map((key, i) => [key, runs[i]]));
  return holdOut(train, seed, { groupOf: (key) => runOf.get(key) ?? key });
}
