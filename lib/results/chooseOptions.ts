/** The choice of a loss's option on the validation split. */
import { isDeepStrictEqual } from 'node:util';
import type { LossConfig } from '../losses';
import { maximumOf } from '../extremes';
import { spread } from './bootstrap';
import type { ResultRecord } from './records';

/** A candidate and how it did. */
export interface TriedOption {
  dataset: string;
  loss: LossConfig;
  /** Mean over the seeds; null for a candidate without a run. */
  meanIoU: number | null;
  /** The best of its loss on this data set; of equals, the first candidate. */
  chosen: boolean;
}

/**
 * Every candidate on every data set, in their order. Nothing is chosen for a loss while one of its candidates has no run.
 *
 * @param records of the validation split, of one network and the seeds of the search
 */
export function chooseOptions(
  records: readonly ResultRecord[],
  candidates: readonly LossConfig[],
): TriedOption[] {
  const datasets = [...new Set(records.map(({ config }) => config.dataset.name))];
  const tried = datasets.flatMap((dataset) =>
    candidates.map((loss): TriedOption => {
      const runs = records.filter(
        ({ config }) => config.dataset.name === dataset && isDeepStrictEqual(config.loss, loss),
      );
      const meanIoU = spread(runs.map(({ scores }) => scores.meanIoU))?.mean ?? null;
      return { dataset, loss, meanIoU, chosen: false };
    }),
  );
  for (const option of tried) {
    const rivals = tried.filter(
      ({ dataset, loss }) => dataset === option.dataset && loss.name === option.loss.name,
    );
    const scores = rivals.map(({ meanIoU }) => meanIoU ?? Infinity);
    option.chosen = rivals[scores.indexOf(maximumOf(scores))] === option && option.meanIoU !== null;
  }
  return tried;
}
