/**
 * Tables 1–3 of the paper, the ablation and the search for options, from the records of runs.
 *
 *     const { records } = await readRecords('data/results/laptop', { split: 'test' });
 *     const { tables } = paperTable('table1', records, { scale: 'laptop', split: 'test' });
 *     tableMarkdown(tables[0]);
 *
 * The same records give the same text, in whatever order they come; a cell without runs is shown as such.
 */
import { plannedCells } from './results/plannedCells';
import type { ResultRecord } from './results/records';
import { csvRows } from './paperTables/rows';
import { scoresTable } from './paperTables/scoresTable';
import {
  cellStatistics,
  crossEntropyReference,
  patReference,
  temperatureReference,
} from './paperTables/statistics';
import { statisticsTable } from './paperTables/statisticsTable';
import { tuningTable } from './paperTables/tuningTable';
import type {
  CellStatistics,
  PaperTable,
  PaperTableName,
  PaperTableSettings,
  Reference,
} from './paperTables/types';
import { parseSweep } from './training/sweep/plan';
import type { PlannedRun } from './training/sweep/plan';
import { sweepPreset } from './training/sweep/presets';
import type { SweepScale } from './training/sweep/presets';

export { paperTableNames } from './paperTables/types';
export type { CellStatistics, PaperTable, PaperTableName } from './paperTables/types';

const references: Readonly<Record<PaperTableName, readonly Reference[]>> = {
  table1: [crossEntropyReference, patReference],
  table2: [crossEntropyReference, patReference],
  table3: [temperatureReference(1)],
  ablation: [crossEntropyReference, temperatureReference(1)],
  tuning: [],
  runs: [crossEntropyReference],
};

export interface PaperTableOptions extends PaperTableSettings {
  /** The runs of the table (default: those of the preset of its name; for `'runs'`: all that there are records of). */
  runs?: readonly PlannedRun[];
  /** Of the bootstrap (default 2000). */
  resamples?: number;
}

/** One table from the records of a split: the cells of its plan, statistics, and the tables as printed. */
export function paperTable(
  name: PaperTableName,
  records: readonly ResultRecord[],
  options: PaperTableOptions,
): PaperTable {
  const { scale, split, resamples } = options;
  const runs = options.runs ?? (name === 'runs' ? runsOf(records) : preset(name, scale));
  const planned = plannedCells(runs, records, split);
  const cells = cellStatistics(planned, { references: references[name], resamples });
  const settings = { scale, split };
  const tables =
    name === 'tuning' ? [tuningTable(cells, settings)] : tablesByDataset(name, cells, settings);
  return { name, ...settings, cells, tables, rows: csvRows(name, cells) };
}

function preset(name: PaperTableName, scale: SweepScale): readonly PlannedRun[] {
  return parseSweep(sweepPreset(name, scale)).runs;
}

/** In the order of their files. */
function runsOf(records: readonly ResultRecord[]): PlannedRun[] {
  return [...records]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ file, config }) => ({ id: file, config }));
}

/** For each data set, and for each size, width and number of epochs where runs differ in them. */
function tablesByDataset(
  name: PaperTableName,
  cells: readonly CellStatistics[],
  settings: PaperTableSettings,
) {
  const scaleOf = ({ dataset, config: { dataset: data, model, epochs } }: CellStatistics) =>
    [dataset, ...data.size, model.width, epochs].join(' ');
  return [...new Set(cells.map(scaleOf))].flatMap((each) => {
    const own = cells.filter((cell) => scaleOf(cell) === each);
    const statistics = statisticsTable(name, own, settings);
    return name === 'ablation' || name === 'runs'
      ? [statistics]
      : [scoresTable(name, own, settings), statistics];
  });
}
