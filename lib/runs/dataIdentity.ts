/**
 * Which data a run was made from, without a path: a record, a run's folder and its checkpoints hold it, and what reads them
 * compares it. Two data sets of one name (two roots of `folder`, other splits, classes in another order) differ in it; one
 * that was copied to another place does not.
 */
import { z } from 'zod';
import { digest, identifySplit } from '../datasets/identity';
import type { SegmentationDataset, Split } from '../datasets/datasetTypes';
import type { Inferred } from '../schema';

/** `SplitIdentity`. */
const split = z.object({
  samples: z.number().int().min(0),
  names: z.string(),
  files: z.string(),
  contents: z.string().optional(),
  skipped: z.array(z.string()),
});

export const dataIdentity = z.object({
  /** Equal for equal data, 16 hexadecimal digits; digests of contents, which need not be there, take no part. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  title: z.string(),
  /** In the order of their ids; `values` is what stands for the class in label files, `''` in drawn scenes. */
  classes: z.array(z.object({ name: z.string(), values: z.string() })),
  /** What stands for void in label files. */
  void: z.string(),
  splits: z.object({ train: split, valid: split, test: split.optional() }),
});

/** The data of a run. */
export type DataIdentity = Inferred<typeof dataIdentity>;

type OpenSplits = Record<'train' | 'valid', SegmentationDataset> & { test?: SegmentationDataset };

/** For each split a line for each sample: its name and the sizes of its files. */
export type DataListing = Partial<Record<Split, string[]>>;

/** The identity of data, and the lines that its digests were made of. */
export interface IdentifiedData {
  identity: DataIdentity;
  listing: DataListing;
}

const splitNames = ['train', 'valid', 'test'] as const;

/**
 * The identity of the open splits of a data set; undefined where the data set does not say what it is made of.
 *
 * Option `contents`: see `identifySplit`
 */
export async function identifyData(
  opened: OpenSplits,
  options: { contents?: boolean; signal?: AbortSignal } = {},
): Promise<IdentifiedData | undefined> {
  const splits: Partial<DataIdentity['splits']> = {};
  const listing: DataListing = {};
  for (const name of splitNames) {
    const dataset = opened[name];
    const found = dataset && (await identifySplit(dataset, options));
    if (found === undefined) continue;
    splits[name] = found.identity;
    if (found.listing.length > 0) listing[name] = found.listing;
  }
  const { train, valid, test } = splits;
  if (train === undefined || valid === undefined) return undefined;
  return { identity: dataOf(opened.train, { train, valid, ...(test && { test }) }), listing };
}

function dataOf(dataset: SegmentationDataset, splits: DataIdentity['splits']): DataIdentity {
  const { title } = dataset;
  const meaning = classIdentity(dataset);
  const parts = splitNames.map((name) => {
    const { names = '', files = '', skipped = [] } = splits[name] ?? {};
    return [name, names, files, skipped];
  });
  const id = digest([title, meaning, parts].map((part) => JSON.stringify(part)));
  return { id, title, ...meaning, splits };
}

/** The classes of an open data set, and what stands for void, as an identity holds them. */
export function classIdentity({
  classNames,
  parts,
}: SegmentationDataset): Pick<DataIdentity, 'classes' | 'void'> {
  const { values = [] } = parts ?? {};
  const classes = classNames.map((name, id) => ({ name, values: values[id] ?? '' }));
  return { classes, void: values[values.length - 1] ?? '' };
}

/** What `dataDifference` compares. */
interface DifferenceOptions {
  /** Which splits (default: all that both have). */
  splits?: readonly Split[];
  /** Lines of either, so that the first sample that differs can be named. */
  listings?: readonly [stored: DataListing, given: DataListing];
}

/**
 * The first thing in which `given` differs from `stored`, in words, such as `class 1 is 'road' (was 'sky')` or
 * `'frame_7' of the train split has files of 5120 200 bytes (was 4096 200)`; undefined where they are the same. A split that
 * one of them lacks is not compared, nor are contents that one of them has not read.
 */
export function dataDifference(
  stored: DataIdentity,
  given: DataIdentity,
  { splits = splitNames, listings }: DifferenceOptions = {},
): string | undefined {
  if (stored.title !== given.title) {
    return `the data set is '${given.title}' (was '${stored.title}')`;
  }
  return (
    classDifference(stored, given) ??
    splits
      .map((name) => {
        const [was, is] = [stored.splits[name], given.splits[name]];
        const [before, now] = [listings?.[0][name], listings?.[1][name]];
        return was && is && splitDifference(name, [was, is], [before, now]);
      })
      .find((text) => text !== undefined)
  );
}

/** The first class that differs, or void. */
export function classDifference(
  stored: Pick<DataIdentity, 'classes' | 'void'>,
  given: Pick<DataIdentity, 'classes' | 'void'>,
): string | undefined {
  const length = Math.max(stored.classes.length, given.classes.length);
  for (let id = 0; id < length; id++) {
    const [was, is] = [stored.classes[id], given.classes[id]];
    if (is?.name !== was?.name)
      return `class ${id} is ${quoted(is?.name)} (was ${quoted(was?.name)})`;
    if (is.values !== was.values) {
      return `class ${id}, '${is.name}', is ${quoted(is.values)} in label files (was ${quoted(was.values)})`;
    }
  }
  if (stored.void === given.void) return undefined;
  return `void is ${quoted(given.void)} in label files (was ${quoted(stored.void)})`;
}

function splitDifference(
  name: Split,
  [was, is]: readonly [DataIdentity['splits']['train'], DataIdentity['splits']['train']],
  [before, now]: readonly [string[] | undefined, string[] | undefined],
): string | undefined {
  const same = was.names === is.names && was.files === is.files;
  const contentsDiffer = was.contents !== is.contents && was.contents && is.contents;
  if (same && !contentsDiffer) return undefined;
  if (same) return `files of the ${name} split hold other bytes, of the same number`;
  if (before && now) {
    const at = now.findIndex((line, i) => line !== before[i]);
    const [[line, old]] = [[now[at < 0 ? now.length : at], before[at < 0 ? now.length : at]]];
    const [sample, sizes] = parted(line);
    const [oldSample, oldSizes] = parted(old);
    if (sample !== oldSample) {
      const place = (at < 0 ? now.length : at) + 1;
      return `sample ${place} of the ${name} split is ${quoted(sample)} (was ${quoted(oldSample)})`;
    }
    return `'${sample}' of the ${name} split has files of ${sizes} bytes, image and labels (was ${oldSizes})`;
  }
  if (was.samples !== is.samples) {
    return `the ${name} split has ${is.samples} samples (was ${was.samples})`;
  }
  return was.names !== is.names
    ? `the ${name} split has samples of other names, or in another order`
    : `files of the ${name} split have other sizes`;
}

/** A line of a listing: the name, and the sizes of the two files. */
function parted(line: string | undefined): readonly [string?, string?] {
  const [, name, sizes] = /^(.*) (\S+ \S+)$/s.exec(line ?? '') ?? [];
  return [name, sizes];
}

const quoted = (text: string | undefined) => (text === undefined ? 'none' : `'${text}'`);
