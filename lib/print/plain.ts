/** Figures as plain data: what a browser, a notebook file or a spreadsheet can read. */
import type { Data, Frame, Layout, LayoutAxis } from 'plotly.js';
import { maximumOf, minimumOf } from '../extremes';
import { plotlyText } from './escape';
import type { Figure, FigureRow } from './figure';
import { logTicks } from './logTicks';
import { FONT_PIXELS } from './style';

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
 * What Plotly draws of a figure, as plain data: all words are text (see `plotlyText`), in titles and notes as in the data,
 * an axis along which a trace has names is one of categories, also where the names look like numbers or dates, and a
 * logarithmic axis with less than three powers of ten has other round numbers (see `logTicks`).
 */
export function drawn(
  { data, frames = [] }: Pick<Figure, 'data' | 'frames'>,
  layout: Partial<Layout>,
): { data: Data[]; layout: Partial<Layout>; frames: Partial<Frame>[] } {
  const axes: Record<string, object> = logarithmicTicks(data, layout);
  for (const trace of data as Record<string, unknown>[]) {
    for (const letter of ['x', 'y']) {
      const values = trace[letter];
      if (!Array.isArray(values) || !values.some((value) => typeof value === 'string')) continue;
      const reference = (trace[`${letter}axis`] as string | undefined) ?? letter;
      const axis = `${letter}axis${reference.slice(1)}`;
      axes[axis] = { type: 'category', ...(layout as Record<string, object>)[axis], ...axes[axis] };
    }
  }
  return plotlyText(plain({ data, layout: { ...layout, ...axes }, frames }));
}

/** The ticks of the logarithmic axes that say nothing of their own about them. */
function logarithmicTicks(data: readonly Data[], layout: Partial<Layout>): Record<string, object> {
  const axes: Record<string, object> = {};
  for (const [name, value] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(name) || typeof value !== 'object' || value === null) continue;
    const axis = value as Partial<LayoutAxis>;
    if (axis.type !== 'log' || axis.tickvals !== undefined || axis.showticklabels === false)
      continue;
    const ends = axis.range?.map((end) => 10 ** Number(end)) ?? dataRange(data, name);
    const ticks = ends && logTicks(minimumOf(ends), maximumOf(ends));
    if (ticks === undefined) continue;
    // Written out: Plotly would shorten them to the digit, and powers of ten are set smaller.
    const written = {
      tickvals: ticks,
      ticktext: ticks.map(String),
      tickfont: { size: FONT_PIXELS },
    };
    axes[name] = { ...axis, ...written };
  }
  return axes;
}

/** The smallest and the largest positive number that the traces have along an axis. */
function dataRange(data: readonly Data[], axis: string): [number, number] | undefined {
  const letter = axis[0];
  const reference = `${letter}${axis.slice('xaxis'.length)}`;
  const values = (data as Record<string, unknown>[])
    .filter((trace) => (trace[`${letter}axis`] ?? letter) === reference)
    .flatMap((trace) => Array.from((trace[letter] ?? []) as ArrayLike<unknown>))
    .filter((value): value is number => typeof value === 'number' && value > 0);
  return values.length === 0 ? undefined : [minimumOf(values), maximumOf(values)];
}

/**
 * The rows as CSV (RFC 4180: CRLF line ends, quotes doubled): one header line, columns in the order they first
 * appear. null, a missing value and NaN become an empty field, the empty string `""`. No rows, no text. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function csvText(rows: readonly FigureRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return '';
  const lines = rows.map((row) => columns.map((column) => csvField(row[column])).join(','));
  return [columns.map(csvField).join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

function csvField(value: string | number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  const text = typeof value === 'string' && isFormula(value) ? `'${value}` : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Begins as a spreadsheet's formula does, and is no number. */
function isFormula(text: string): boolean {
  return /^\s*[=+\-@]/.test(text) && !Number.isFinite(Number(text));
}
