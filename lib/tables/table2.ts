/** Table 2: the losses on three more networks. */
import { paperCell } from '../paper';
import { isPaperDataset } from './printedTable';
import { table1 } from './table1';
import type { TableSpecification } from './specification';
import { byNetworkAndLoss } from './words';

export const table2: TableSpecification = {
  ...table1,
  name: 'table2',
  title: 'Table 2, networks',
  presets: ['table2'],
  ...byNetworkAndLoss,
  printedOf: ({ dataset, network, loss }) =>
    isPaperDataset(dataset)
      ? paperCell({ table: 2, dataset, network, loss: loss.name })
      : undefined,
};
