/**
 * What the scores of cells might have been with other test images and other seeds: what intervals of differences between
 * losses, and of other functions of several cells, are made of.
 *
 * Images are drawn with replacement, the same ones for all cells of a data set, so that differences are paired
 * (bootstrap). Two or three seeds are too few to be drawn again: that would halve their variance. Their noise is taken as
 * normal instead, its variance s² pooled over the cells that a claim looks at on a data set, ν degrees of freedom in all:
 * each draw adds s·√(ν/χ²_ν)·N(0, 1/seeds) to the mean of each cell, which alone would give Student's interval.
 */
import { checkNumber } from '../check';
import { classGroups } from '../metrics';
import { Random } from '../random';
import { quantile } from '../results/bootstrap';
import type { Interval } from '../results/bootstrap';
import { sharedImages } from '../results/cells';
import type { Cell } from '../results/cells';
import type { ResultRecord } from '../results/records';

/** Higher is better; the last two are mean IoU of the most frequent and the rarest third of the classes. */
export const claimScores = ['meanIoU', 'pixelAccuracy', 'meanDice', 'headIoU', 'tailIoU'] as const;
export type ClaimScore = (typeof claimScores)[number];

/** A statistic of some cells, and what the drawn sets gave. */
export interface Draws {
  value: number;
  /** NaN where the statistic is not defined. */
  draws: Float64Array;
  seeds: number[];
  images: number;
}

/** Between the seeds of a cell. */
export interface SeedNoise {
  variance: number;
  /** Of freedom, that the variance was estimated with. */
  degrees: number;
}

export interface ResamplingOptions {
  /** Sets drawn (default 4000). */
  resamples?: number;
  /** Of the draws (default 0). */
  seed?: number;
}

/** One score of one run: on the split itself, and on each drawn set. NaN: not defined there. */
interface RunScore {
  value: number;
  draws: Float64Array;
}

export class Resampling {
  readonly resamples: number;
  private readonly random: Random;
  private readonly numbers = new Map<string, Float64Array>();
  private readonly weights = new Map<string, Uint8Array[]>();
  private readonly scores = new Map<ResultRecord, Record<ClaimScore, RunScore>>();

  constructor({ resamples = 4000, seed = 0 }: ResamplingOptions = {}) {
    this.resamples = checkNumber('Resampling', 'resamples', resamples, { min: 1, integer: true });
    this.random = new Random(seed);
  }

  /** Variance between the seeds of a cell, pooled over the cells. */
  seedNoise(cells: readonly Cell[], score: ClaimScore): SeedNoise {
    let [squares, degrees] = [0, 0];
    for (const { runs } of new Set(cells)) {
      const images = sharedImages(runs);
      if (images === null || runs.length < 2) continue;
      const values = runs.map((run) => this.runScores(run, images)[score].value);
      const center = mean(values);
      squares += values.reduce((sum, value) => sum + (value - center) ** 2, 0);
      degrees += runs.length - 1;
    }
    return { variance: degrees > 0 ? squares / degrees : 0, degrees };
  }

  /**
   * `statistic` of the cells' scores, each the mean over the seeds that all of them have; without `noise` the draws are
   * of images alone. Null where they have no seed in common, or no counts of the same images.
   */
  draw(
    cells: readonly Cell[],
    score: ClaimScore,
    statistic: (scores: readonly number[]) => number,
    noise: SeedNoise = { variance: 0, degrees: 0 },
  ): Draws | null {
    const seeds = sharedSeeds(cells);
    const runs = cells.map((cell) =>
      seeds.map((seed) => cell.runs.find(({ config }) => config.seed === seed) as ResultRecord),
    );
    const images = sharedImages(runs.flat());
    if (images === null || images.length < 2) return null;
    const scored = runs.map((row) => row.map((run) => this.runScores(run, images)[score]));
    const value = statistic(scored.map((row) => mean(row.map((run) => run.value))));
    const deviation = Math.sqrt(noise.variance / seeds.length);
    const scale = this.varianceScale(cells[0].dataset, noise.degrees);
    const normals = cells.map(({ key }) => this.normals(key));
    const draws = Float64Array.from({ length: this.resamples }, (_, b) =>
      statistic(
        scored.map((row, c) => {
          const ofSeeds = deviation * scale[b] * normals[c][b];
          return mean(row.map((run) => run.draws[b])) + ofSeeds;
        }),
      ),
    );
    return { value, draws, seeds, images: images.length };
  }

  /** N(0, 1), the same for a cell in every comparison. */
  private normals(key: string): Float64Array {
    return this.drawnOnce(`seeds ${key}`, (random) => random.normal());
  }

