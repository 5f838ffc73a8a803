/** Cells of a table: the runs that differ in nothing but their seed, and what they give together. */
import { classGroups, scoreNames } from '../metrics';
import type { ClassGroup, ScoreName } from '../metrics';
import { spread } from './bootstrap';
import type { Interval, Spread } from './bootstrap';
import { drawnScores, meanInterval } from './drawnScores';
import type { ResultRecord } from './records';

export interface Cell {
  dataset: string;
  network: string;
  /** With its options. */
  loss: ResultRecord['config']['loss'];
  /** All that the runs have in common, as JSON; two cells never share it. */
  key: string;
  /** By seed. */
  runs: ResultRecord[];
}

/** Settings that change no score: how a run is driven, and where its data lies. */
const withoutEffect = ['seed', 'checkpoints', 'logging', 'execution'];
const dataWithoutEffect = ['root', 'cache'];

/**
 * Groups runs into cells, in the order in which their first run comes. A second run of a seed in a cell is left out and
 * named.
 */
export function groupCells(records: readonly ResultRecord[]): {
  cells: Cell[];
  skipped: { file: string; reason: string }[];
} {
  const cells = new Map<string, Cell>();
  const skipped: { file: string; reason: string }[] = [];
  for (const record of records) {
    const { config } = record;
    const key = cellKey(record);
    const { dataset, model, loss } = config;
    const cell = cells.get(key) ?? {
      dataset: dataset.name,
      network: model.name,
      loss,
      key,
      runs: [],
    };
    cells.set(key, cell);
    const same = cell.runs.find((run) => run.config.seed === config.seed);
    if (same === undefined) cell.runs.push(record);
    else skipped.push({ file: record.file, reason: `the same run as ${same.file}` });
  }
  for (const { runs } of cells.values()) runs.sort((a, b) => a.config.seed - b.config.seed);
  return { cells: [...cells.values()], skipped };
}

/** Equal for the runs of one cell: all that a score depends on but the seed. */
export function cellKey({ config, split }: Pick<ResultRecord, 'config' | 'split'>): string {
  const shared = without(config, withoutEffect);
  return stableJson({ ...shared, dataset: withoutPlace(config.dataset), split });
}

/** Equal for runs on the same images of the same size. */
export function imagesKey(dataset: ResultRecord['config']['dataset']): string {
  return stableJson(withoutPlace(dataset));
}

const withoutPlace = (dataset: ResultRecord['config']['dataset']) =>
  without(dataset, dataWithoutEffect);

function without(value: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** JSON with the keys of every object in order. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

export interface CellSummary {
  seeds: number[];
  /** Mean ± sample standard deviation over the seeds. */
  scores: Record<ScoreName, Spread | null>;
  /** IoU of each class over the seeds. */
  iou: (Spread | null)[];
  /** Mean IoU of the head, body and tail classes over the seeds. */
  groups: (Pick<ClassGroup, 'name' | 'classes'> & { meanIoU: Spread | null })[];
  /** 95 % percentile bootstrap over the images, of the mean over the seeds; null without counts for each image. */
  interval: Interval | null;
}

export interface SummaryOptions {
  /** The score of the interval (default `'meanIoU'`). */
  intervalOf?: ScoreName;
  /** Default 2000. */
  resamples?: number;
  /** Of the sets of images drawn (default 0). */
  seed?: number;
}

/** What the runs of a cell give together. Images of a split are the same in all of them; else there is no interval. */
export function summarize(
  { runs }: Cell,
  { intervalOf = 'meanIoU', resamples, seed = 0 }: SummaryOptions = {},
): CellSummary {
  const spreads = scoreNames.map((name) => [name, spread(runs.map(({ scores }) => scores[name]))]);
  const grouped = runs.map(({ counts, scores }) => classGroups(counts, scores.iou));
  const images = sharedImages(runs);
  const draws = { purpose: 'bootstrap', seed, resamples };
  return {
    seeds: runs.map(({ config }) => config.seed),
    scores: Object.fromEntries(spreads) as Record<ScoreName, Spread | null>,
    iou: runs[0].classNames.map((_, c) => spread(runs.map(({ scores }) => scores.iou[c]))),
    groups: grouped[0].map(({ name, classes }, i) => {
      return { name, classes, meanIoU: spread(grouped.map((groups) => groups[i].meanIoU)) };
    }),
    interval:
      images === null
        ? null
        : meanInterval(
            runs.flatMap(({ perImage }) =>
              perImage ? [drawnScores(perImage, intervalOf, draws)] : [],
            ),
            images.length,
          ),
  };
}

/** The names of the images, where all runs have counts of the same ones in the same order; else null. */
export function sharedImages(runs: readonly ResultRecord[]): readonly string[] | null {
  const names = runs[0]?.perImage?.names;
  if (names === undefined) return null;
  const same = runs.every(({ perImage }) => perImage?.names.join('\n') === names.join('\n'));
  return same ? names : null;
}
