/** Methods compared by the one contrast of lib/results: over images, and over seeds where a method has several. */
import { Contrasts, isDefined } from '../results/contrasts';
import { holm } from '../results/holm';
import type { RunGroup } from '../results/resampling';
import type { Scoring } from '../results/scoring';
import { drawnJudgeScores, judgeScoresOfDraws } from './drawnScores';
import { judgeScoreFacts, judgeScores, judgeScoresOf } from './scores';
import type { JudgedRun, JudgeScore } from './scores';

/** The runs of one method, one for each seed. */
export type MethodRuns = RunGroup<JudgedRun>;

/** `a` − `b` in one score, shares 0 … 1. */
export interface JudgeComparison {
  a: string;
  b: string;
  score: JudgeScore;
  difference: number;
  /** 95 % interval; null where there is none: fewer than two images, or sums that are not kept for each image. */
  low: number | null;
  high: number | null;
  /** Two-sided, with Holm's correction over the pairs of methods in this score. */
  p: number | null;
  /** The same without the correction. */
  uncorrected: number | null;
}

const scoring: Scoring<JudgedRun, JudgeScore> = {
  facts: judgeScoreFacts,
  scoresOf: judgeScoresOf,
  drawn: drawnJudgeScores,
  scoresOfDraws: judgeScoresOfDraws,
  datasetOf: ({ dataset }) => dataset,
};

/** The methods of a judgement; all are scored on the same images. */
export class JudgeContrasts extends Contrasts<JudgedRun, JudgeScore, MethodRuns> {
  constructor(methods: readonly MethodRuns[], resamples?: number) {
    super(methods, scoring, { resamples });
  }

  protected whatSetsApart(): undefined {
    return undefined;
  }

  /**
   * The seeds of the method, moderated by those of all methods. Rules on the same predictions share their seeds, which are
   * taken as independent all the same: their intervals are too wide rather than too narrow where there are several seeds.
   */
  protected noisePools({ key }: MethodRuns) {
    return {
      own: { name: key, isIn: (one: MethodRuns) => one.key === key },
      all: { name: 'all methods', isIn: () => true },
    };
  }

  /** One prediction a method: what the images alone say. */
  protected withoutSeedNoise(ofImages: Float64Array | null): Float64Array | null {
    return ofImages;
  }

  protected titleOf({ key }: MethodRuns): string {
    return key;
  }
}

/** Every pair in every score that both have, in the order of the methods. */
export function compareMethods(contrasts: JudgeContrasts): JudgeComparison[] {
  const { cells: methods } = contrasts;
  return judgeScores.flatMap((score) => {
    const found = methods.flatMap((a, i) =>
      methods.slice(i + 1).flatMap((b): JudgeComparison[] => {
        const compared = contrasts.contrast(a, b, { score });
        if (!isDefined(compared)) return [];
        const { value: difference, low, high, p } = compared;
        return [{ a: a.key, b: b.key, score, difference, low, high, p, uncorrected: p }];
      }),
    );
    const tested = found.filter(({ p }) => p !== null);
    const corrected = holm(tested.map(({ p }) => p ?? 1));
    tested.forEach((one, i) => (one.p = corrected[i]));
    return found;
  });
}
