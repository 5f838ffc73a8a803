/**
 * Data sets made of image files and label files: opening one is naming its pairs and what its
 * values mean.
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { InputError, invalid } from '../check';
import { createDataset, voidLabel } from './dataset';
import { decodeImage, readImageHeader } from './image';
import { decodeMask, notAllowed } from './mask';
import type { DatasetDefinition, DatasetFacts, SampleSource, Split } from './types';

/** An image file and its label file. */
export interface FilePair {
  /** The image file's name without its extension. */
  name: string;
  image: string;
  mask: string;
}

/** All that a data set of files has to say about itself; one such constant a file. */
export interface FileDataset extends Omit<DatasetFacts, 'real'> {
  /** Where the set lies under the root, e.g. `'camvid/CamVid'`. */
  folder: string;
  /** Where to get it, for the error when it is not there. */
  source: string;
  /** Class id of a value stored in a label file; undefined for a value that must not occur. */
  classOf(value: number): number | 'void' | undefined;
  hasSplit(folder: string, split: Split): Promise<boolean>;
  /** The pairs of a split, in the set's own order. Every file is known to exist. */
  pairs(folder: string, split: Split): Promise<FilePair[]>;
}

/** The line of the table in `lib/datasets.ts` for a data set of files. */
export function fileDataset(set: FileDataset): DatasetDefinition {
  return {
    name: set.name,
    title: set.title,
    real: true,
    classNames: set.classNames,
    palette: set.palette,
    licence: set.licence,
    citation: set.citation,
    options: [],
    has: (root, split) => set.hasSplit(path.join(root, set.folder), split),
    async open({ root, split, size, voidAs }) {
      const folder = path.join(root, set.folder);
      if (!(await exists(folder))) throw missingFolder(set, root, folder);
      const pairs = await set.pairs(folder, split);
      if (pairs.length === 0) {
        const remedy = `The ${split} split in ${folder} is empty. Unpack the data set again.`;
        throw invalid('openDataset', 'split', 'one with images', split, remedy);
      }
      const labelTable = tableOf(set, voidLabel(set.classNames, voidAs));
      const facts = { ...set, real: true };
      return createDataset(facts, pairSource(pairs, labelTable, size), { split, voidAs });
    },
  };
}

function pairSource(
  pairs: readonly FilePair[],
  labelTable: Int16Array,
  size: readonly [number, number] | undefined,
): SampleSource {
  return {
    length: pairs.length,
    async sample(index) {
      const pair = pairs[index];
      const [decoded, mask] = await Promise.all([
        decodeImage(pair.image, { size }),
        decodeMask(pair.mask, { labelTable, size }),
      ]);
      if (decoded.fileHeight !== mask.fileHeight || decoded.fileWidth !== mask.fileWidth) {
        throw await unequalSizes(pair, mask);
      }
      const { height, width, image } = decoded;
      return { name: pair.name, height, width, image, labels: mask.labels };
    },
    async labelMap(index) {
      const pair = pairs[index];
      const [header, mask] = await Promise.all([
        readImageHeader(pair.image),
        decodeMask(pair.mask, { labelTable, size }),
      ]);
      if (header.height !== mask.fileHeight || header.width !== mask.fileWidth) {
        throw await unequalSizes(pair, mask);
      }
      const { height, width, labels } = mask;
      return { name: pair.name, height, width, labels };
    },
  };
}

/** Whether a file or folder can be reached. */
export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function tableOf(set: FileDataset, voidId: number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, value) => {
    const id = set.classOf(value);
    return id === 'void' ? voidId : (id ?? notAllowed);
  });
}

function missingFolder(set: FileDataset, root: string, folder: string): InputError {
  return invalid(
    'openDataset',
    'root',
    `a folder that holds ${set.folder}`,
    root,
    `No ${set.title} in ${folder}. Get it (${set.source}), or set PAT_DATA_DIR (or root) to the ` +
      `folder that holds ${set.folder}; the data set 'synthetic' works without files.`,
  );
}

async function unequalSizes(
  pair: FilePair,
  mask: { fileHeight: number; fileWidth: number },
): Promise<InputError> {
  const image = await readImageHeader(pair.image);
  const remedy =
    image.orientation > 1
      ? `The image's EXIF orientation ${image.orientation} is not applied: save it upright.`
      : 'Replace one of the two files.';
  return new InputError(
    `sample: mask size must equal its image's, got ${mask.fileHeight}x${mask.fileWidth} in ` +
      `${pair.mask} and ${image.height}x${image.width} in ${pair.image} (height x width). ${remedy}`,
  );
}
