/** The loss of a run, wherever in the run it is computed. */
import { invalid } from '../check';
import { createLoss } from '../losses';
import type { LossConfig, SegmentationLoss } from '../losses';
import { Random } from '../random';
import type { ExperimentConfig } from './types';

/** The run's loss at `place`: a step, the validation, the probe. */
export function lossAt(
  config: ExperimentConfig,
  ignoreIndex: number,
  place: string,
): SegmentationLoss {
  return createLoss(lossConfigAt(config, ignoreIndex, place));
}

/**
 * Its configuration; the loss itself checks no values, the step does. A loss that draws noise draws it from a stream of
 * its own at `place`, so that a resumed run has the same.
 */
export function lossConfigAt(
  { loss, seed }: ExperimentConfig,
  ignoreIndex: number,
  place: string,
): LossConfig {
  if (loss.name !== 'blv') return { validate: false, ignoreIndex, ...loss };
  const { seed: own = seed, ...rest } = loss;
  if (rest.noise !== undefined) throw invalid('experiment config', 'loss.noise', 'absent', 'noise');
  const noise = new Random(own)
    .stream('noise')
    .stream(place)
    .integer(0, 2 ** 31 - 1);
  return { validate: false, ignoreIndex, ...rest, seed: noise };
}
