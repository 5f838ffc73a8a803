/** Cells of a table: the runs on the same data that differ in nothing but their seed. */
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import { runKeys, stableJson } from './keys';
import type { RunKeys } from './keys';
import type { ResultRecord } from './records';
import type { ScoredRun } from './scoring';
import { dataOfRecords, distinctTitles, scoredData } from './scoredData';

/** The keys begin with the data; two cells never share `key`. */
export interface Cell extends RunKeys {
  /** Name of the data set. */
  dataset: string;
  /** Which data of that name (`ScoredData`). */
  data: string;
  /** Of the data; tells two data sets of one name apart. */
  title: string;
  network: NetworkName;
  /** With its options. */
  loss: LossConfig;
  /** Where not the highest logit decides. */
  decision?: ResultRecord['decision'];
  /** By seed. */
  runs: ResultRecord[];
}

/** A record that takes no part, and why. */
export interface LeftOut {
  file: string;
  reason: string;
}

/**
 * Groups runs into cells, in the order in which their first run comes. A record that is there twice counts once, and the copy
 * is named. Of runs of one seed with different numbers nobody can tell
 * which one counts: none does, and all are named.
 */
export function groupCells(records: readonly ResultRecord[]): {
  cells: Cell[];
  skipped: LeftOut[];
} {
  const data = dataOfRecords(records);
  const titles = distinctTitles(data);
  const placed = records.map((record, i) => {
    return { record, data: data[i], keys: runKeys(record, data[i].id) };
  });
  const bySeed = new Map<string, typeof placed>();
  for (const one of placed) {
    const seed = `${one.keys.key}\n${one.record.config.seed}`;
    bySeed.set(seed, [...(bySeed.get(seed) ?? []), one]);
  }
  const cells = new Map<string, Cell>();
  const skipped: LeftOut[] = [];
  for (const group of bySeed.values()) {
    const { kept, left } = oneOf(group.map(({ record }) => record));
    skipped.push(...left);
    const [{ record, keys, data: own }] = group;
    if (kept === undefined) continue;
    const { dataset, model, loss } = record.config;
    const cell = cells.get(keys.key) ?? {
      ...keys,
      dataset: dataset.name,
      data: own.id,
      title: titles.get(own.id) ?? own.title,
      network: model.name,
      loss,
      ...(record.decision && { decision: record.decision }),
      runs: [],
    };
    cells.set(keys.key, cell);
    cell.runs.push(kept);
  }
  for (const { runs } of cells.values()) runs.sort((a, b) => a.config.seed - b.config.seed);
  return { cells: [...cells.values()], skipped };
}

/** By data set, network and loss, whatever the names and the order of the files are. */
export function inOrder(records: readonly ResultRecord[]): ResultRecord[] {
  return records
    .map((record) => {
      const { key } = runKeys(record, scoredData(record).id);
      return { record, place: placeOf(record.config) + key };
    })
    .sort((a, b) => order(a.place, b.place))
    .map(({ record }) => record);
}

/** The one record of a seed that counts: none where records contradict each other. */
function oneOf(records: readonly ResultRecord[]): { kept?: ResultRecord; left: LeftOut[] } {
  if (records.length === 1) return { kept: records[0], left: [] };
  // Copies differ in what they hold besides: the fullest counts, by what it holds and not by its name.
  const sorted = records
    .map((record) => ({ record, text: stableJson({ ...record, file: '' }) }))
    .sort(
      (a, b) =>
        b.text.length - a.text.length ||
        order(a.text, b.text) ||
        order(a.record.file, b.record.file),
    )
    .map(({ record }) => record);
  const [kept, ...copies] = sorted;
  if (copies.every((copy) => sameNumbers(copy, kept))) {
    return {
      kept,
      left: copies.map(({ file }) => ({ file, reason: `the same run as ${kept.file}` })),
    };
  }
  const left = sorted.map(({ file, config }) => {
    const others = sorted.filter((one) => one.file !== file).map((one) => one.file);
    const reason =
      `seed ${config.seed} is also in ${others.join(' and in ')}, with other numbers: which run counts cannot be told. ` +
      'Take all but one of them away.';
    return { file, reason };
  });
  return { left };
}

function sameNumbers(a: ResultRecord, b: ResultRecord): boolean {
  const both = a.perImage !== undefined && b.perImage !== undefined;
  const numbers = ({ counts, perImage }: ResultRecord) => stableJson([counts, both ? perImage : 0]);
  return numbers(a) === numbers(b);
}

/** Sorts cells by data set, network and loss as named. */
function placeOf({ dataset, model, loss, seed }: ResultRecord['config']): string {
  const options = Object.entries(loss).filter(([key]) => key !== 'name' && key !== 'classCounts');
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const label = [loss.name, ...options.map(([key, value]) => `${key}=${text(value)}`)].join('-');
  return `${dataset.name}/${model.name}/${label}/seed${seed}.json`;
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The names of the images, where all runs have counts of the same ones in the same order; else null. */
export function sharedImages(runs: readonly ScoredRun[]): readonly string[] | null {
  const names = runs[0]?.perImage?.names;
  if (names === undefined) return null;
  const [first, ...others] = runs.map(imagesOf);
  return others.every((one) => one === first) ? names : null;
}

const known = new WeakMap<readonly string[], string>();

/** The names of a run's images as one string, joined once. */
export function imagesOf({ perImage }: ScoredRun): string | undefined {
  if (perImage === undefined) return undefined;
  const joined = known.get(perImage.names) ?? perImage.names.join('\n');
  known.set(perImage.names, joined);
  return joined;
}
