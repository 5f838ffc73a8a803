/** What the runs of a cell give together. */
import { spread } from './bootstrap';
import type { Spread } from './bootstrap';
import type { Cell } from './cells';
import type { Results } from './contrast';
import { runScores, thirdsOf } from './scorer';
import type { ClassThirds, RunScore } from './scorer';

export interface CellSummary {
  seeds: number[];
  /** Mean ± sample standard deviation over the seeds. */
  scores: Record<RunScore, Spread | null>;
  /** IoU of each class over the seeds. */
  iou: (Spread | null)[];
  thirds: ClassThirds;
  /** Whose pixels make the thirds. */
  thirdsBy: 'train' | 'scored';
}

export function summarize(cell: Cell, results: Results): CellSummary {
  const { runs } = cell;
  const scores = runScores.map((score) => [score, spread(results.values(cell, score))] as const);
  return {
    seeds: runs.map(({ config }) => config.seed),
    scores: Object.fromEntries(scores) as Record<RunScore, Spread | null>,
    iou: runs[0].classNames.map((_, c) => spread(runs.map((run) => run.scores.iou[c]))),
    thirds: thirdsOf(runs[0]),
    thirdsBy: runs[0].trainingPixels === undefined ? 'scored' : 'train',
  };
}
