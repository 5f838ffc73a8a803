/**
 * The one way in which scores of cells are compared: a difference with its interval and p, all of the same score and from
 * the same draws.
 *
 *     const results = new Results(records);
 *     results.contrast(pat, crossEntropy, { score: 'tailIoU' }); // { value, low, high, p, outcome, … }
 *     results.average([[pat, ce], [patUnet, ceUnet]], { score: 'meanIoU' }); // the mean effect over networks
 */
import { mean } from '../statistics';
import { groupCells, imagesOf, inOrder } from './cells';
import type { Cell, LeftOut } from './cells';
import { drawsName, lossFamily, stableJson } from './keys';
import type { ResultRecord } from './records';
import { Resampling } from './resampling';
import type { Pooled, ResamplingOptions, SeedNoise } from './resampling';
import { scoreFacts } from './scorer';
import type { RunScore } from './scorer';

/** A number with its interval; shares are 0 … 1. */
export interface Estimate {
  score: RunScore;
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

export interface Contrast extends Estimate {
  outcome: Outcome;
}

export interface ContrastOptions {
  score: RunScore;
  /** Of the interval (default 0.95). */
  level?: number;
  /** A cell whose seeds take no part in the variance between seeds (default: none). */
  leaveOut?: Cell;
}

export interface ResultsOptions extends ResamplingOptions {
  /** Differences within ± this count as none (default 0.01: a point). */
  margin?: number;
}

/** How much the noise of all losses on a network counts for that of one. */
const PRIOR_DEGREES = 4;

/** Why there is no contrast. */
export interface Undefined {
  reason: string;
}

export type Compared = Contrast | Undefined;

export function isDefined(compared: Compared): compared is Contrast {
  return 'value' in compared;
}

/** The cells of some records, with what their scores might have been. */
export class Results {
  readonly cells: readonly Cell[];
  /** Records that are left out, and why. */
  readonly skipped: readonly LeftOut[];
  readonly margin: number;
  private readonly resampling: Resampling;
  private readonly noise = new Map<string, Pooled>();
  private readonly families = new WeakMap<object, string>();

  constructor(records: readonly ResultRecord[], { margin = 0.01, ...draws }: ResultsOptions = {}) {
    // Nothing depends on the order of the files.
    const { cells, skipped } = groupCells(inOrder(records));
    this.cells = cells;
    this.skipped = skipped;
    this.margin = margin;
    this.resampling = new Resampling(draws);
  }

  /** Of each seed that has it. */
  values(cell: Cell, score: RunScore): number[] {
    return this.resampling.values(cell, score);
  }

  /** The mean over a cell's seeds, a share's interval within 0 … 1; null without one. */
  estimate(cell: Cell, { score, level }: ContrastOptions): Estimate | null {
    const found = this.statistic([cell], ([value]) => value, { score, level });
    if (!isDefined(found)) return null;
    const { low, high } = found;
    const bound = (end: number | null) => end && Math.min(1, Math.max(0, end));
    return scoreFacts[score].isShare ? { ...found, low: bound(low), high: bound(high) } : found;
  }

  /** `a` − `b`. */
  contrast(a: Cell, b: Cell, options: ContrastOptions): Compared {
    return this.average([[a, b]], options);
  }

  /** The mean of several differences, over networks or data sets; none where one of them is not defined. */
  average(pairs: readonly (readonly [Cell, Cell])[], options: ContrastOptions): Compared {
    for (const [a, b] of pairs) {
      const lacking = whatSetsApart(a, b);
      if (lacking !== undefined) return { reason: `${b.network} of ${b.dataset}: ${lacking}` };
    }
    const ofDifferences = (values: readonly number[]) =>
      pairs.reduce((sum, _, i) => sum + values[2 * i] - values[2 * i + 1], 0) / pairs.length;
    return this.statistic(pairs.flat(), ofDifferences, options);
  }

