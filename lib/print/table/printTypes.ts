/** The model of a table, whatever it is written as. */

export interface TableColumn {
  header: string;
  /** Printed once above neighbouring columns of the same group (default: none). */
  group?: string;
  /** Digits behind the point. */
  digits: number;
  /** Marks the best and the second number (default: no marks). */
  better?: 'higher' | 'lower';
  /** Positive numbers have a plus sign (default false). */
  signed?: boolean;
  /** Smaller numbers are printed as less than this, `<0.001` (default: as they are). */
  least?: number;
}

export interface TableCell {
  value: number;
  /** Behind a ±; null or absent: none. */
  deviation?: number | null;
  /** Printed below the table, with a letter at the number. */
  note?: string;
}

export interface TableRow {
  /** One for each of the table's labels. */
  labels: readonly string[];
  /** One for each column; null: nothing to show. */
  cells: readonly (TableCell | null)[];
}

export interface Table {
  /** A file stem. */
  name: string;
  caption: string;
  /** Headers of the columns of words on the left. */
  labels: readonly string[];
  columns: readonly TableColumn[];
  /** In LaTeX: small print, narrow gaps and never wider than the text, for many columns (default false). */
  compact?: boolean;
  rows: readonly TableRow[];
}

export type Mark = 'best' | 'second' | 'none';