  /** √(ν/χ²_ν); 1 without degrees of freedom. */
  private varianceScale(dataset: string, degrees: number): Float64Array {
    return this.drawnOnce(`variance ${dataset} ${degrees}`, (random) => {
      let square = 0;
      for (let i = 0; i < degrees; i++) square += random.normal() ** 2;
      return degrees > 0 ? Math.sqrt(degrees / square) : 1;
    });
  }

  private drawnOnce(name: string, next: (random: Random) => number): Float64Array {
    let values = this.numbers.get(name);
    if (values === undefined) {
      const random = this.random.stream(name);
      values = Float64Array.from({ length: this.resamples }, () => next(random));
      this.numbers.set(name, values);
    }
    return values;
  }

  private runScores(run: ResultRecord, images: readonly string[]): Record<ClaimScore, RunScore> {
    let scores = this.scores.get(run);
    if (scores === undefined) {
      scores = scoreRun(run, this.imageWeights(run.config.dataset.name, images.length));
      this.scores.set(run, scores);
    }
    return scores;
  }

  /** How often each image is in each drawn set. */
  private imageWeights(dataset: string, images: number): Uint8Array[] {
    const key = `images ${dataset} ${images}`;
    let sets = this.weights.get(key);
    if (sets === undefined) {
      const random = this.random.stream(key);
      sets = Array.from({ length: this.resamples }, () => {
        const weights = new Uint8Array(images);
        for (let i = 0; i < images; i++) weights[random.integer(0, images - 1)] += 1;
        return weights;
      });
      this.weights.set(key, sets);
    }
    return sets;
  }
}

/** The percentile interval of `level`; null where no draw is defined. */
export function drawnInterval(draws: Float64Array, level = 0.95): Interval | null {
  const sorted = draws.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return null;
  const values = Array.from(sorted);
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2) };
}

/** The seeds that every cell has, in order. */
export function sharedSeeds(cells: readonly Cell[]): number[] {
  const seedsOf = ({ runs }: Cell) => runs.map(({ config }) => config.seed);
  const [first, ...others] = cells.map(seedsOf);
  return first.filter((seed) => others.every((seeds) => seeds.includes(seed)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The groups are those of the whole split, also where a drawn set has other shares. */
function scoreRun(run: ResultRecord, sets: readonly Uint8Array[]): Record<ClaimScore, RunScore> {
  const { perImage, counts, scores, classNames } = run;
  if (perImage === undefined) throw new Error('scoreRun: a run without counts of images');
  const [head, , tail] = classGroups(counts, scores.iou).map(({ classes }) => classes);
  const rows = perImage.names.map((_, i) =>
    Float64Array.from([...perImage.hits[i], ...perImage.labelled[i], ...perImage.predicted[i]]),
  );
  const sums = new Float64Array(3 * classNames.length);
  const scoreOf = (weights: Uint8Array) => {
    sums.fill(0);
    rows.forEach((row, i) => {
      const weight = weights[i];
      if (weight > 0) for (let k = 0; k < sums.length; k++) sums[k] += weight * row[k];
    });
    return scoresOfSums(sums, head, tail);
  };
  const whole = scoreOf(new Uint8Array(rows.length).fill(1));
  const drawn = sets.map(scoreOf);
  const entries = claimScores.map((name): [ClaimScore, RunScore] => [
    name,
    { value: whole[name], draws: Float64Array.from(drawn, (one) => one[name]) },
  ]);
  return Object.fromEntries(entries) as Record<ClaimScore, RunScore>;
}

/** `sums` are hits, labelled and predicted pixels of each class; means are over the classes that have labels. */
function scoresOfSums(
  sums: Float64Array,
  head: readonly number[],
  tail: readonly number[],
): Record<ClaimScore, number> {
  const classes = sums.length / 3;
  const overlap = (c: number, dice: boolean) => {
    const [hits, both] = [sums[c], sums[classes + c] + sums[2 * classes + c]];
    return dice ? (2 * hits) / both : hits / (both - hits);
  };
  const meanOf = (ids: readonly number[], dice = false) => {
    const labelled = ids.filter((c) => sums[classes + c] > 0);
    return mean(labelled.map((c) => overlap(c, dice)));
  };
  const all = Array.from({ length: classes }, (_, c) => c);
  const total = (part: number) => all.reduce((sum, c) => sum + sums[part * classes + c], 0);
  return {
    meanIoU: meanOf(all),
    pixelAccuracy: total(0) / total(1),
    meanDice: meanOf(all, true),
    headIoU: meanOf(head),
    tailIoU: meanOf(tail),
  };
}
