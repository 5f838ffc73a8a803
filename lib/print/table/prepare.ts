/** What every form of a table needs: marks, letters of notes, groups of columns. */
import { marksOf } from './marks';
import type { Mark, Table, TableCell, TableColumn } from './printTypes';

/** The mark of each number, `[column][row]`, and the letter of each note. */
export function prepared({ columns, rows }: Table): {
  marks: Mark[][];
  letters: Map<string, string>;
} {
  const marks = columns.map((column, c) =>
    marksOf(
      rows.map(({ cells }) => cells[c]?.value ?? null),
      column,
    ),
  );
  const notes = new Set(rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.note ?? [])));
  const letters = new Map([...notes].map((note, i) => [note, String.fromCharCode(97 + i)]));
  return { marks, letters };
}

/** Empty without a note. */
export function letterOf(letters: ReadonlyMap<string, string>, cell: TableCell | null): string {
  return letters.get(cell?.note ?? '') ?? '';
}

/** Neighbouring columns of one group. */
export function groupsOf(columns: readonly TableColumn[]) {
  const groups: { group: string; start: number; size: number }[] = [];
  columns.forEach(({ group = '' }, start) => {
    const last = groups[groups.length - 1];
    if (last?.group === group && group !== '') last.size += 1;
    else groups.push({ group, start, size: 1 });
  });
  return groups;
}
