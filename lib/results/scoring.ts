/** What scores are made of, whatever is scored: the kit's own runs (`scorer.ts`), or predictions made anywhere (`lib/judge`). */
import type { DrawnSums } from './drawnSums';

/** How a score is written. */
export interface ScoreFacts {
  title: string;
  better: 'higher' | 'lower';
  /** False: a number as it is, not a share that is written in percent. */
  isShare: boolean;
}

/** Something that was scored on a set of images. */
export interface ScoredRun {
  perImage?: { names: readonly string[] };
}

/** The scores of runs of one kind. */
export interface Scoring<Run extends ScoredRun, Score extends string> {
  facts: Readonly<Record<Score, ScoreFacts>>;
  scoresOf: (run: Run) => Readonly<Record<Score, number | null>>;
  /** Scores of which intervals are made: those of a drawn set of images. */
  drawn: readonly Score[];
  /**
   * Of each score of `drawn` its values in the drawn sets of a run's images, NaN where it is not defined: `clusterOf` says in
   * which cluster of `sums` each image is.
   */
  scoresOfDraws: (run: Run, clusterOf: readonly number[], sums: DrawnSums) => Float64Array[];
  /** Name of the data set, which says which images belong together. */
  datasetOf: (run: Run) => string;
}