  /** Any function of the cells' scores, each the mean over the cell's seeds. */
  statistic(
    cells: readonly Cell[],
    of: (values: readonly number[]) => number,
    { score, level = 0.95, leaveOut }: ContrastOptions,
  ): Compared {
    const seeds = cells.map((cell) => this.values(cell, score));
    const empty = seeds.findIndex((values) => values.length === 0);
    if (empty >= 0) {
      const { title } = scoreFacts[score];
      return { reason: `${cells[empty].network} of ${cells[empty].dataset}: ${title}` };
    }
    const means = seeds.map((values) => mean(values));
    const value = of(means);
    if (Number.isNaN(value)) return { reason: `${scoreFacts[score].title} is not defined` };
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
  private deviations(cell: Cell, score: RunScore, leaveOut?: Cell): Float64Array | null {
    const noise = this.seedNoise(cell, score, leaveOut);
    if (noise.degrees === 0) return null;
    const ofSeeds = this.resampling.seedDeviations(cell, noise);
    const ofImages = this.resampling.imageDeviations(cell, score);
    if (ofImages) for (let b = 0; b < ofSeeds.length; b++) ofSeeds[b] += ofImages[b];
    return ofSeeds;
  }

  /**
   * Losses differ in their noise, and a cell has few seeds: the variance is that of the loss on all networks, moderated (Smyth,
   * 2004) by that of all losses on the network, which counts as `PRIOR_DEGREES` degrees of freedom. Without the cell left out
   * nothing may be known of its loss: then all losses on the network count in full, as wide tails would hide what differs.
   */
  private seedNoise(cell: Cell, score: RunScore, leaveOut?: Cell): SeedNoise {
    const family = this.family(cell);
    const [network, loss] = [cell.setting, `${cell.scheme} ${family}`];
    const own = this.pooled(score, `loss ${loss}`, leaveOut, (one) => {
      return one.scheme === cell.scheme && this.family(one) === family;
    });
    const all = this.pooled(score, `network ${network}`, leaveOut, (one) => {
      return one.setting === network;
    });
    const isAlone = leaveOut !== undefined && own.degrees === 0;
    const prior = isAlone ? all.degrees : Math.min(PRIOR_DEGREES, all.degrees);
    const degrees = own.degrees + prior;
    const squares = own.variance * own.degrees + all.variance * prior;
    const of = `${drawsName(network)} ${drawsName(loss)}`;
    return { variance: degrees > 0 ? squares / degrees : 0, degrees, of };
  }

  private family({ loss }: Cell): string {
    const known = this.families.get(loss) ?? lossFamily(loss);
    this.families.set(loss, known);
    return known;
  }

  private pooled(
    score: RunScore,
    name: string,
    leaveOut: Cell | undefined,
    isIn: (cell: Cell) => boolean,
  ): Pooled {
    const key = `${score} ${name} ${leaveOut?.key ?? ''}`;
    const cells = () => this.cells.filter((one) => isIn(one) && one.key !== leaveOut?.key);
    const known = this.noise.get(key) ?? this.resampling.seedVariance(cells(), score);
    this.noise.set(key, known);
    return known;
  }

  private outcome(score: RunScore, { low, high }: { low: number; high: number }): Outcome {
    const { better, isShare } = scoreFacts[score];
    if (low > 0) return better === 'higher' ? 'above' : 'below';
    if (high < 0) return better === 'higher' ? 'below' : 'above';
    return isShare && low > -this.margin && high < this.margin ? 'equal' : 'undecided';
  }
}

/** What two cells must have in common to be compared, where they have not: one of loss and network may differ. */
function whatSetsApart(a: Cell, b: Cell): string | undefined {
  const images = [...a.runs, ...b.runs].map(imagesOf);
  const known = images.every((one) => one !== undefined);
  if (known && images.some((one) => one !== images[0])) return 'counts of the same images';
  if (a.data !== b.data) return 'runs on the same data';
  const sameLoss = stableJson(a.loss) === stableJson(b.loss);
  if (a.scheme !== b.scheme || !(a.setting === b.setting || sameLoss)) {
    return 'runs that differ in the loss alone';
  }
  return undefined;
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
