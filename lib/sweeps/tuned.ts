/** The options that the search on validation chose (preset `tuning`), by scale and data set. */
import type { LossConfig } from '../losses';
import { withBatchCounts } from '../runs/storedConfig';

/** As `chooseOptions` chooses from the search's records in data/results/laptop; a test compares. */
export const tunedLosses: Partial<Record<string, Partial<Record<string, readonly LossConfig[]>>>> =
  {
    laptop: {
      camvid: [
        { name: 'focal', gamma: 0.5 },
        { name: 'classBalanced', beta: 0.999 },
        { name: 'classBalancedFocal', gamma: 2 },
        { name: 'ldam', scale: 5 },
        { name: 'blv', distribution: 'xavier' },
        { name: 'pat', temperature: 2 },
      ],
      oxfordPet: [
        { name: 'focal', gamma: 0.5 },
        { name: 'classBalanced', beta: 0.99999 },
        { name: 'classBalancedFocal', gamma: 1 },
        { name: 'ldam', scale: 5 },
        { name: 'blv', distribution: 'xavier' },
        { name: 'pat', temperature: 2 },
      ],
      nyuv2: [
        { name: 'focal', gamma: 0.5 },
        { name: 'classBalanced', beta: 0.999 },
        { name: 'classBalancedFocal', gamma: 1 },
        { name: 'ldam', scale: 5 },
        { name: 'blv', distribution: 'xavier' },
        { name: 'pat', temperature: 2 },
      ],
    },
  };

/** The loss with its chosen option, as `atScale` has it; with its defaults where there was no search. */
export function tunedLoss(scale: string, dataset: string, name: string): LossConfig {
  const chosen = tunedLosses[scale]?.[dataset]?.find((loss) => loss.name === name);
  return atScale(scale, chosen ?? { name });
}

/**
 * The loss as the presets of a scale take it. At laptop scale the losses that take class counts have `'batch'`: their
 * options were tuned, and the committed records trained, with the counts of the batch, before a run's default became
 * `'dataset'`.
 */
export function atScale(scale: string, loss: LossConfig): LossConfig {
  return scale === 'laptop' ? withBatchCounts(loss) : loss;
}
