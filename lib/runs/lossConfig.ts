/** The loss of a run's configuration: what a run sets itself is refused, what it leaves unsaid filled in, the rest checked. */
import { isDeepStrictEqual } from 'node:util';
import { InputError, invalid } from '../check';
import { createLoss, findLoss, knownLosses } from '../losses';
import type { LossConfig } from '../losses';
import { countsClasses, lossAtEpoch, mapLosses, namesIn } from '../losses/traits';
import { where } from './configErrors';
import { refuseOwn } from './storedConfig';

/**
 * The loss with `classCounts: 'dataset'` where it, or a loss inside it, counts classes and says nothing of it. `'authors'`
 * counts the batch, as its code does.
 *
 * @throws InputError for an option that belongs to the run, for a stage that its epochs never reach, or what `createLoss` refuses.
 */
export function runLossConfig({ loss, epochs }: { loss: LossConfig; epochs: number }): LossConfig {
  refuseOwn('loss', loss);
  const filled = mapLosses(loss, (one, path) => {
    if (path !== '') refuseOwn(`loss.${path}`, one);
    const isSaid = one.classCounts !== undefined || one.variant === 'authors';
    return countsClasses(one) && !isSaid ? { ...one, classCounts: 'dataset' } : one;
  });
  // As `createLoss` takes it: without the run's counts, which are not known yet.
  const countable = mapLosses(filled, (one) =>
    one.classCounts === 'dataset' ? { ...one, classCounts: 'batch' } : one,
  );
  try {
    createLoss(countable);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const known = `Losses: ${knownLosses().join(', ')}.`;
    throw new InputError(`${where}: loss: ${error.message} ${known}`);
  }
  if (!isDeepStrictEqual(lossAtEpoch(filled, epochs), lossAtEpoch(filled, Infinity))) {
    const remedy = 'Train longer, or give the earlier stages fewer.';
    const expected = 'more than the epochs of all stages but the last';
    throw invalid(where, 'epochs', expected, epochs, remedy);
  }
  return filled;
}

/** Whether the loss, and each that it is made of, is known here: one of a plugin or a cell may not be. */
export function isKnownLoss(loss: { name: string }): boolean {
  return namesIn(loss).every((name) => findLoss(name) !== undefined);
}
