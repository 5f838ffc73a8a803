/** Any runs: those of a sweep of one's own. */
import { crossEntropyReference } from './references';
import type { TableSpecification } from './specification';
import { winnersTable } from './winners';
import { byNetworkAndLoss } from './words';

export const runs: TableSpecification = {
  name: 'runs',
  title: 'Runs',
  presets: [],
  ...byNetworkAndLoss,
  references: [crossEntropyReference],
  closing: (table) => [winnersTable(table)],
};
