/** From records to a table. */
import { calibrate } from '../results/calibration';
import { schemeKey, settingKey } from '../results/cells';
import { Results } from '../results/contrast';
import { plannedCells } from '../results/plannedCells';
import type { PlannedCell } from '../results/plannedCells';
import { summarize } from '../results/summary';
import type { ResultRecord } from '../results/records';
import { parseSweep } from '../sweeps/plan';
import type { PlannedRun } from '../sweeps/plan';
import { sweepPreset } from '../sweeps/presets';
import { printedTable } from './printedTable';
import { csvRows } from './rows';
import { statisticsTable } from './statisticsTable';
import type { ResultTable, TableCellResult, TableSettings, TableSpecification } from './types';

export interface TableOptions extends TableSettings {
  /** The runs of the table (default: those of its presets; without any: all that there are records of). */
  runs?: readonly Pick<PlannedRun, 'config'>[];
}

/**
 * One table: the cells of its plan, what their runs give, differences, and the tables as printed. The same records give the
 * same text, in whatever order they come; a cell without runs is shown as such.
 *
 * @param results of all records of the split; the noise between seeds is pooled over them.
 */
export function resultTable(
  specification: TableSpecification,
  results: Results,
  { scale, split, runs }: TableOptions,
): ResultTable {
  const planned = plannedCells(
    runs ?? plannedRuns(specification, results, scale),
    results.cells,
    split,
  );
  const cells = planned.map((one) => cellResult(one, planned, specification, results, split));
  const calibration = calibrate(results, 'meanIoU');
  const table = { specification, scale, split, cells, results, calibration };
  const tables = (specification.tables ?? defaultTables)(table);
  return { ...table, tables, rows: csvRows(specification, cells) };
}

/** The same from records. */
export function tableOfRecords(
  specification: TableSpecification,
  records: readonly ResultRecord[],
  { resamples, ...options }: TableOptions & { resamples?: number },
): ResultTable {
  return resultTable(specification, new Results(records, { resamples }), options);
}

function plannedRuns(
  { presets }: TableSpecification,
  { cells }: Results,
  scale: TableSettings['scale'],
): readonly Pick<PlannedRun, 'config'>[] {
  return presets.length > 0
    ? parseSweep(sweepPreset(presets, scale)).runs
    : cells.flatMap(({ runs }) => runs);
}

function cellResult(
  planned: PlannedCell,
  all: readonly PlannedCell[],
  { references }: TableSpecification,
  results: Results,
  split: TableSettings['split'],
): TableCellResult {
  const { cell } = planned;
  const setting = settingKey({ config: planned.config, split });
  const alike = all.filter((one) => settingKey({ config: one.config, split }) === setting);
  const against = references.map(({ title, is }) => {
    const origin = alike.find(is);
    const both = cell && origin?.cell && origin !== planned ? [cell, origin.cell] : undefined;
    const compared = both ? results.contrast(both[0], both[1], { score: 'meanIoU' }) : null;
    return { reference: title, compared };
  });
  const summary = cell ? summarize(cell, results) : null;
  const interval = cell ? results.estimate(cell, { score: 'meanIoU' }) : null;
  return { ...planned, summary, interval, against };
}

/** For each data set, and for each of what else runs differ in but network and loss. */
function bySetting({ cells, split }: Pick<ResultTable, 'cells' | 'split'>): TableCellResult[][] {
  const settings = new Map<string, TableCellResult[]>();
  for (const cell of cells) {
    const key = schemeKey({ config: cell.config, split });
    settings.set(key, [...(settings.get(key) ?? []), cell]);
  }
  return [...settings.values()];
}

function defaultTables(table: Omit<ResultTable, 'tables' | 'rows'>) {
  const { specification, cells } = table;
  return bySetting(table).flatMap((own) => {
    const statistics = statisticsTable(table, own);
    return specification.printedOf ? [printedTable(table, own, cells), statistics] : [statistics];
  });
}
