/** The paper's numbers and ours, next to each other. */
import type { Table, TableCell, TableColumn } from './types';

export interface SideBySide extends Pick<Table, 'name' | 'caption' | 'labels'> {
  /** One group of three columns each. */
  scores: readonly { name: string; digits: number; better?: 'higher' | 'lower' }[];
  rows: readonly {
    labels: readonly string[];
    /** One for each score. */
    values: readonly { paper: TableCell | null; ours: TableCell | null }[];
  }[];
}

/** For each score the columns Paper, Ours and Δ = ours − paper; the first two have their own best and second. */
export function sideBySide({ scores, rows, ...rest }: SideBySide): Table {
  const columns = scores.flatMap(({ name: group, digits, better }): TableColumn[] => [
    { group, header: 'Paper', digits, better },
    { group, header: 'Ours', digits, better },
    { group, header: 'Δ', digits, signed: true },
  ]);
  return {
    ...rest,
    columns,
    rows: rows.map(({ labels, values }) => ({
      labels,
      cells: values.flatMap(({ paper, ours }) => [
        paper,
        ours,
        paper && ours ? { value: ours.value - paper.value } : null,
      ]),
    })),
  };
}
