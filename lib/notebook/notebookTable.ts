/** Tables of a notebook: danfojs frames or plain rows, as HTML that follows JupyterLab's theme, and as text. */
import { checkNumber } from '../check';
import { htmlText } from '../print/escape';
import { maximumOf, minimumOf } from '../extremes';

/** The part of a danfojs DataFrame a table is made from. */
export interface FrameLike {
  columns: string[];
  index: (string | number)[];
  values: unknown;
}

export interface TableOptions {
  /** Shown above the table. */
  title?: string;
  /**
   * Significant digits of numbers in a column that has more than integers (default 4): of the largest of a column, whose others have as many
   * decimals; of each number alone where the smallest would lose its digits so.
   */
  precision?: number;
}

/** Of the smallest number of a column. */
const LEAST_DIGITS = 2;
/** Characters of a cell that stays on one line, such as an estimate with its interval. */
const SHORT = 24;

/** A table as text, cell by cell; `numeric` tells which columns are aligned right. */
interface TextTable {
  header: string[];
  lines: string[][];
  numeric: boolean[];
}

/** The table as HTML (escaped; colours are left to the page) and as plain text. */
export function renderTable(
  table: readonly object[] | FrameLike,
  { title = '', precision = 4 }: TableOptions = {},
): { html: string; text: string } {
  checkNumber('showTable', 'precision', precision, { min: 1, max: 15, integer: true });
  const cells = textTable(table, precision);
  const heading = title === '' ? '' : `${title}\n`;
  return { html: tableHtml(cells, title), text: `${heading}${tableText(cells)}` };
}

function textTable(table: readonly object[] | FrameLike, precision: number): TextTable {
  const { columns, index, values } = 'columns' in table ? table : frameOfRows(table);
  const rows = values as unknown[][];
  const labelled = index.some((label, row) => label !== row);
  const header = labelled ? ['', ...columns] : columns;
  const body = labelled ? rows.map((row, i) => [index[i] as unknown, ...row]) : rows;
  const numeric = header.map((_, column) => {
    const present = body
      .map((row) => row[column])
      .filter((value) => value !== null && value !== undefined);
    return present.length > 0 && present.every((value) => typeof value === 'number');
  });
  const decimals = header.map((_, column) =>
    columnDecimals(
      body.map((row) => row[column]),
      precision,
    ),
  );
  const isCounts = header.map((_, column) =>
    body.every((row) => typeof row[column] !== 'number' || Number.isInteger(row[column])),
  );
  const lines = body.map((row) =>
    header.map((_, column) =>
      cellText(row[column], { precision, decimals: decimals[column], isCount: isCounts[column] }),
    ),
  );
  return { header, lines, numeric };
}

function frameOfRows(objects: readonly object[]): FrameLike {
  const rows = objects as readonly Record<string, unknown>[];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const values = rows.map((row) => columns.map((column) => row[column]));
  return { columns, index: rows.map((_, i) => i), values };
}

/** Decimals that the numbers of a column share; undefined for integers, and where each has its own. */
function columnDecimals(column: readonly unknown[], precision: number): number | undefined {
  const sizes = column
    .filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
    .map(Math.abs)
    .filter((size) => size > 0);
  if (sizes.length < 2 || sizes.every(Number.isInteger)) return undefined;
  const [smallest, largest] = [minimumOf(sizes), maximumOf(sizes)];
  const most = precision - 1 - Math.floor(Math.log10(largest));
  const isReadable = most >= 0 && Math.floor(Math.log10(smallest)) + most >= LEAST_DIGITS - 1;
  if (!isReadable || largest >= 1e6) return undefined;
  const zeros = sizes.map((size) => /0*$/.exec(size.toFixed(most))?.[0].length ?? 0);
  return most - Math.min(most, ...zeros);
}

interface NumberStyle {
  precision: number;
  decimals: number | undefined;
  /** Whether the column has integers alone. */
  isCount: boolean;
}

/** A value as shown: text as it is, nothing as a dash, a number with a real minus. */
function cellText(value: unknown, style: NumberStyle): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return JSON.stringify(value);
  return numberText(value, style).replace(/^-/, '−');
}

/** Counts in full; other numbers with the decimals of their column, or else `precision` significant digits. */
function numberText(value: number, { precision, decimals, isCount }: NumberStyle): string {
  if (!Number.isFinite(value)) return String(value);
  if (decimals !== undefined) return value.toFixed(decimals);
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (isCount || value === 0) return String(value);
  if (exponent < -3 || exponent > 5) return value.toExponential(precision - 1);
  return value.toFixed(Math.max(0, precision - 1 - exponent));
}

function tableHtml({ header, lines, numeric }: TextTable, title: string): string {
  const row = (cells: string[], tag: 'th' | 'td') => {
    const styled = cells.map((cell, column) => {
      const align = numeric[column] ? 'right' : 'left';
      const wrap = cell.length <= SHORT && tag === 'td' ? ';white-space:nowrap' : '';
      return `<${tag} style="text-align:${align};font-variant-numeric:tabular-nums${wrap}">${htmlText(cell)}</${tag}>`;
    });
    return `<tr>${styled.join('')}</tr>`;
  };
  const caption =
    title === '' ? '' : `<caption style="text-align:left">${htmlText(title)}</caption>`;
  const body = lines.map((line) => row(line, 'td')).join('\n');
  return `<table>${caption}<thead>${row(header, 'th')}</thead><tbody>\n${body}\n</tbody></table>`;
}

function tableText({ header, lines, numeric }: TextTable): string {
  const widths = header.map((cell, column) =>
    maximumOf([cell.length, ...lines.map((line) => line[column].length)]),
  );
  return [header, ...lines]
    .map((line) =>
      line
        .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
