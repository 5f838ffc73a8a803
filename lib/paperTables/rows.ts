/** All numbers of a table in full, for a CSV. */
import type { FigureRow } from '../figures/types';
import type { Printed } from '../paper';
import { scoreNames } from '../metrics';
import { lossLabel } from '../results/names';
import { paperCellOf } from './paperScores';
import type { CellStatistics, PaperTableName } from './types';

/** A row for each cell; shares are 0 … 1 but for the paper's, which are as printed. */
export function csvRows(name: PaperTableName, cells: readonly CellStatistics[]): FigureRow[] {
  return cells.map((cell) => {
    const { dataset, network, loss, summary, seeds, against } = cell;
    const row: FigureRow = { dataset, network, loss: loss.name, label: lossLabel(loss) };
    row['seeds planned'] = seeds.length;
    row.seeds = summary?.seeds.length ?? 0;
    for (const score of scoreNames) {
      row[score] = summary?.scores[score]?.mean ?? null;
      row[`${score} deviation`] = summary?.scores[score]?.deviation ?? null;
    }
    row['meanIoU low'] = summary?.interval?.low ?? null;
    row['meanIoU high'] = summary?.interval?.high ?? null;
    for (const group of ['head', 'body', 'tail']) {
      const found = summary?.groups.find((one) => one.name === group)?.meanIoU;
      row[`meanIoU ${group}`] = found?.mean ?? null;
    }
    for (const { reference, comparison } of against) {
      row[`minus ${reference}`] = comparison?.difference ?? null;
      row[`minus ${reference} low`] = comparison?.interval?.low ?? null;
      row[`minus ${reference} high`] = comparison?.interval?.high ?? null;
      row[`minus ${reference} p`] = comparison?.test?.p ?? null;
      row[`minus ${reference} corrected p`] = comparison?.correctedP ?? null;
    }
    if (name === 'ablation' || name === 'tuning' || name === 'runs') return row;
    const paper = paperCellOf(name, cell, cells);
    const printed = (value: Printed | undefined) => value?.value ?? null;
    row['paper meanIoU'] = printed(paper?.meanIoU);
    row['paper pixelAccuracy'] = printed(paper?.pixelAccuracy);
    if (name === 'table1') row['paper diceError'] = printed(paper?.diceError);
    return row;
  });
}
