/** The kit's own study (`lib/sweeps/reference`): every loss on its data sets and networks. */
import { crossEntropyReference, patReference } from './references';
import type { TableSpecification } from './specification';
import { byNetworkAndLoss } from './words';

export const reference: TableSpecification = {
  name: 'reference',
  title: 'Reference study',
  presets: ['reference'],
  ...byNetworkAndLoss,
  references: [crossEntropyReference, patReference],
};
