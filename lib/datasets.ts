/**
 * The table of data sets. A new one is a file in `lib/datasets/` and a line here.
 *
 *     const dataset = await openDataset({ name: 'camvid', split: 'train', size: [96, 128] });
 *     for await (const batch of dataset.batches({ batchSize: 8, shuffle: true, seed: 1 })) { … }
 */
import path from 'node:path';
import { checkKnownOptions, checkNumber, checkOneOf, counted, invalid, shapeText } from './check';
import { camvid } from './datasets/camvid';
import { cityscapes } from './datasets/cityscapes';
import { maxPixels } from './datasets/decode/limits';
import { fileOptions } from './datasets/fileDatasetTypes';
import { folder } from './datasets/folderDataset';
import { nyuv2 } from './datasets/nyuv2';
import { oxfordPet } from './datasets/oxfordPet';
import { synthetic } from './datasets/synthetic';
import { voidRule } from './datasets/datasetTypes';
import type {
  CommonOptions,
  DatasetDefinition,
  OptionsIn,
  ResolvedOptions,
  SegmentationDataset,
  Split,
} from './datasets/datasetTypes';

/** In the order in which `'auto'` takes them; the one that needs no files comes last. */
const datasets = [camvid, oxfordPet, nyuv2, cityscapes, folder, synthetic] as const;

const table: readonly DatasetDefinition[] = datasets;

// The types of all their options in one: tslab, not strict, would make a union of an inferred intersection.
type Tables = (typeof datasets)[number]['options'];
type NamesIn<Table> = Table extends unknown ? keyof Table : never;
type SchemaIn<Table, Name extends string> =
  Table extends Readonly<Record<Name, infer Schema>> ? Schema : never;
type OwnOptionTable = { [Name in NamesIn<Tables>]: SchemaIn<Tables, Name> };

/** The schemas of the options that some data sets take and others do not, by name. */
export const ownOptions = Object.assign(
  {},
  ...datasets.map(({ options }) => options),
) as OwnOptionTable;

/** What `openDataset` takes: what all data sets do, and options of their own, documented in the file of each. */
export type DatasetOptions = CommonOptions & OptionsIn<OwnOptionTable>;

/** The names `openDataset` takes, besides `'auto'`. */
export const datasetNames: readonly string[] = table.map(({ name }) => name);

/** The title of a data set by its name; a name that the kit does not know, or stands for data of your own, stays as it is. */
export function datasetTitle(name: string): string {
  return isKnownDataset(name) ? (findDefinition(name)?.title ?? name) : name;
}

/** Whether a data set of this name is always the same one; `folder` is another one at every root. */
export function isKnownDataset(name: string): boolean {
  return name !== folder.name && findDefinition(name) !== undefined;
}

const findDefinition = (name: string) => table.find((definition) => definition.name === name);

const commonOptions: readonly (keyof CommonOptions)[] = [
  'name',
  'root',
  'split',
  'size',
  'seed',
  'voidAs',
];

/** A data set of the table, and whether its files were found. */
export interface DatasetStatus {
  name: string;
  title: string;
  /** False for images the kit draws itself. */
  real: boolean;
  found: boolean;
  licence: string;
}

/** The folder that holds the data sets: `PAT_DATA_DIR`, else `data/datasets`. */
export function defaultRoot(): string {
  return process.env.PAT_DATA_DIR || path.join('data', 'datasets');
}

/**
 * Opens one split of a data set.
 *
 * Option `name`: a name of the table, or `'auto'`: the first real data set found under `root`,
 *   else `'synthetic'`
 * @throws InputError for an unknown name or option, a folder or file that is missing (with where it
 *   looked and the remedy), an empty split; NoSplitError, which is one, where the data set has no such split.
 */
export async function openDataset(options: DatasetOptions): Promise<SegmentationDataset> {
  const { definition, resolved } = await resolve('openDataset', options);
  return definition.open(resolved);
}

