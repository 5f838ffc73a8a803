/** The kit's own study (`lib/sweeps/reference`): every loss on its data sets and networks. */
import { lossLabel, networkTitle } from '../results/names';
import { crossEntropyReference, patReference } from './references';
import type { TableSpecification } from './specification';

export const reference: TableSpecification = {
  name: 'reference',
  title: 'Reference study',
  presets: ['reference'],
  labels: ['Network', 'Loss'],
  labelsOf: ({ network, loss }) => [networkTitle(network), lossLabel(loss)],
  references: [crossEntropyReference, patReference],
};
