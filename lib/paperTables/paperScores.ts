/** The paper's numbers beside a cell of ours, where it has the data set. */
import { paperCell, paperDatasets } from '../paper';
import type { PaperCell, PaperDataset, Printed } from '../paper';
import type { TableCell } from '../figures/tables';
import type { CellStatistics, PaperTableName } from './types';

/** True where the paper has numbers of the data set. */
export function isPaperDataset(dataset: string): dataset is PaperDataset {
  return (paperDatasets as readonly string[]).includes(dataset);
}

/**
 * The paper's cell: that of the data set, network and loss, in Table 3 that of the same place among the temperatures,
 * whose values are lost. Undefined where the paper has none.
 *
 * @param cells all of the table's
 */
export function paperCellOf(
  name: PaperTableName,
  cell: CellStatistics,
  cells: readonly CellStatistics[],
): PaperCell | undefined {
  const { dataset, network, loss } = cell;
  if (!isPaperDataset(dataset)) return undefined;
  if (name === 'table1') return paperCell({ table: 1, dataset, network, loss: loss.name });
  if (name === 'table2') return paperCell({ table: 2, dataset, network, loss: loss.name });
  if (name !== 'table3') return undefined;
  const row = cells.filter((one) => one.dataset === dataset && one.network === network);
  const temperature = (row.indexOf(cell) + 1) as PaperCell['temperature'];
  return paperCell({ table: 3, dataset, network, loss: loss.name, temperature });
}

/** A printed number for a table, with a note where it is derived or in doubt. */
export function printedCell(printed: Printed | undefined): TableCell | null {
  if (printed === undefined) return null;
  const { value } = printed;
  if (printed.status === 'derived') return { value, note: `from ${printed.from}` };
  return printed.note === undefined ? { value } : { value, note: `as printed: ${printed.note}` };
}
