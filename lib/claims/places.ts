/** Where losses are compared: data sets and networks. */
import type { LossName } from '../losses';
import type { NetworkName } from '../models';
import { paperDatasets } from '../paper';
import type { PaperDataset } from '../paper';
import type { Contrast } from './contrasts';
import type { ClaimScore } from './resampling';
import type { ClaimRuns } from './runs';

export const allNetworks: readonly NetworkName[] = [
  'segnet',
  'unet',
  'attentionUnet',
  'nestedUnet',
];

/** PAT minus each of the others, each with its chosen option, everywhere. */
export function patContrasts(
  runs: ClaimRuns,
  others: readonly LossName[],
  score: ClaimScore,
  networks: readonly NetworkName[],
  datasets: readonly PaperDataset[] = paperDatasets,
): Contrast[] {
  return datasets.flatMap((paperName) => {
    const dataset = runs.dataset(paperName);
    return networks.flatMap((network) =>
      others.map((other): Contrast => ({
        dataset,
        network,
        left: runs.tuned(dataset, 'pat'),
        right: runs.tuned(dataset, other),
        score,
      })),
    );
  });
}

/** One pair of losses on SegNet on every data set. */
export function segnetContrasts(
  runs: ClaimRuns,
  pair: (dataset: string) => Pick<Contrast, 'left' | 'right' | 'title'>,
  score: ClaimScore,
): Contrast[] {
  return paperDatasets.map((paperName) => {
    const dataset = runs.dataset(paperName);
    return { dataset, network: 'segnet', score, ...pair(dataset) };
  });
}