/**
 * Writes down the split that the kit draws for these options (`splitRule: 'paper'`, a folder without lists), in `splits/`
 * of the set's folder, where it is not written yet and no image lacks its label file. Opening a data set writes nothing:
 * this is for the start of a training, from when on the split must not change.
 *
 * @throws InputError as `openDataset`.
 */
export async function keepSplit(options: DatasetOptions): Promise<void> {
  const { definition, resolved } = await resolve('keepSplit', options);
  await definition.keepSplit?.(resolved);
}

const OWN_IMAGES =
  "Images of your own have the name 'folder', and their folder as root (datasetName and datasetRoot in notebooks).";

/** Checks the options common to all data sets and fills in their defaults. */
async function resolve(
  where: string,
  options: DatasetOptions,
): Promise<{ definition: DatasetDefinition; resolved: ResolvedOptions & DatasetOptions }> {
  const { root = defaultRoot(), split = 'train', size, seed = 0, voidAs = 'ignore' } = options;
  checkOneOf(where, 'name', options.name, ['auto', ...datasetNames], OWN_IMAGES);
  checkOneOf(where, 'split', split, ['train', 'valid', 'test']);
  checkOneOf(where, 'voidAs', voidAs, voidRule.options);
  checkNumber(where, 'seed', seed, { integer: true });
  if (typeof root !== 'string') throw invalid(where, 'root', 'a folder', root);
  if (size !== undefined) checkSize(where, size);
  const auto = options.name === 'auto';
  const name = auto ? await findDataset({ root, split }) : options.name;
  const definition = findDefinition(name) ?? synthetic;
  const own = auto ? { ...fileOptions, ...synthetic.options } : definition.options;
  checkKnownOptions(where, options, [...commonOptions, ...Object.keys(own)]);
  return { definition, resolved: { ...options, name, root, split, seed, voidAs } };
}

/**
 * The name of the data set to use: the first of `prefer` (default: all real ones, in the table's
 * order) whose files are found under `root`, else `'synthetic'`.
 */
export async function findDataset({
  prefer = table.filter(({ real }) => real).map(({ name }) => name),
  root = defaultRoot(),
  split = 'train',
}: { prefer?: readonly string[]; root?: string; split?: Split } = {}): Promise<string> {
  for (const name of prefer) {
    checkOneOf('findDataset', 'prefer', name, datasetNames);
    const definition = findDefinition(name);
    if (await definition?.has(root, split)) return name;
  }
  return synthetic.name;
}

/** Every data set of the table with whether its `split` is found under `root`. */
export async function availableDatasets(
  root = defaultRoot(),
  split: Split = 'train',
): Promise<DatasetStatus[]> {
  return Promise.all(
    table.map(async (definition) => {
      const { name, title, real, licence } = definition;
      return { name, title, real, licence, found: await definition.has(root, split) };
    }),
  );
}

/**
 * The cluster of each image of a data set, by their names (as `sample().name`): images of one cluster, such as frames of one
 * drive shot within 20 seconds, are not independent of each other. Each image is its own where the data set says nothing, and
 * in a data set that is not of the table.
 */
export function imageClusters(datasetName: string, names: readonly string[]): string[] {
  const definition = table.find(({ name }) => name === datasetName);
  return definition?.clustersOf?.(names) ?? [...names];
}

/** One line that says which images are shown, e.g. `CamVid, train: 367 real images, 11 classes`. */
export function describeDataset(dataset: SegmentationDataset): string {
  const { title, split, length, real, numClasses } = dataset;
  const images = real
    ? counted(length, 'real image')
    : counted(length, 'scene drawn by the kit', 'scenes drawn by the kit');
  return `${title}, ${split}: ${images}, ${counted(numClasses, 'class', 'classes')}`;
}

function checkSize(where: string, size: readonly number[]): void {
  const ok =
    Array.isArray(size) &&
    size.length === 2 &&
    size.every((side) => Number.isInteger(side) && side >= 1) &&
    size[0] * size[1] <= maxPixels;
  if (ok) return;
  const got = Array.isArray(size) ? shapeText(size) : size;
  const expected = '[height, width] in whole pixels >= 1, of at most 268 megapixels';
  throw invalid(where, 'size', expected, got);
}
