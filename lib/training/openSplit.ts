/** The data of a run. */
import { openDataset } from '../datasets';
import type { DatasetOptions } from '../datasets';
import { keptInMemory } from '../datasets/dataset';
import { NoSplitError } from '../datasets/datasetTypes';
import type { SegmentationDataset, Split } from '../datasets/datasetTypes';
import type { ExperimentConfig } from '../runs/config';

/** The test split; undefined where the data set has none. Drawn scenes have one where `dataset.testLength` asks for it. */
export async function openTestSplit(
  config: ExperimentConfig,
): Promise<SegmentationDataset | undefined> {
  const { name, testLength } = config.dataset;
  if (name === 'synthetic' && testLength === undefined) return undefined;
  try {
    return await openSplit(config, 'test');
  } catch (error) {
    if (error instanceof NoSplitError) return undefined;
    throw error;
  }
}

/** Bytes of decoded samples of a split that a run keeps in memory without being told to. */
const KEPT_BYTES = 256 * 2 ** 20;

/** What `openDataset` takes for one split of a configuration's data set. */
export function splitOptions({ dataset }: ExperimentConfig, split: Split): DatasetOptions {
  const { trainLength, validLength, testLength, ...options } = dataset;
  delete options.checkContents; // the run's, not the data set's
  const length = { train: trainLength, valid: validLength, test: testLength }[split];
  return { ...options, split, ...(length === undefined ? {} : { length }) };
}

/** One split of a configuration's data set. */
export function openSplit(config: ExperimentConfig, split: Split) {
  return openDataset(splitOptions(config, split));
}

/**
 * The same for training, which reads a split once an epoch: unless `dataset.cache` says otherwise, a split of at most
 * 256 MiB, 4 bytes a pixel, stays in memory once it is decoded.
 */
export async function openRepeatedSplit(
  config: ExperimentConfig,
  split: Split,
): Promise<SegmentationDataset> {
  const opened = await openSplit(config, split);
  const { cache, size } = config.dataset;
  const bytes = opened.length * size[0] * size[1] * 4;
  return cache === undefined && bytes <= KEPT_BYTES ? keptInMemory(opened) : opened;
}
