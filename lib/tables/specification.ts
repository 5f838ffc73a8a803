/** What a table is specified by, and what it is made of. */
import type { FigureRow } from '../print/figure';
import type { Table } from '../print/table';
import type { PaperCell } from '../paper';
import type { Calibration } from '../results/calibration';
import type { LeftOut } from '../results/cells';
import type { Compared, Estimate, Results } from '../results/contrast';
import type { PlannedCell } from '../results/plannedCells';
import type { ScoredSplitName } from '../results/records';
import type { CellSummary } from '../results/summary';
import type { Criterion } from '../runs/selection';
import type { SweepScale } from '../sweeps/presets';

/** What cells are compared with. */
export interface Reference {
  /** Short, for a column: `CE`. */
  title: string;
  is: (cell: PlannedCell) => boolean;
}

/** A cell of a plan with what its runs give together. */
export interface TableCellResult extends PlannedCell {
  /** Null without a run. */
  summary: CellSummary | null;
  /** Of mean IoU, by seeds and images; null without a run. */
  interval: Estimate | null;
  /**
   * In mean IoU, one for each reference, of a cell that was trained alike but for its loss; null for the reference itself
   * and without runs of both.
   */
  against: { reference: string; compared: Compared | null }[];
}

export interface TableSettings {
  scale: SweepScale;
  split: ScoredSplitName;
}

/** A table of the paper (or of what it lacks), from records. */
export interface ResultTable extends TableSettings {
  specification: TableSpecification;
  /** In the order of the plan; the cells of one data set stand together. */
  cells: TableCellResult[];
  results: Results;
  /** Records that the table does not show, nor another one of its sweep's tables, and why. */
  leftOut: readonly LeftOut[];
  /** Of mean IoU on all records. */
  calibration: Calibration;
  /** As printed. */
  tables: Table[];
  /** All numbers in full, a row for each cell. */
  rows: FigureRow[];
}

/** All that is particular to one table: a file in `lib/tables`, a line in `lib/tables.ts`. */
export interface TableSpecification {
  /** A file stem. */
  name: string;
  /** Begins its captions. */
  title: string;
  /** Sweeps whose runs are its rows; none: all that there are records of. */
  presets: readonly string[];
  /** Where only one split makes sense. */
  split?: ScoredSplitName;
  /** By which criterion the weights were kept that it is about (default: each run's first). */
  selection?: Criterion;
  /** What the rows are told apart by. */
  labels: readonly string[];
  labelsOf: (cell: PlannedCell) => string[];
  references: readonly Reference[];
  /** A loss's options are those chosen for the data set: figures over several data sets leave them out. */
  isTuned?: boolean;
  /** What the paper prints for a cell, among all cells of the table; one printed cell stands for one cell. */
  printedOf?: (cell: PlannedCell, cells: readonly PlannedCell[]) => PaperCell | undefined;
  /** The tables as printed, of the cells of one setting (default: `statisticsTable`, behind `printedTable` where the paper prints something). */
  tables?: (table: Omit<ResultTable, 'tables' | 'rows'>) => Table[];
  /** What follows from the table, as tables for a notebook's end (default: none). */
  closing?: (table: ResultTable) => Table[];
}
