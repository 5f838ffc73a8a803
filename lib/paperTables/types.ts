/** What the tables are made of. */
import type { FigureRow } from '../figures/types';
import type { Table } from '../figures/tables';
import type { CellSummary } from '../results/cells';
import type { Comparison } from '../results/compare';
import type { PlannedCell } from '../results/plannedCells';
import type { ScoredSplitName } from '../results/records';
import type { SweepScale } from '../training/sweep/presets';

/** In the order in which they are written; each is a preset of `npm run sweep`, too. */
export const paperTableNames = ['table1', 'table2', 'table3', 'ablation', 'tuning'] as const;
/** Of the paper's tables, what it lacks, and of any runs: `'runs'`. */
export type PaperTableName = (typeof paperTableNames)[number] | 'runs';

/** What a cell is compared with. */
export interface Reference {
  /** Short, for a column: `CE`. */
  title: string;
  is: (cell: PlannedCell) => boolean;
}

/** A cell of a plan with what its runs give together. */
export interface CellStatistics extends PlannedCell {
  /** Null without a run. */
  summary: CellSummary | null;
  /** One for each reference, of the same data set and network; null for itself and without runs of a seed in common. */
  against: { reference: string; comparison: Comparison | null }[];
}

export interface PaperTableSettings {
  scale: SweepScale;
  split: ScoredSplitName;
}

/** A table of the paper (or of what it lacks), from records. */
export interface PaperTable extends PaperTableSettings {
  name: PaperTableName;
  /** In the order of the plan; the cells of one data set stand together. */
  cells: CellStatistics[];
  /** As printed: for each data set its scores beside the paper's, and their statistics. */
  tables: Table[];
  /** All numbers in full, a row for each cell. */
  rows: FigureRow[];
}
