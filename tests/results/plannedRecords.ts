/** Records of planned runs, with made-up predictions. */
import { scoresFrom } from '../../lib/metrics';
import type { ResultRecord } from '../../lib/results';
import { parseSweep } from '../../lib/sweeps/plan';
import type { PlannedRun, SweepGrid } from '../../lib/sweeps/plan';
import { classNames, scoredSplit } from './recordFiles';

/** The runs of a grid with settings of a small real sweep. */
export function plan(grid: SweepGrid): PlannedRun[] {
  return parseSweep({ name: 'test', base: { epochs: 10, model: { width: 8 } }, grid }).runs;
}

/** What the runs' records say of the test split; `skill` is the share of pixels predicted right, null: not finished. */
export function recordsOf(
  runs: readonly PlannedRun[],
  skill: (run: PlannedRun) => number | null,
): ResultRecord[] {
  return runs.flatMap((run) => {
    const share = skill(run);
    if (share === null) return [];
    const { counts, perImage } = scoredSplit(run.config.seed + 1, share);
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    const curve = { step: 4, trainLoss: 1, validLoss: 1, meanIoU: share, pixelAccuracy: share };
    return {
      file: `${run.id}.json`,
      split: 'test' as const,
      config: run.config,
      classNames,
      scores: scoresFrom({
        hits: counts.map((row, c) => row[c]),
        labelled: counts.map(sum),
        predicted: counts.map((_, c) => sum(counts.map((row) => row[c]))),
      }),
      counts,
      perImage,
      curves: [1, 2].map((epoch) => ({ ...curve, epoch })),
      weightsSha256: 'ab'.repeat(32),
      seconds: 1,
    };
  });
}

/** Cross-entropy and PAT of one network, three lengths of training, the middle one with a seed more. */
export const lengthGrid = {
  dataset: [{ name: 'camvid' }],
  'model.name': ['unet'],
  loss: [{ name: 'crossEntropy' }, { name: 'pat', temperature: 1 }],
};
export const lengthRuns = [
  ...plan({ ...lengthGrid, epochs: [10, 120], seed: [0, 1] }),
  ...plan({ ...lengthGrid, epochs: [60], seed: [0, 1, 2] }),
];
