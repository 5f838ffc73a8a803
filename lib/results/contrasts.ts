/**
 * The one way in which scores are compared, whatever was scored: a difference with its interval and p, all of the same score
 * and from the same draws. `Results` compares cells of the kit's own runs by it, `lib/judge` predictions made anywhere.
 */
import { mean } from '../statistics';
import type { Cell } from './cells';
import { drawsName } from './keys';
import { Resampling } from './resampling';
import type { Pooled, ResamplingOptions, RunGroup, SeedNoise } from './resampling';
import type { RunScore } from './scorer';
import type { ScoredRun, Scoring } from './scoring';

/** A number with its interval; shares are 0 … 1. */
export interface Estimate<Score extends string = RunScore> {
  score: Score;
  value: number;
  /** Null where nothing is known of the noise: one seed in every cell trained alike. */
  low: number | null;
  high: number | null;
  /** Two-sided, that the number is 0: below 1 − level exactly where the interval leaves 0 out. */
  p: number | null;
  /** The least of the cells. */
  seeds: number;
  /** Of the images; 0 where the noise is that of the seeds alone. */
  clusters: number;
}

/**
 * Where a difference lies: its interval above or below 0; else `'equal'` where it lies within ± the margin; else
 * `'undecided'`. A lower score that is the better one (`scoreFacts`) counts as above.
 */
export type Outcome = 'above' | 'below' | 'equal' | 'undecided';

export interface Contrast<Score extends string = RunScore> extends Estimate<Score> {
  outcome: Outcome;
}

export interface ContrastOptions<Score extends string = RunScore, Group = Cell> {
  score: Score;
  /** Of the interval (default 0.95). */
  level?: number;
  /** A cell whose seeds take no part in the variance between seeds (default: none). */
  leaveOut?: Group;
}

export interface ContrastsOptions extends ResamplingOptions {
  /** Differences within ± this count as none (default 0.01: a point). */
  margin?: number;
}

/** How much the noise of all groups alike counts for that of one. */
const PRIOR_DEGREES = 4;

/** Why there is no contrast. */
export interface Undefined {
  reason: string;
}

export type Compared<Score extends string = RunScore> = Contrast<Score> | Undefined;

export function isDefined<Score extends string>(
  compared: Compared<Score>,
): compared is Contrast<Score> {
  return 'value' in compared;
}

/** Groups whose seeds are noisy alike. */
export interface NoisePool<Group> {
  name: string;
  isIn: (group: Group) => boolean;
}

/** Groups of runs, with what their scores might have been. */
export abstract class Contrasts<
  Run extends ScoredRun,
  Score extends string,
  Group extends RunGroup<Run>,
