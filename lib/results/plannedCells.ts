/** The cells that a sweep has by its plan, with the runs that are there so far. */
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { PlannedRun } from '../sweeps/plan';
import type { ExperimentConfig } from '../runs/config';
import { cellKey } from './cells';
import type { Cell } from './cells';
import type { ScoredSplitName } from './records';

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
 * The cells of planned runs in the order of the plan. A cell with runs belongs to the planned one that has its settings, all
 * of those that a score depends on; further seeds of a planned cell are left out.
 */
export function plannedCells(
  runs: readonly Pick<PlannedRun, 'config'>[],
  cells: readonly Cell[],
  split: ScoredSplitName,
): PlannedCell[] {
  const found = new Map(cells.map((cell) => [cell.key, cell]));
  const planned = new Map<string, PlannedCell>();
  for (const { config } of runs) {
    const key = cellKey({ config, split });
    const { dataset, model, loss, seed } = config;
    const one = planned.get(key) ?? {
      dataset: dataset.name,
      network: model.name,
      loss,
      config,
      seeds: [],
    };
    if (!one.seeds.includes(seed)) one.seeds.push(seed);
    planned.set(key, one);
  }
  return [...planned].map(([key, one]) => {
    const cell = found.get(key);
    const own = (cell?.runs ?? []).filter(({ config }) => one.seeds.includes(config.seed));
    return cell === undefined || own.length === 0 ? one : { ...one, cell: { ...cell, runs: own } };
  });
}
