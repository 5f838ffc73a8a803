/** The options that the search on validation chose (preset `tuning`), by scale and data set. */
import type { LossConfig, LossName } from '../../losses';

/** Chosen by `chooseOptions` from the committed records of the search; a test compares. */
const chosen: Partial<Record<string, Partial<Record<string, readonly LossConfig[]>>>> = {};

/** The loss with its chosen option; with its defaults where there was no search. */
export function tunedLoss(scale: string, dataset: string, name: LossName): LossConfig {
  return chosen[scale]?.[dataset]?.find((loss) => loss.name === name) ?? { name };
}
