/**
 * What a configuration leaves unsaid of its loss, in a new one and in a stored one: `config.json`, a sweep's `sweep.json`
 * and `request.json`, the `config` of a record. Apart from `config`, whose schema takes TensorFlow, and a sweep's
 * supervisor does not.
 */
import { invalid } from '../check';
import type { LossName } from '../losses';
import type { ClassCounts } from '../losses/classCounts';

/** The losses that are published with the pixels of each class in the training set. */
export const countingLosses: readonly LossName[] = [
  'classBalanced',
  'classBalancedFocal',
  'balancedSoftmax',
  'ldam',
  'blv',
];

/** Options of `createLoss` that a run sets itself, and why no configuration has them. */
const runsOwn = {
  ignoreIndex: "Leave it out: the data set's own decides which pixels do not count.",
  validate: 'Leave it out: the training step checks labels and numbers itself.',
  noise: 'Leave it out: a run draws its noise anew at every step.',
};

/** A loss with the options that are set. */
type SetLoss = { name: string } & Record<string, unknown>;

/**
 * The loss with `classCounts` written out, where it takes counts and has none: `'authors'` counts the batch, as its code
 * does, and says nothing.
 *
 * @throws InputError for an option that belongs to the run: `ignoreIndex`, `validate`, `noise`.
 */
export function withClassCounts<Loss extends { name: string }>(
  loss: Loss,
  classCounts: Exclude<ClassCounts, readonly number[]>,
): Loss {
  const set = loss as SetLoss;
  for (const [option, remedy] of Object.entries(runsOwn)) {
    if (set[option] === undefined) continue;
    throw invalid('experiment config', `loss.${option}`, 'absent', set[option], remedy);
  }
  const counts = (countingLosses as readonly string[]).includes(set.name);
  const isSaid = set.classCounts !== undefined || set.variant === 'authors';
  return counts && !isSaid ? { ...loss, classCounts } : loss;
}

/**
 * A stored configuration, `classCounts` written out: files of version 1.0 have none and meant `'batch'`. Every reader of
 * a stored configuration passes through here, alone or by `parseStoredConfig`.
 */
export function storedConfig<Config>(config: Config): Config {
  const { loss } = (config ?? {}) as { loss?: unknown };
  return hasName(loss) ? { ...config, loss: withClassCounts(loss, 'batch') } : config;
}

function hasName(loss: unknown): loss is { name: string } {
  return (
    typeof loss === 'object' && loss !== null && 'name' in loss && typeof loss.name === 'string'
  );
}
