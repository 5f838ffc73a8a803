/** The network that a finished run kept, for as long as it is used. */
import type { tf } from '../backend';
import { createModel, loadWeights } from '../models';
import { parseStoredConfig } from '../runs/config';
import type { ExperimentConfig } from '../runs/config';
import { loadRunPlugins } from '../runs/runPlugins';
import type { TrainingRun } from '../runs/trainingRuns';
import { verifiedWeights } from '../runs/weights';

/**
 * Builds the network of a run, the run's own layers included, loads the weights that its record names, and disposes it when
 * `use` has ended.
 *
 * @throws InputError that begins with `where` for weights that are not those of the record, and what `use` throws.
 */
export async function withRunModel<Result>(
  where: string,
  { folder, record }: Pick<TrainingRun, 'folder' | 'record'>,
  use: (model: tf.LayersModel, config: ExperimentConfig) => Result | Promise<Result>,
): Promise<Result> {
  const config = parseStoredConfig(record.config);
  loadRunPlugins(where, folder, config);
  const model = createModel({ ...config.model, numClasses: record.classNames.length });
  try {
    await loadWeights(model, await verifiedWeights(where, folder, record));
    return await use(model, config);
  } finally {
    model.dispose();
  }
}
