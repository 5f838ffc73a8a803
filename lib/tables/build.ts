/** From records to a table. */
import { calibrate } from '../results/calibration';
import { Results } from '../results/contrast';
import { plannedCells, unplannedCells } from '../results/plannedCells';
import type { PlannedCell } from '../results/plannedCells';
import { summarize } from '../results/summary';
import type { ResultRecord } from '../results/records';
import { parseSweep } from '../sweeps/plan';
import type { PlannedRun } from '../sweeps/plan';
import { presetNames, studyNames, sweepPreset } from '../sweeps/presets';
import { unplannedRuns } from './leftOut';
import { printedTable } from './printedTable';
import { csvRows } from './rows';
import { groupedBy, settingGroups } from './settingGroups';
import { statisticsTable } from './statisticsTable';
import type {
  ResultTable,
  TableCellResult,
  TableSettings,
  TableSpecification,
} from './specification';

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
  const { presets } = specification;
  const given = runs ?? (presets.length > 0 && parseSweep(sweepPreset(presets, scale)).runs);
  const planned = given ? plannedCells(given, results.cells, split) : unplannedCells(results.cells);
  const alike = groupedBy(planned, ({ setting }) => setting);
  const cells = planned.map((one) =>
    cellResult(one, alike.get(one.setting) ?? [], specification, results),
  );
  // Of a table without runs nothing is drawn.
  const calibration = planned.some(({ cell }) => cell !== undefined)
    ? calibrate(results, 'meanIoU')
    : ({ score: 'meanIoU', pairs: 0, significant: 0 } as const);
  const alone = presets.some((name) => studyNames.includes(name)) ? studyNames : presetNames;
  const others = given ? (runs ?? parseSweep(sweepPreset(alone, scale)).runs) : [];
  const unplanned =
    given &&
    unplannedRuns(
      results.cells,
      others.map(({ config }) => config),
      split,
    );
  const leftOut = [...results.skipped, ...(unplanned || [])];
  const table = { leftOut, specification, scale, split, cells, results, calibration };
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

/** @param alike cells that differ from it in the loss alone */
function cellResult(
  planned: PlannedCell,
  alike: readonly PlannedCell[],
  { references }: TableSpecification,
  results: Results,
): TableCellResult {
  const { cell } = planned;
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

function defaultTables(table: Omit<ResultTable, 'tables' | 'rows'>) {
  const { specification, cells } = table;
  return settingGroups(cells).flatMap((group) => {
    const statistics = statisticsTable(table, group);
    return specification.printedOf ? [printedTable(table, group, cells), statistics] : [statistics];
  });
}
