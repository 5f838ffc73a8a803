/** The search for each loss's option: validation scores of the candidates, and which was chosen. */
import { isDeepStrictEqual } from 'node:util';
import type { Table, TableCell } from '../print/table';
import { lossLabel } from '../results/names';
import { tunedLoss } from '../sweeps/tuned';
import { meanCell } from './tableCells';
import { settingGroups } from './settingGroups';
import type { ResultTable, TableSpecification } from './specification';

export const tuning: TableSpecification = {
  name: 'tuning',
  title: 'Search for each loss’s option',
  presets: ['tuning'],
  split: 'valid',
  labels: ['Loss'],
  labelsOf: ({ loss }) => [lossLabel(loss)],
  references: [],
  tables: (table) => [tuningTable(table)],
};

/** A row for each candidate, a column for each data set. */
function tuningTable({
  specification: { name, title, labels },
  cells,
  scale,
}: Omit<ResultTable, 'tables' | 'rows'>): Table {
  const groups = settingGroups(cells);
  const losses = new Map(cells.map(({ loss }) => [lossLabel(loss), loss]));
  const rows = [...losses].map(([label, loss]) => ({
    labels: [label],
    cells: groups.map(({ cells: own }): TableCell | null => {
      const cell = own.find((one) => lossLabel(one.loss) === label);
      const score = cell ? meanCell(cell, 'meanIoU') : null;
      const chosen = isDeepStrictEqual(tunedLoss(scale, own[0].dataset, loss.name), loss);
      return score && chosen ? { ...score, note: 'chosen' } : score;
    }),
  }));
  const [{ config }] = cells;
  const caption =
    `${title}: mean IoU (%) on the validation split, SegNet of width ${config.model.width}, ` +
    `${config.epochs} epochs, one seed, the same number of candidates for each loss.`;
  const columns = groups.map(({ title: header }) => ({ header, digits: 2 }));
  return { name, caption, labels, columns, rows };
}
