/** The runs of the kit's own study (`lib/sweeps/reference`) as claims ask for them. */
import type { LossConfig, LossName } from '../losses';
import { partsOf } from '../losses/traits';
import type { ExperimentConfig } from '../runs/config';
import { runKeys } from '../results/keys';
import type { ResultRecord } from '../results/records';
import { parseSweep } from '../sweeps/plan';
import { sweepPreset } from '../sweeps/presets';
import type { SweepScale } from '../sweeps/presets';
import { isLossOf } from '../tables/references';
import { ClaimRuns } from './claimRuns';
import type { ClaimRunsOptions } from './claimRuns';

/**
 * Of `records` the runs of the preset `reference`; those of its searches and of other lengths take no part. The row of a loss is
 * the first that the plan has of it; that of LDAM is the one with deferred re-weighting.
 */
export function studyRuns(
  records: readonly ResultRecord[],
  { scale = 'laptop', ...options }: Omit<ClaimRunsOptions, 'tuned'> & { scale?: SweepScale } = {},
): ClaimRuns {
  const planned = parseSweep(sweepPreset('reference', scale)).runs.map(({ config }) => config);
  const keyOf = (config: ExperimentConfig) => runKeys({ config, split: 'test' }).key;
  const keys = new Set(planned.map(keyOf));
  const tuned = (dataset: string, name: LossName): LossConfig =>
    planned.find((config) => config.dataset.name === dataset && isOf(config.loss, name))?.loss ?? {
      name,
    };
  const own = records.filter((record) => keys.has(keyOf(record.config)));
  return new ClaimRuns(own, { ...options, tuned });
}

function isOf(loss: LossConfig, name: LossName): boolean {
  if (loss.name === 'stages') return partsOf(loss).some((stage) => isOf(stage, name));
  return isLossOf(loss, name);
}
