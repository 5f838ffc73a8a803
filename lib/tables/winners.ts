/** Where the winner changes with the score: mean IoU over pixels (D), images (I), and classes (C). */
import type { Table } from '../print/table';
import { settingKey } from '../results/cells';
import type { RunScore } from '../results/scores';
import { lossLabel, placeTitle, withoutOptions } from '../results/names';
import { contrastCells } from './cells';
import type { ResultTable, TableCellResult } from './types';

const ways: readonly { letter: string; score: RunScore }[] = [
  { letter: 'D', score: 'meanIoU' },
  { letter: 'I', score: 'meanIoUI' },
  { letter: 'C', score: 'meanIoUC' },
];

/** A row for each data set and network (and size, where runs differ in it): the loss in front by each score, and PAT − CE in each. */
export function winnersTable({ specification, cells, results, split }: ResultTable): Table {
  const places = new Map<string, TableCellResult[]>();
  for (const cell of cells) {
    const key = settingKey({ config: cell.config, split });
    places.set(key, [...(places.get(key) ?? []), cell]);
  }
  const titles = [...places.values()].map(([{ dataset, network }]) => placeTitle(dataset, network));
  const rows = [...places.values()].flatMap((own, i) => {
    const [{ config }] = own;
    const isOneOfSeveral = titles.filter((title) => title === titles[i]).length > 1;
    const more = `, ${config.dataset.size.join('×')}, width ${config.model.width}, ${config.epochs} epochs`;
    const place = isOneOfSeveral ? titles[i] + more : titles[i];
    const run = own.filter(({ summary }) => summary !== null);
    if (run.length < 2) return [];
    const winners = ways.map(({ score }) => winner(run, score));
    const named = (name: string) => run.find(({ loss }) => loss.name === name)?.cell;
    const [pat, crossEntropy] = [named('pat'), named('crossEntropy')];
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
      `of ${rows.length} places. PAT − CE in each, points, with 95 % intervals. A winner by less than an interval is none.`,
    labels: ['Place', ...ways.map(({ letter }) => `First by ${letter}`), 'Changes'],
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
