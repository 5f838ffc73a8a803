/**
 * Tables of a paper: one model, written as LaTeX (booktabs, siunitx), Markdown and HTML.
 *
 *     tableLatex(table); // a table environment; needs \usepackage{booktabs, siunitx, graphicx}
 *
 * In each column that says what is better, the best number is bold and the second underlined, as rounded.
 */
import { described, invalid } from '../check';
import { maximumOf } from '../extremes';
import { markdownText } from './escape';
import { latexText, latexValue } from './table/latex';
import { numberText, realMinus } from './table/numberText';
import { groupsOf, letterOf, prepared } from './table/prepare';
import type { Mark, Table } from './table/printTypes';

export type { Table, TableCell, TableColumn, TableRow } from './table/printTypes';
export { tableHtml } from './table/html';

/** As wide as the text at most: a table that fits keeps its size. */
const shrink = '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}';

/** A `table` environment; its label is `tab:NAME`. Numbers stand in S columns, so that their decimal points align. */
export function tableLatex(table: Table): string {
  check('tableLatex', table);
  const { name, caption, labels, columns, rows, compact = false } = table;
  const { marks, letters } = prepared(table);
  const formats = columns.map((_, c) => columnFormat(table, c));
  const groups = groupsOf(columns);
  const first = labels.length + 1;
  const groupRow = groups.map(({ group, size }) =>
    size === 1 ? `{${latexText(group)}}` : `\\multicolumn{${size}}{c}{${latexText(group)}}`,
  );
  const rules = groups.flatMap(({ group, start, size }) =>
    group === '' ? [] : [`\\cmidrule(lr){${first + start}-${first + start + size - 1}}`],
  );
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`;
  const grouped = groups.some(({ group }) => group !== '');
  const body = rows.map(({ labels: row, cells }, r) =>
    line([
      ...row.map(latexText),
      ...cells.map((cell, c) => latexValue(cell, columns[c], marks[c][r], letterOf(letters, cell))),
    ]),
  );
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(caption)}}`,
    `  \\label{tab:${name}}`,
    '  \\sisetup{detect-weight = true, separate-uncertainty = true, retain-explicit-plus = true}',
    ...(compact ? ['  \\scriptsize\\setlength{\\tabcolsep}{2pt}', `  ${shrink}{`] : []),
    `  \\begin{tabular}{${'l'.repeat(labels.length)}${formats.join('')}}`,
    '    \\toprule',
    ...(grouped ? [line([...labels.map(() => ''), ...groupRow]), `    ${rules.join(' ')}`] : []),
    line([...labels.map(latexText), ...columns.map(({ header }) => `{${latexText(header)}}`)]),
    '    \\midrule',
    ...body,
    '    \\bottomrule',
    compact ? '  \\end{tabular}}' : '  \\end{tabular}',
    ...[...letters].map(
      ([note, letter]) => `  \\par\\footnotesize\\textsuperscript{${letter}} ${latexText(note)}`,
    ),
    '\\end{table}',
    '',
  ].join('\n');
}

/** A pipe table; bold, `<u>` and `<sup>` as the marks and notes. */
export function tableMarkdown(table: Table): string {
  check('tableMarkdown', table);
  const { caption, labels, columns, rows } = table;
  const { marks, letters } = prepared(table);
  const headers = columns.map(({ group = '', header }) => `${group} ${header}`.trim());
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const wrap: Record<Mark, (text: string) => string> = {
    best: (text) => `**${text}**`,
    second: (text) => `<u>${text}</u>`,
    none: (text) => text,
  };
  const body = rows.map(({ labels: row, cells }, r) =>
    line([
      ...row.map(markdownText),
      ...cells.map((cell, c) => {
        if (cell === null) return '–';
        const letter = letterOf(letters, cell);
        const text = wrap[marks[c][r]](realMinus(numberText(cell, columns[c])));
        return letter === '' ? text : `${text}<sup>${letter}</sup>`;
      }),
    ]),
  );
  const aligned = [...labels.map(() => '---'), ...columns.map(() => '---:')];
  const notes = [...letters].map(
    ([note, letter]) => `<sup>${letter}</sup> ${markdownText(note)}  `,
  );
  const titles = [...labels, ...headers].map(markdownText);
  const parts = [markdownText(caption), '', line(titles), line(aligned), ...body];
  return `${[...parts, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')}\n`;
}

/** `S[table-format=+2.2(2)]`, wide enough for every number of the column and the letter of its note. */
function columnFormat({ columns, rows }: Table, c: number): string {
  const { digits, signed } = columns[c];
  const cells = rows.flatMap(({ cells }) => cells[c] ?? []);
  const length = (value: number) => Math.abs(value).toFixed(digits).split('.')[0].length;
  const whole = maximumOf([1, ...cells.map(({ value }) => length(value))]);
  const sign = signed || cells.some(({ value }) => value < 0) ? '+' : '';
  // siunitx counts the figures of an uncertainty from its first that is not 0.
  const figures = cells.flatMap(({ deviation }) =>
    typeof deviation === 'number' ? [String(Math.round(deviation * 10 ** digits)).length] : [],
  );
  const uncertainty = figures.length > 0 ? `(${maximumOf(figures)})` : '';
  const noted = cells.some(({ note }) => note !== undefined);
  const letter = noted ? ', table-space-text-post={\\textsuperscript{a}}' : '';
  return `S[table-format=${sign}${whole}.${digits}${uncertainty}${letter}]`;
}

function check(where: string, { name, labels, columns, rows }: Table): void {
  if (!/^[a-z0-9][\w-]*$/i.test(name)) {
    throw invalid(where, 'table.name', 'letters, digits, - and _ (a file stem)', name);
  }
  for (const row of rows) {
    if (row.labels.length === labels.length && row.cells.length === columns.length) continue;
    const expected = `${labels.length} labels and ${columns.length} cells`;
    throw invalid(
      where,
      'every row',
      expected,
      described(`${row.labels.length} and ${row.cells.length}`),
    );
  }
}
