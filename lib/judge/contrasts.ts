/** Methods compared by the one contrast of lib/results: over images, and over seeds where a method has several. */
import { Contrasts, isDefined } from '../results/contrasts';
import type { Compared, ContrastOptions } from '../results/contrasts';
import { holm } from '../results/holm';
import { stableJson } from '../results/keys';
import type { RunGroup } from '../results/resampling';
import type { ScoredRun, Scoring } from '../results/scoring';
import { drawnJudgeScores, judgeScoresOfDraws } from './drawnScores';
import { judgeScoreFacts, judgeScores, judgeScoresOf } from './scores';
import type { JudgedRun, JudgeScore, JudgeScores } from './scores';

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

/** Two rules on the same predictions of one seed: its scores are their differences. */
interface RulePair {
  a: JudgedRun;
  b: JudgedRun;
  perImage: JudgedRun['perImage'];
}

const pairScoring: Scoring<RulePair, JudgeScore> = {
  ...scoring,
  scoresOf: ({ a, b }) => {
    const [own, other] = [judgeScoresOf(a), judgeScoresOf(b)];
    const differences = judgeScores.map((score) => {
      const [value, less] = [own[score], other[score]];
      return [score, value === null || less === null ? null : value - less] as const;
    });
    return Object.fromEntries(differences) as JudgeScores;
  },
  scoresOfDraws: ({ a, b }, clusterOf, sums) => {
    const others = judgeScoresOfDraws(b, clusterOf, sums);
    return judgeScoresOfDraws(a, clusterOf, sums).map((list, i) =>
      list.map((value, set) => value - others[i][set]),
    );
  },
  datasetOf: ({ a }) => a.dataset,
};

/** Groups that are all scored on the same images. */
class SameImages<Run extends ScoredRun> extends Contrasts<Run, JudgeScore, RunGroup<Run>> {
  protected whatSetsApart(): undefined {
    return undefined;
  }

  /** The seeds of the group, moderated by those of all groups. */
  protected noisePools({ key }: RunGroup<Run>) {
    return {
      own: { name: key, isIn: (one: RunGroup<Run>) => one.key === key },
      all: { name: 'all methods', isIn: () => true },
    };
  }

  /** One prediction a method: what the images alone say. */
  protected withoutSeedNoise(ofImages: Float64Array | null): Float64Array | null {
    return ofImages;
  }

  protected titleOf({ key }: RunGroup<Run>): string {
    return key;
  }
}

/**
 * The methods of a judgement. Rules on the same predictions are compared seed by seed, so that what the seeds do to both is
 * no noise of their difference; other methods' seeds are independent.
 */
export class JudgeContrasts extends SameImages<JudgedRun> {
  private readonly pairs: SameImages<RulePair>;

  constructor(methods: readonly MethodRuns[], resamples?: number) {
    super(methods, scoring, { resamples });
    const pairs = methods.flatMap((a, i) =>
      methods.slice(i + 1).flatMap((b) => rulePair(a, b) ?? []),
    );
    this.pairs = new SameImages(pairs, pairScoring, { resamples });
  }

  override contrast(
    a: MethodRuns,
    b: MethodRuns,
    options: ContrastOptions<JudgeScore, MethodRuns>,
  ): Compared<JudgeScore> {
    const { score, level } = options;
    const pairs = this.pairs.cells;
    const pair = pairs.find(({ key }) => key === pairKey(a, b));
    const turned = pairs.find(({ key }) => key === pairKey(b, a));
    const known = pair ?? turned;
    return known
      ? this.pairs.statistic([known], ([value]) => (pair ? value : 0 - value), { score, level })
      : super.contrast(a, b, options);
  }
}

const pairKey = (a: MethodRuns, b: MethodRuns): string => stableJson([a.key, b.key]);

/** Undefined where the two are not of the same predictions. */
function rulePair(a: MethodRuns, b: MethodRuns): RunGroup<RulePair> | undefined {
  const runs = a.runs.flatMap((one, i): RulePair[] => {
    const other = b.runs.at(i);
    const isSame = one.method === other?.method && one.seed === other.seed;
    return isSame ? [{ a: one, b: other, perImage: one.perImage }] : [];
  });
  const isWhole = runs.length === a.runs.length && runs.length === b.runs.length;
  return isWhole ? { key: pairKey(a, b), runs } : undefined;
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
