/** By what the epoch is chosen whose weights a run keeps. */
import type { EpochMetrics } from './epochs';

/**
 * Of the validation split: `'loss'`, the lowest of the run's own loss; `'crossEntropy'`, the lowest of plain cross-entropy,
 * one yardstick for every loss; `'meanIoU'` (over the set) and `'meanIoUC'` (`fineGrainedScores`), the highest; `'last'`, none:
 * the last epoch.
 */
export const criteria = ['loss', 'crossEntropy', 'meanIoU', 'meanIoUC', 'last'] as const;
export type Criterion = (typeof criteria)[number];

/** The best epoch so far by each criterion of a run. */
export type KeptEpochs = Partial<Record<Criterion, { epoch: number; value: number }>>;

/** The criteria of a run: the weights that it keeps are of the first, and its record has the scores by the others, too. */
export function criteriaOf({
  selection = 'loss',
}: {
  selection?: Criterion | Criterion[];
}): [Criterion, ...Criterion[]] {
  const [first = 'loss', ...others] = [selection].flat();
  return [first, ...others.filter((other, i) => other !== first && others.indexOf(other) === i)];
}

/** The value of a criterion; an epoch without one is worse than any other (a finite number: checkpoints are JSON). */
function valueOf(criterion: Criterion, metrics: EpochMetrics): number {
  switch (criterion) {
    case 'loss':
      return metrics.validLoss;
    case 'crossEntropy':
      return metrics.validCrossEntropy ?? Number.MAX_VALUE;
    case 'last':
      return metrics.epoch;
    default:
      return metrics[criterion] ?? -1;
  }
}

const isLower = (criterion: Criterion) => criterion === 'loss' || criterion === 'crossEntropy';

/** The best epochs after one more, and the criteria by which that one is the best; of equals, the first epoch. */
export function withEpoch(
  kept: KeptEpochs,
  asked: readonly Criterion[],
  metrics: EpochMetrics,
): { kept: KeptEpochs; bestBy: Criterion[] } {
  const bestBy = asked.filter((criterion) => {
    const value = valueOf(criterion, metrics);
    const before = kept[criterion]?.value;
    if (before === undefined) return true;
    return isLower(criterion) ? value < before : value > before;
  });
  const better = bestBy.map((criterion) => {
    return [criterion, { epoch: metrics.epoch, value: valueOf(criterion, metrics) }] as const;
  });
  return { kept: { ...kept, ...Object.fromEntries(better) }, bestBy };
}
