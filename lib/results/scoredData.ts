/** Which data records were scored on: runs on other data are never averaged, compared, or shown beside each other. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { sum } from '../statistics';
import { datasetSettings, stableJson } from './keys';
import { datasetTitle, isKnownDataset } from './names';
import type { ResultRecord } from './records';

/** The data of a record. */
export interface ScoredData {
  /** Equal for equal data; begins with `~` where it follows from what was scored, as the record names no data. */
  id: string;
  title: string;
}

/** What tells which data a record is of: one split of it, or the whole. */
export type DataTold = Pick<ResultRecord, 'config' | 'classNames' | 'counts'> &
  Partial<Pick<ResultRecord, 'data' | 'perImage' | 'samples' | 'split'>> & {
    test?: { perImage?: ResultRecord['perImage'] };
  };

/**
 * The data that a record names. Records of older versions name none: theirs are those with the same classes, the same
 * labelled pixels of each, the same images, the same number of samples, and for `folder` the same root.
 */
export function scoredData(record: DataTold): ScoredData {
  const { config, data, classNames, counts, perImage, samples } = record;
  const { name, root } = config.dataset;
  const folder = name === 'folder' && root !== undefined ? path.resolve(root) : undefined;
  const title = isKnownDataset(name)
    ? datasetTitle(name)
    : (data?.title ?? (folder === undefined ? name : path.basename(folder)));
  if (data !== undefined) return { id: data.id, title };
  const labelled = counts.map((row) => sum(row));
  const told = stableJson([name, classNames, labelled, perImage?.names, samples, folder]);
  return { id: `~${hex(told)}`, title };
}

/**
 * The data of each of some records, in their order. One that names no data is of those that another record of its data set
 * names, where the two do not contradict each other: classes, samples, the images scored.
 */
export function dataOfRecords(records: readonly DataTold[]): ScoredData[] {
  const own = records.map(scoredData);
  const named = new Map<string, DataTold>();
  records.forEach((record) => record.data && named.set(record.data.id, record));
  return records.map((record, i) => {
    if (record.data !== undefined || named.size === 0) return own[i];
    const fitting = [...named.values()].filter((other) => agrees(record, other));
    return fitting.length === 1 ? scoredData(fitting[0]) : own[i];
  });
}

/** Whether a record that names no data may be of the data that another one names. */
function agrees(record: DataTold, { config, classNames, data }: DataTold): boolean {
  const { samples, split = record.test ? 'test' : 'valid' } = record;
  const perImage =
    record.test && record.split === undefined ? record.test.perImage : record.perImage;
  return (
    record.config.dataset.name === config.dataset.name &&
    record.classNames.join('\n') === classNames.join('\n') &&
    samples !== undefined &&
    samples.train === data?.splits.train.samples &&
    perImage !== undefined &&
    hex(perImage.names.join('\n')) === data.splits[split]?.names
  );
}

/** Whether all records are of the same images at the same size. */
export function areOnSameImages(records: readonly DataTold[]): boolean {
  const data = dataOfRecords(records);
  const keys = records.map(
    ({ config }, i) => data[i].id + stableJson(datasetSettings(config.dataset)),
  );
  return keys.every((key) => key === keys[0]);
}

/** Titles that tell data apart: with the first digits of the id where two share one. */
export function distinctTitles(all: readonly ScoredData[]): Map<string, string> {
  const titles = new Map(all.map(({ id, title }) => [id, title]));
  const shared = (title: string) => [...titles.values()].filter((one) => one === title).length > 1;
  return new Map(
    [...titles].map(([id, title]) => {
      return [id, shared(title) ? `${title} (${id.replace('~', '').slice(0, 6)})` : title];
    }),
  );
}

const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
