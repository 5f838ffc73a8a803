/** Finished runs on drawn scenes, of seconds each, for tests of what reads runs. */
import { join } from 'node:path';
import { runExperiment } from '../../lib/training/experiment';
import { readRun } from '../../lib/runs/trainingRuns';
import type { TrainingRun } from '../../lib/runs/trainingRuns';
import type { ExperimentInput } from '../../lib/runs/config';

export const tinyExperiment = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 5, trainLength: 8, validLength: 6 },
  model: { name: 'segnet', width: 2 },
  epochs: 2,
  batchSize: 4,
  logging: { tensorboard: false, images: 0 },
} satisfies ExperimentInput;

/** Trains (or finds) a run in `folder`, named by `name`, with some settings of `tinyExperiment` replaced. */
export async function trainTiny(
  folder: string,
  name: string,
  settings: ExperimentInput,
): Promise<TrainingRun> {
  const outDir = join(folder, name);
  await runExperiment({ ...tinyExperiment, ...settings }, { outDir });
  return readRun(outDir);
}