> {
  readonly margin: number;
  protected readonly resampling: Resampling<Run, Score>;
  private readonly noise = new Map<string, Pooled>();

  constructor(
    readonly cells: readonly Group[],
    private readonly scoring: Scoring<Run, Score>,
    { margin = 0.01, ...draws }: ContrastsOptions = {},
  ) {
    this.margin = margin;
    this.resampling = new Resampling(scoring, draws);
  }

  /** Why two groups cannot be compared, if they cannot. */
  protected abstract whatSetsApart(a: Group, b: Group): string | undefined;
  /** Groups whose noise is most like a group's, and those whose noise is like it. */
  protected abstract noisePools(group: Group): { own: NoisePool<Group>; all: NoisePool<Group> };
  /** In sentences. */
  protected abstract titleOf(group: Group): string;

  /** The deviations where nothing is known of the noise of seeds; null: there are none. */
  protected abstract withoutSeedNoise(ofImages: Float64Array | null): Float64Array | null;

  /** Of each seed that has it. */
  values(cell: Group, score: Score): number[] {
    return this.resampling.values(cell, score);
  }

  /** The mean over a cell's seeds, a share's interval within 0 … 1; null without one. */
  estimate(cell: Group, { score, level }: ContrastOptions<Score, Group>): Estimate<Score> | null {
    const found = this.statistic([cell], ([value]) => value, { score, level });
    if (!isDefined(found)) return null;
    const { low, high } = found;
    const bound = (end: number | null) => end && Math.min(1, Math.max(0, end));
    return this.scoring.facts[score].isShare
      ? { ...found, low: bound(low), high: bound(high) }
      : found;
  }

  /** `a` − `b`. */
  contrast(a: Group, b: Group, options: ContrastOptions<Score, Group>): Compared<Score> {
    return this.average([[a, b]], options);
  }

  /** The mean of several differences, over networks or data sets; none where one of them is not defined. */
  average(
    pairs: readonly (readonly [Group, Group])[],
    options: ContrastOptions<Score, Group>,
  ): Compared<Score> {
    for (const [a, b] of pairs) {
      const lacking = this.whatSetsApart(a, b);
      if (lacking !== undefined) return { reason: `${this.titleOf(b)}: ${lacking}` };
    }
    const ofDifferences = (values: readonly number[]) =>
      pairs.reduce((sum, _, i) => sum + values[2 * i] - values[2 * i + 1], 0) / pairs.length;
    return this.statistic(pairs.flat(), ofDifferences, options);
  }

  /** Any function of the cells' scores, each the mean over the cell's seeds. */
  statistic(
    cells: readonly Group[],
    of: (values: readonly number[]) => number,
    { score, level = 0.95, leaveOut }: ContrastOptions<Score, Group>,
  ): Compared<Score> {
    const seeds = cells.map((cell) => this.values(cell, score));
    const empty = seeds.findIndex((values) => values.length === 0);
    if (empty >= 0) {
      const { title } = this.scoring.facts[score];
      return { reason: `${this.titleOf(cells[empty])}: ${title}` };
    }
    const means = seeds.map((values) => mean(values));
    const value = of(means);
    if (Number.isNaN(value)) return { reason: `${this.scoring.facts[score].title} is not defined` };
    const deviations = cells.map((cell) => this.deviations(cell, score, leaveOut));
    const count = Math.min(...seeds.map(({ length }) => length));
    const clusters = Math.min(...cells.map((cell) => this.resampling.clusters(cell, score)));
    const known = { score, value, seeds: count, clusters };
    if (!deviations.every((list): list is Float64Array => list !== null)) {
      return { ...known, low: null, high: null, p: null, outcome: 'undecided' };
    }
    // Reflected at the value (the basic bootstrap): noise that widens a range widens it once, not twice.
    const draws = new Float64Array(deviations[0].length);
    const drawn = [...means]; // one list for all draws: `of` keeps none
    for (let b = 0; b < draws.length; b++) {
      for (let c = 0; c < drawn.length; c++) drawn[c] = means[c] + deviations[c][b];
      draws[b] = 2 * value - of(drawn);
    }
    const interval = intervalOf(draws, level);
    return { ...known, ...interval, outcome: this.outcome(score, interval) };
  }

  /** Of the mean of a cell's seeds, by images and seeds; null where the noise between seeds is not known. */
  private deviations(cell: Group, score: Score, leaveOut?: Group): Float64Array | null {
    const noise = this.seedNoise(cell, score, leaveOut);
    const ofImages = this.resampling.imageDeviations(cell, score);
    if (noise.degrees === 0) return this.withoutSeedNoise(ofImages);
    const ofSeeds = this.resampling.seedDeviations(cell, noise);
    if (ofImages) for (let b = 0; b < ofSeeds.length; b++) ofSeeds[b] += ofImages[b];
    return ofSeeds;
  }

  /**
   * Groups differ in their noise, and each has few seeds: the variance is that of the groups most like it, moderated (Smyth,
   * 2004) by that of all alike, which counts as `PRIOR_DEGREES` degrees of freedom. Without the group left out nothing may be
   * known of its own: then all alike count in full, as wide tails would hide what differs.
   */
  private seedNoise(group: Group, score: Score, leaveOut?: Group): SeedNoise {
    const pools = this.noisePools(group);
    const own = this.pooled(score, 'own', pools.own, leaveOut);
    const all = this.pooled(score, 'all', pools.all, leaveOut);
    const isAlone = leaveOut !== undefined && own.degrees === 0;
    const prior = isAlone ? all.degrees : Math.min(PRIOR_DEGREES, all.degrees);
    const degrees = own.degrees + prior;
    const squares = own.variance * own.degrees + all.variance * prior;
    const of = `${drawsName(pools.all.name)} ${drawsName(pools.own.name)}`;
    return { variance: degrees > 0 ? squares / degrees : 0, degrees, of };
  }

  private pooled(
    score: Score,
    which: 'own' | 'all',
    { name, isIn }: NoisePool<Group>,
    leaveOut: Group | undefined,
  ): Pooled {
    const key = `${score} ${which} ${name} ${leaveOut?.key ?? ''}`;
    const cells = () => this.cells.filter((one) => isIn(one) && one.key !== leaveOut?.key);
    const known = this.noise.get(key) ?? this.resampling.seedVariance(cells(), score);
    this.noise.set(key, known);
    return known;
  }

  private outcome(score: Score, { low, high }: { low: number; high: number }): Outcome {
    const { better, isShare } = this.scoring.facts[score];
    if (low > 0) return better === 'higher' ? 'above' : 'below';
    if (high < 0) return better === 'higher' ? 'below' : 'above';
    return isShare && low > -this.margin && high < this.margin ? 'equal' : 'undecided';
  }
}

/**
 * The interval of `level` and the p that belongs to it: with n of B draws on the farther side of 0, p = 2(n + 1)/(B + 1),
 * and the ends are those draws at which p would just reach 1 − level.
 */
export function intervalOf(
  draws: ArrayLike<number>,
  level: number,
): { low: number; high: number; p: number } {
  const sorted = Float64Array.from(draws).sort(); // NaN comes last
  let size = sorted.length;
  while (size > 0 && Number.isNaN(sorted[size - 1])) size -= 1;
  const outside = Math.max(1, Math.ceil(((1 - level) * (size + 1)) / 2 - 1 - 1e-9));
  const [low, high] = [sorted[outside - 1], sorted[size - outside]];
  let [below, above] = [0, 0];
  for (let b = 0; b < size; b++) {
    if (sorted[b] <= 0) below += 1;
    if (sorted[b] >= 0) above += 1;
  }
  const p = Math.min(1, (2 * (Math.min(below, above) + 1)) / (size + 1));
  return { low, high, p };
}
