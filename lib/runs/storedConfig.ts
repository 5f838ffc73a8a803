/**
 * What a stored configuration of version 1.0 leaves unsaid: `config.json`, a sweep's `sweep.json` and `request.json`, the
 * `config` of a record. Apart from `config`, whose schema takes TensorFlow, and a sweep's supervisor does not.
 */

import { invalid } from '../check';

/** Options of `createLoss` that a run sets itself, and why no configuration has them. */
const runsOwn = {
  ignoreIndex: "Leave it out: the data set's own decides which pixels do not count.",
  validate: 'Leave it out: the training step checks labels and numbers itself.',
  noise: 'Leave it out: a run draws its noise anew at every step.',
  epoch: 'Leave it out: a run knows the epoch that it is in.',
};

/** The losses of version 1.0 that take the pixels of each class. */
const countingLosses = ['classBalanced', 'classBalancedFocal', 'balancedSoftmax', 'ldam', 'blv'];

/**
 * The loss with `classCounts: 'batch'`, where it is one of version 1.0 that takes counts and has none: `'authors'` counts the
 * batch, as its code does, and says nothing.
 */
export function withBatchCounts<Loss extends { name: string }>(loss: Loss): Loss {
  const { name, classCounts, variant }: { name: string; classCounts?: unknown; variant?: unknown } =
    loss;
  const isSaid = classCounts !== undefined || variant === 'authors';
  return countingLosses.includes(name) && !isSaid ? { ...loss, classCounts: 'batch' } : loss;
}

/**
 * A stored configuration, `classCounts` written out: files of version 1.0 have none and meant `'batch'`. Every reader of
 * a stored configuration passes through here, alone or by `parseStoredConfig`.
 *
 * @throws InputError for a loss with an option that belongs to the run.
 */
export function storedConfig<Config>(config: Config): Config {
  const { loss } = (config ?? {}) as { loss?: unknown };
  if (!hasName(loss)) return config;
  refuseOwn('loss', loss);
  return { ...config, loss: withBatchCounts(loss) };
}

function hasName(loss: unknown): loss is { name: string } {
  return (
    typeof loss === 'object' && loss !== null && 'name' in loss && typeof loss.name === 'string'
  );
}

/** @throws InputError for an option of the loss at `path` that a run sets itself. */
export function refuseOwn(path: string, loss: object): void {
  for (const [option, remedy] of Object.entries(runsOwn)) {
    const value = (loss as Readonly<Record<string, unknown>>)[option];
    if (value !== undefined)
      throw invalid('experiment config', `${path}.${option}`, 'absent', value, remedy);
  }
}
