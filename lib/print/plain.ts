/** Figures as plain data: what a browser, a notebook file or a spreadsheet can read. */
import type { FigureRow } from './figure';

/** JSON text of a figure or a part of it: typed arrays as lists of numbers, NaN and ±Infinity as null. */
export function jsonText(value: unknown, indent?: number): string {
  const replace = (_key: string, item: unknown): unknown =>
    ArrayBuffer.isView(item) && !(item instanceof DataView)
      ? Array.from(item as unknown as ArrayLike<number>)
      : item;
  return JSON.stringify(value, replace, indent);
}

/** A deep copy that holds only what JSON can hold (see `jsonText`). */
export function plain<T>(value: T): T {
  return JSON.parse(jsonText(value)) as T;
}

/**
 * The rows as CSV (RFC 4180: CRLF line ends, quotes doubled): one header line, columns in the order they first
 * appear. null, a missing value and NaN become an empty field, the empty string `""`. No rows, no text.
 */
export function csvText(rows: readonly FigureRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return '';
  const lines = rows.map((row) => columns.map((column) => csvField(row[column])).join(','));
  return [columns.map(csvField).join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

function csvField(value: string | number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
