/** The search for each loss's option: validation scores of the candidates, and which was chosen. */
import { isDeepStrictEqual } from 'node:util';
import type { Table, TableCell } from '../figures/tables';
import { datasetTitle, lossLabel } from '../results/names';
import { tunedLoss } from '../training/sweep/tuned';
import type { CellStatistics, PaperTableSettings } from './types';

/** A row for each candidate, a column for each data set. */
export function tuningTable(
  cells: readonly CellStatistics[],
  { scale }: PaperTableSettings,
): Table {
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))];
  const losses = new Map(cells.map(({ loss }) => [lossLabel(loss), loss]));
  const rows = [...losses].map(([label, loss]) => ({
    labels: [label],
    cells: datasets.map((dataset): TableCell | null => {
      const cell = cells.find((one) => one.dataset === dataset && lossLabel(one.loss) === label);
      const score = cell?.summary?.scores.meanIoU;
      if (!score) return null;
      const value = 100 * score.mean;
      const chosen = isDeepStrictEqual(tunedLoss(scale, dataset, loss.name), loss);
      return chosen ? { value, note: 'chosen' } : { value };
    }),
  }));
  const [{ config }] = cells;
  const caption =
    `Search for each loss’s option: mean IoU (%) on the validation split, SegNet of width ${config.model.width}, ` +
    `${config.epochs} epochs, one seed, the same number of candidates for each loss.`;
  const columns = datasets.map((dataset) => ({ header: datasetTitle(dataset), digits: 2 }));
  return { name: 'tuning', caption, labels: ['Loss'], columns, rows };
}
