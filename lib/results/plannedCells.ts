/** The cells that a sweep has by its plan, with the runs that are there so far. */
import type { LossConfig } from '../losses';
import type { NetworkName } from '../models';
import type { PlannedRun } from '../sweeps/plan';
import type { ExperimentConfig } from '../runs/config';
import type { Cell } from './cells';
import { plannedKey, runKeys } from './keys';
import type { RunKeys } from './keys';
import { datasetTitle } from './names';
import type { ScoredSplitName } from './records';

/** A cell of a plan; its keys begin with the data where there are runs on them. */
export interface PlannedCell extends RunKeys {
  dataset: string;
  /** Of the data; tells two data sets of one name apart. */
  title: string;
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
 * of those that a score depends on; further seeds of a planned cell are left out. A plan does not know its data: where there
 * are runs on several, it stands for each.
 */
export function plannedCells(
  runs: readonly Pick<PlannedRun, 'config'>[],
  cells: readonly Cell[],
  split: ScoredSplitName,
): PlannedCell[] {
  const planned = new Map<string, Omit<PlannedCell, 'title' | 'cell'>>();
  for (const { config } of runs) {
    const keys = runKeys({ config, split });
    const { dataset, model, loss, seed } = config;
    const one = planned.get(keys.key) ?? {
      ...keys,
      dataset: dataset.name,
      network: model.name,
      loss,
      config,
      seeds: [],
    };
    if (!one.seeds.includes(seed)) one.seeds.push(seed);
    planned.set(keys.key, one);
  }
  const found = new Map(cells.map((cell) => [cell.key, cell]));
  const trainedAlike = new Map<string, Map<string, Cell>>();
  for (const cell of cells) {
    const scheme = plannedKey(cell.scheme);
    trainedAlike.set(
      scheme,
      (trainedAlike.get(scheme) ?? new Map<string, Cell>()).set(cell.data, cell),
    );
  }
  return [...planned.values()].flatMap((one): PlannedCell[] => {
    const all = [...(trainedAlike.get(one.scheme)?.values() ?? [])];
    if (all.length === 0) return [{ ...one, title: datasetTitle(one.dataset) }];
    return all.map(({ data, title }) => {
      const keys = runKeys({ config: one.config, split }, data);
      const cell = found.get(keys.key);
      const own = (cell?.runs ?? []).filter(({ config }) => one.seeds.includes(config.seed));
      const withRuns =
        cell === undefined || own.length === 0 ? {} : { cell: { ...cell, runs: own } };
      return { ...one, ...keys, title, ...withRuns };
    });
  });
}

/** Cells as if just these had been planned: those of runs without a plan. */
export function unplannedCells(cells: readonly Cell[]): PlannedCell[] {
  return cells.map((cell) => {
    const { runs, key, setting, scheme, dataset, title, network, loss } = cell;
    const seeds = runs.map(({ config }) => config.seed);
    const [{ config }] = runs;
    return { key, setting, scheme, dataset, title, network, loss, config, seeds, cell };
  });
}
