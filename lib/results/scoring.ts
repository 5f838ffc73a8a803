/** What scores are made of, whatever is scored: the kit's own runs (`scorer.ts`), or predictions made anywhere (`lib/judge`). */

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
   * Scores of drawn sets of a run's images, in the order of `drawn`, NaN where one is not defined: `clusterOf` says in which
   * cluster each image is, the weights how often each cluster is in the set. The array given is used again.
   */
  drawnScorer: (
    run: Run,
    clusterOf: readonly number[],
  ) => (weights: ArrayLike<number>) => Float64Array;
  /** Name of the data set, which says which images belong together. */
  datasetOf: (run: Run) => string;
}
