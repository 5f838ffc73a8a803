/** What a data frame shows as a cell's last expression, or in `console.log`: a table. */
import { createRequire } from 'node:module';
import type { DataFrame } from 'danfojs-node';
import { invalid } from '../check';
import { showAs } from '../tensorText';
import { renderTable } from './notebookTable';
import type { FrameLike } from './notebookTable';

const ROWS_SHOWN = 20;

/** The first 20 rows as a table, and how many there are. */
export function frameText(frame: FrameLike): string {
  const rows = frame.values as unknown[][];
  const shown = Math.min(rows.length, ROWS_SHOWN);
  const head = {
    columns: frame.columns,
    index: frame.index.slice(0, shown),
    values: rows.slice(0, shown),
  };
  const more = rows.length > shown ? `, the first ${shown}` : '';
  return `${renderTable(head).text}\n(${rows.length} rows × ${frame.columns.length} columns${more})`;
}

/** Rows of equal columns as a danfojs DataFrame, to sort, group and describe. Loads danfojs at the first call. */
export function dataFrame(rows: readonly object[]): DataFrame {
  const danfo = createRequire(__filename)('danfojs-node') as {
    DataFrame: { new (rows: readonly object[]): DataFrame; prototype: DataFrame };
  };
  if (rows.length === 0) throw invalid('dataFrame', 'rows', 'at least one row', '[]');
  showAs<DataFrame>(danfo.DataFrame.prototype, frameText);
  return new danfo.DataFrame(rows);
}

/** A danfojs DataFrame, which only `dataFrame` makes here. */
export function isFrame(value: unknown): value is FrameLike {
  return typeof value === 'object' && value !== null && value.constructor.name === 'DataFrame';
}
