/**
 * What a stored configuration of version 1.0 leaves unsaid: `config.json`, a sweep's `sweep.json` and `request.json`, the
 * `config` of a record. Apart from `config`, whose schema takes TensorFlow, and a sweep's supervisor does not.
 */

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
 */
export function storedConfig<Config>(config: Config): Config {
  const { loss } = (config ?? {}) as { loss?: unknown };
  return hasName(loss) ? { ...config, loss: withBatchCounts(loss) } : config;
}

function hasName(loss: unknown): loss is { name: string } {
  return (
    typeof loss === 'object' && loss !== null && 'name' in loss && typeof loss.name === 'string'
  );
}
