/** Any runs: those of a sweep of one's own. */
import { lossLabel, networkTitle } from '../results/names';
import { crossEntropyReference } from './references';
import type { TableSpecification } from './specification';
import { winnersTable } from './winners';

export const runs: TableSpecification = {
  name: 'runs',
  title: 'Runs',
  presets: [],
  labels: ['Network', 'Loss'],
  labelsOf: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
  references: [crossEntropyReference],
  closing: (table) => [winnersTable(table)],
};
