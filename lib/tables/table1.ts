/** Table 1: the losses on SegNet. */
import { paperCell } from '../paper';
import { isAuthors, lossLabel } from '../results/names';
import { ordersTable } from './orders';
import { isPaperDataset } from './printedTable';
import { crossEntropyReference, patReference } from './references';
import type { TableSpecification } from './specification';
import { winnersTable } from './winners';

export const table1: TableSpecification = {
  name: 'table1',
  title: 'Table 1, losses',
  presets: ['table1'],
  labels: ['Loss'],
  labelsOf: ({ loss }) => [lossLabel(loss)],
  references: [crossEntropyReference, patReference],
  isTuned: true,
  // A printed row stands for the loss as published; the authors' variant of it is a row of the kit's own.
  printedOf: ({ dataset, network, loss }) =>
    isPaperDataset(dataset) && !isAuthors(loss)
      ? paperCell({ table: 1, dataset, network, loss: loss.name })
      : undefined,
  closing: (table) => [ordersTable(table), winnersTable(table)],
};
