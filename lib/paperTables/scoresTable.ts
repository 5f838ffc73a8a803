/** The paper's layout: its scores and ours, side by side. */
import type { Table, TableCell, TableColumn } from '../figures/tables';
import type { ScoreName } from '../metrics';
import type { Spread } from '../results/bootstrap';
import { isPaperDataset, paperCellOf, printedCell } from './paperScores';
import { percentSpread, scoreCell } from './scoreCell';
import type { CellStatistics, PaperTableName, PaperTableSettings } from './types';
import { rowLabels, scaleText, seedsText, settingText } from './words';

interface Score {
  name: string;
  key: 'meanIoU' | 'pixelAccuracy' | 'diceError';
  ours: (scores: Record<ScoreName, Spread | null>) => Spread | null;
  digits: number;
  better: 'higher' | 'lower';
  /** False: what the paper prints is another quantity. */
  comparable: boolean;
}

const meanIoU: Score = {
  name: 'mIoU, %',
  key: 'meanIoU',
  ours: (scores) => percentSpread(scores.meanIoU),
  digits: 2,
  better: 'higher',
  comparable: true,
};
const pixelAccuracy: Score = {
  ...meanIoU,
  name: 'Pixel accuracy, %',
  key: 'pixelAccuracy',
  ours: (scores) => percentSpread(scores.pixelAccuracy),
};
const diceError: Score = {
  name: 'Dice error',
  key: 'diceError',
  ours: ({ meanDice }) => meanDice && { ...meanDice, mean: 1 - meanDice.mean },
  digits: 2,
  better: 'lower',
  comparable: false,
};

/**
 * The cells of one data set: the paper's number, ours and the difference, where the paper has the data set; else ours
 * alone. The Dice errors have no difference (the paper's exceeds 1 and is not 1 − Dice, ours is 1 − mean Dice), and the
 * temperatures none either (the paper's are lost: rows stand beside each other by their place).
 */
export function scoresTable(
  name: PaperTableName,
  cells: readonly CellStatistics[],
  settings: PaperTableSettings,
): Table {
  const [{ dataset, config }] = cells;
  const withPaper = isPaperDataset(dataset);
  const scores = name === 'table1' ? [meanIoU, pixelAccuracy, diceError] : [meanIoU, pixelAccuracy];
  const differs = (score: Score) => score.comparable && name !== 'table3';
  const columns = scores.flatMap((score): TableColumn[] => {
    const { name: group, digits, better } = score;
    if (!withPaper) return [{ header: group, digits, better }];
    const both = ['Paper', 'Ours'].map((header) => ({ group, header, digits, better }));
    return differs(score) ? [...both, { group, header: 'Δ', digits, signed: true }] : both;
  });
  const { labels, of } = rowLabels(name);
  const rows = cells.map((cell) => {
    const paper = paperCellOf(name, cell, cells);
    const values = scores.flatMap((score): (TableCell | null)[] => {
      const ours = oursCell(cell, score);
      if (!withPaper) return [ours];
      const printed = printedCell(paper?.[score.key]);
      const difference = ours && printed ? { value: ours.value - printed.value } : null;
      return differs(score) ? [printed, ours, difference] : [printed, ours];
    });
    return { labels: of(cell), cells: values };
  });
  const remarks = [
    `${settingText(name, cells, settings)}; ${seedsText(cells)}.`,
    scaleText(dataset, config.epochs),
    ...(name === 'table1' ? ['Our Dice error is 1 − mean Dice; the paper’s exceeds 1.'] : []),
    ...(name === 'table3' && withPaper
      ? [
          'The paper’s temperatures are lost: its rows are in its order, and no difference is taken.',
        ]
      : []),
  ];
  const caption = remarks.join(' ');
  return { name: `${name}-${dataset}`, caption, labels, columns, rows, compact: withPaper };
}

function oursCell({ summary, seeds }: CellStatistics, { ours }: Score): TableCell | null {
  return summary && scoreCell(ours(summary.scores), summary.seeds.length, seeds.length);
}
