/** The data of a run. */
import { openDataset } from '../datasets';
import type { Split } from '../datasets/types';
import type { ExperimentConfig } from './types';

/** One split of a configuration's data set. */
export function openSplit({ dataset }: ExperimentConfig, split: Split) {
  const { trainLength, validLength, testLength, ...options } = dataset;
  const length = { train: trainLength, valid: validLength, test: testLength }[split];
  const given = { ...options, split, ...(length === undefined ? {} : { length }) };
  return openDataset(given);
}
