/** A table as HTML, for a cell: groups above their columns, nothing wrapped, colours left to the page. */
import { htmlText } from '../escape';
import { numberText, realMinus } from './numberText';
import { groupsOf, letterOf, prepared } from './prepare';
import type { Mark, Table, TableCell, TableColumn } from './printTypes';

const STYLE = 'white-space:nowrap;font-variant-numeric:tabular-nums;padding:2px 6px';
const wrap: Readonly<Record<Mark, (text: string) => string>> = {
  best: (text) => `<b>${text}</b>`,
  second: (text) => `<u>${text}</u>`,
  none: (text) => text,
};

/** A `table` element with its caption above and the notes below it. */
export function tableHtml(table: Table): string {
  const { caption, labels, columns, rows } = table;
  const { marks, letters } = prepared(table);
  const groups = groupsOf(columns);
  const isGrouped = groups.some(({ group }) => group !== '');
  const groupRow = [
    ...labels.map(() => head('')),
    ...groups.map(({ group, size }) => head(group, 'center', size)),
  ];
  const headers = [
    ...labels.map((label) => head(label, 'left')),
    ...columns.map(({ header }) => head(header, 'right')),
  ];
  const body = rows.map(({ labels: row, cells }, r) => [
    ...row.map((label) => `<td style="text-align:left;${STYLE}">${htmlText(label)}</td>`),
    ...cells.map((cell, c) => {
      const letter = cell === null ? '' : letterOf(letters, cell);
      return `<td style="text-align:right;${STYLE}">${number(cell, columns[c], marks[c][r], letter)}</td>`;
    }),
  ]);
  const line = (cells: readonly string[]) => `<tr>${cells.join('')}</tr>`;
  const notes = [...letters].map(([note, letter]) => `<sup>${letter}</sup> ${htmlText(note)}`);
  return [
    `<p>${htmlText(caption)}</p>`,
    `<table><thead>${isGrouped ? line(groupRow) : ''}${line(headers)}</thead><tbody>`,
    ...body.map(line),
    `</tbody></table>${notes.length > 0 ? `<p>${notes.join('<br>')}</p>` : ''}`,
  ].join('\n');
}

function head(text: string, align = 'left', span = 1): string {
  const tag = text === '' ? 'td' : 'th'; // a header without a text is none
  return `<${tag} colspan="${span}" style="text-align:${align};${STYLE}">${htmlText(text)}</${tag}>`;
}

function number(cell: TableCell | null, column: TableColumn, mark: Mark, letter: string): string {
  if (cell === null) return '–';
  const text = wrap[mark](htmlText(realMinus(numberText(cell, column))));
  return letter === '' ? text : `${text}<sup>${letter}</sup>`;
}
