/** Cells of a table: the runs that differ in nothing but their seed. */
import type { LossConfig } from '../losses';
import { partsOf } from '../losses/traits';
import type { NetworkName } from '../models';
import type { ResultRecord } from './records';

export interface Cell {
  dataset: string;
  network: NetworkName;
  /** With its options. */
  loss: LossConfig;
  /** All that the runs have in common, as JSON; two cells never share it. */
  key: string;
  /** The key without the loss: cells that share it were trained alike. */
  setting: string;
  /** The key without network and loss. */
  scheme: string;
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
    const { dataset, model, loss, seed } = record.config;
    const key = cellKey(record);
    const cell = cells.get(key) ?? {
      dataset: dataset.name,
      network: model.name,
      loss,
      key,
      setting: settingKey(record),
      scheme: schemeKey(record),
      runs: [],
    };
    cells.set(key, cell);
    const same = cell.runs.find((run) => run.config.seed === seed);
    if (same === undefined) cell.runs.push(record);
    else skipped.push({ file: record.file, reason: `the same run as ${same.file}` });
  }
  for (const { runs } of cells.values()) runs.sort((a, b) => a.config.seed - b.config.seed);
  return { cells: [...cells.values()], skipped };
}

type Placed = Pick<ResultRecord, 'config' | 'split'>;

/** Equal for the runs of one cell: all that a score depends on but the seed. */
export function cellKey({ config, split }: Placed): string {
  return stableJson(shared(config, split));
}

/** Equal for runs that differ in loss and seed alone. */
export function settingKey({ config, split }: Placed): string {
  return stableJson({ ...shared(config, split), loss: null });
}

/** Equal for runs that differ in network, loss and seed alone. */
export function schemeKey({ config, split }: Placed): string {
  return settingKey({ config: { ...config, model: { ...config.model, name: 'segnet' } }, split });
}

/** Equal for a loss whatever its options, but for the authors' variant and PAT's 1/|M|: those are losses of their own. */
export function lossFamily(loss: { name: string }): string {
  const variant = 'variant' in loss ? loss.variant : undefined;
  const normalizer = 'normalizer' in loss ? loss.normalizer : undefined;
  return stableJson([loss.name, variant, normalizer, ...partsOf(loss).map(lossFamily)]);
}

/** Equal for runs on the same images of the same size. */
export function imagesKey(dataset: ResultRecord['config']['dataset']): string {
  return stableJson(without(dataset, dataWithoutEffect));
}

function shared(config: Placed['config'], split: Placed['split']): Record<string, unknown> {
  const dataset = without(config.dataset, dataWithoutEffect);
  return { ...without(config, withoutEffect), dataset, split };
}

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

/** The names of the images, where all runs have counts of the same ones in the same order; else null. */
export function sharedImages(runs: readonly ResultRecord[]): readonly string[] | null {
  const names = runs[0]?.perImage?.names;
  if (names === undefined) return null;
  const same = runs.every(({ perImage }) => perImage?.names.join('\n') === names.join('\n'));
  return same ? names : null;
}
