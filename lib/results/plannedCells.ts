/** The cells that a sweep has by its plan, with the runs that are there so far. */
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { PlannedRun } from '../training/sweep/plan';
import type { ExperimentConfig } from '../runs/config';
import { cellKey, groupCells } from './cells';
import type { Cell } from './cells';
import type { ResultRecord, ScoredSplitName } from './records';

/** A cell of a plan. */
export interface PlannedCell {
  dataset: string;
  network: NetworkName;
  /** With its options. */
  loss: LossConfig;
  /** Of its first run; the others differ in the seed. */
  config: ExperimentConfig;
  /** Planned. */
  seeds: number[];
  /** The runs that are there; undefined without any. */
  cell?: Cell;
}

/**
 * The cells of planned runs in the order of the plan. A record belongs to the planned run that has its settings, all of
 * those that a score depends on; further seeds of a planned cell are left out. The order of the records does not matter.
 */
export function plannedCells(
  runs: readonly PlannedRun[],
  records: readonly ResultRecord[],
  split: ScoredSplitName,
): PlannedCell[] {
  const inOrder = [...records].sort((a, b) => (a.file < b.file ? -1 : 1));
  const found = new Map(groupCells(inOrder).cells.map((cell) => [cell.key, cell]));
  const cells = new Map<string, PlannedCell>();
  for (const { config } of runs) {
    const key = cellKey({ config, split });
    const { dataset, model, loss, seed } = config;
    const cell = cells.get(key) ?? {
      dataset: dataset.name,
      network: model.name,
      loss,
      config,
      seeds: [],
    };
    if (!cell.seeds.includes(seed)) cell.seeds.push(seed);
    cells.set(key, cell);
  }
  return [...cells].map(([key, planned]) => {
    const cell = found.get(key);
    const own = (cell?.runs ?? []).filter(({ config }) => planned.seeds.includes(config.seed));
    return cell === undefined || own.length === 0
      ? planned
      : { ...planned, cell: { ...cell, runs: own } };
  });
}
