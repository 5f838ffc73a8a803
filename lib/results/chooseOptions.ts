/** The choice of a loss's option on the validation split. */
import { isDeepStrictEqual } from 'node:util';
import type { LossConfig } from '../losses';
import { maximumOf } from '../extremes';
import { spread } from './bootstrap';
import { groupCells } from './cells';
import type { ResultRecord } from './records';

/** A candidate and how it did. */
export interface TriedOption {
  dataset: string;
  /** Equal for candidates that were trained alike (`Cell.setting`). */
  setting: string;
  loss: LossConfig;
  /** Mean over the seeds; null for a candidate without a run. */
  meanIoU: number | null;
  /** The best of its loss on this data set; of equals, the first candidate. */
  chosen: boolean;
}

/**
 * Every candidate on every data set, and in every setting in which records differ besides the loss, in their order. Nothing is chosen for a loss while one of its candidates has no run.
 *
 * @param records of the validation split, of the seeds of the search
 */
export function chooseOptions(
  records: readonly ResultRecord[],
  candidates: readonly LossConfig[],
): TriedOption[] {
  const { cells } = groupCells(records);
  const settings = new Map(cells.map(({ setting, dataset }) => [setting, dataset]));
  const tried = [...settings].flatMap(([setting, dataset]) =>
    candidates.map((loss): TriedOption => {
      const cell = cells.find(
        (one) => one.setting === setting && isDeepStrictEqual({ ...one.loss }, { ...loss }),
      );
      const meanIoU = spread((cell?.runs ?? []).map(({ scores }) => scores.meanIoU))?.mean ?? null;
      return { dataset, setting, loss, meanIoU, chosen: false };
    }),
  );
  for (const option of tried) {
    const rivals = tried.filter(
      ({ setting, loss }) => setting === option.setting && loss.name === option.loss.name,
    );
    const scores = rivals.map(({ meanIoU }) => meanIoU ?? Infinity);
    option.chosen = rivals[scores.indexOf(maximumOf(scores))] === option && option.meanIoU !== null;
  }
  return tried;
}
