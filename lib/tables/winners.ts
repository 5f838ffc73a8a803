/** Where the winner changes with the score: mean IoU over pixels (D), images (I), and classes (C). */
import type { Table } from '../print/table';
import type { RunScore } from '../results/scorer';
import { lossLabel, networkTitle, withoutOptions } from '../results/names';
import { contrastCells } from './tableCells';
import { crossEntropyReference, patReference } from './references';
import { groupedBy, settingGroups } from './settingGroups';
import type { ResultTable, TableCellResult } from './specification';

const ways: readonly { letter: string; score: RunScore }[] = [
  { letter: 'D', score: 'meanIoU' },
  { letter: 'I', score: 'meanIoUI' },
  { letter: 'C', score: 'meanIoUC' },
];

/** A row for each network of each setting: the loss in front by each score, and PAT − CE in each. */
export function winnersTable({ specification, cells, results }: ResultTable): Table {
  const places = settingGroups(cells).flatMap(({ title, cells: group }) =>
    [...groupedBy(group, ({ network }) => network).values()].map((own) => ({ title, own })),
  );
  const rows = places.flatMap(({ title, own }) => {
    const place = `${title}, ${networkTitle(own[0].network)}`;
    const run = own.filter(({ summary }) => summary !== null);
    if (run.length < 2) return [];
    const winners = ways.map(({ score }) => winner(run, score));
    const [pat, crossEntropy] = [patReference, crossEntropyReference].map(
      ({ is }) => run.find(is)?.cell,
    );
    const differences = ways.flatMap(({ score }) =>
      contrastCells(pat && crossEntropy ? results.contrast(pat, crossEntropy, { score }) : null),
    );
    const changes = new Set(winners).size > 1 ? 'yes' : 'no';
    return [{ labels: [place, ...winners, changes], cells: differences }];
  });
  const changed = rows.filter(({ labels }) => labels[4] === 'yes').length;
  return {
    name: `${specification.name}-winners`,
    caption:
      `The loss with the highest mean IoU by pixels (D), images (I) and classes (C): it changes with the score in ${changed} ` +
      `of ${rows.length} rows. First is the highest mean, however small its lead. PAT − CE in each, points, with 95 % intervals.`,
    labels: ['Data set, network', ...ways.map(({ letter }) => `First by ${letter}`), 'Changes'],
    columns: ways.flatMap(({ letter }) =>
      ['Δ', 'Low', 'High'].map((header) => {
        return { group: `PAT − CE, ${letter}`, header, digits: 1, signed: true };
      }),
    ),
    rows,
    compact: true,
  };
}

function winner(cells: readonly TableCellResult[], score: RunScore): string {
  const value = ({ summary }: TableCellResult) => summary?.scores[score]?.mean ?? -Infinity;
  const best = cells.reduce((first, one) => (value(one) > value(first) ? one : first));
  return value(best) === -Infinity ? '–' : lossLabel(withoutOptions(best.loss));
}
