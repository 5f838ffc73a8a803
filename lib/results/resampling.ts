/**
 * What the scores of cells might have been with other images and other seeds: what every interval and p is made of.
 *
 * Two sources, drawn one inside the other for each of `resamples` draws:
 *
 * - **Images.** Clusters of images (the data set says which images are not independent) are drawn with replacement, the
 *   same ones for all cells on the same images, so that differences are paired. A drawn score's deviation from the mean of
 *   the draws is widened by √(K/χ²_{K−1}), which makes of the bootstrap of K clusters what Student makes of the normal.
 * - **Seeds.** Two or three seeds are too few to be drawn again: that would halve their variance. Their noise is normal
 *   instead, with a variance s² of ν degrees of freedom that is pooled over cells (`Results` says which): each draw adds
 *   √(s²/n)·√(ν/χ²_ν)·N(0, 1) to the mean of a cell's n seeds. s² is the variance between the seeds' scores less what the
 *   same images add to it, which the draws of images hold already (a crossed design: Owen, Annals of Applied Statistics
 *   1(2), 2007). Seeds of two losses are taken as independent though they share the order of the images: where their scores
 *   rise and fall together, intervals of differences are too wide rather than too narrow.
 */
import { createHash } from 'node:crypto';
import { checkNumber } from '../check';
import { mean, sum } from '../statistics';
import { imageClusters } from '../datasets';
import { Random } from '../random';
import { sharedImages } from './cells';
import { DrawnSums } from './drawnSums';
import { drawsName } from './keys';
import type { ScoredRun, Scoring } from './scoring';

/** A variance between the seeds of a cell. */
export interface Pooled {
  variance: number;
  /** Of freedom, that it was estimated with. */
  degrees: number;
}

/** The noise of a cell's seeds. */
export interface SeedNoise extends Pooled {
  /** What was estimated: cells of the same share its error. */
  of: string;
}

export interface ResamplingOptions {
  /** Draws (default 2000). */
  resamples?: number;
  /** Of the draws (default 0). */
  seed?: number;
}

/** Deviations of one score of a run by the draws of images; null where images say nothing of it. */
type Deviations = Float64Array | null;

/** The clusters of some images and the sets drawn of them. */
interface ImageDraws {
  clusterOf: number[];
  clusters: number;
  sums: DrawnSums;
  /** √(K/χ²_{K−1}) of each draw. */
  scale: Float64Array;
}

/** The runs that stand for one thing compared: a cell's, one for each seed. */
export interface RunGroup<Run> {
  key: string;
  runs: readonly Run[];
}

export class Resampling<Run extends ScoredRun, Score extends string> {
  readonly resamples: number;
  private readonly random: Random;
  private readonly numbers = new Map<string, Float64Array>();
  private readonly images = new Map<string, ImageDraws>();
  private readonly imageKeys = new WeakMap<Run, string>();
  private readonly within = new Map<string, { squares: number; degrees: number }>();
  private readonly whole = new WeakMap<Run, Readonly<Record<Score, number | null>>>();
  private readonly drawn = new WeakMap<Run, Float64Array[]>();

  constructor(
    private readonly scoring: Scoring<Run, Score>,
    { resamples = 2000, seed = 0 }: ResamplingOptions = {},
  ) {
    this.resamples = checkNumber('Resampling', 'resamples', resamples, { min: 1, integer: true });
    this.random = new Random(seed);
  }

  /** Of a run on its split. */
  scores(run: Run): Readonly<Record<Score, number | null>> {
    return keptIn(this.whole, run, () => this.scoring.scoresOf(run));
  }

  /** The score of each of a cell's runs that has it. */
  values({ runs }: RunGroup<Run>, score: Score): number[] {
    return runs.flatMap((run) => this.scores(run)[score] ?? []);
  }

  /** Clusters of the cell's images; 0 where they say nothing of the score. */
  clusters(cell: RunGroup<Run>, score: Score): number {
    return this.ofRuns(cell, score) === null ? 0 : (this.imageDraws(cell.runs[0])?.clusters ?? 0);
  }

  /** What other images might have added to the mean of a cell's seeds; null without two clusters of images. */
  imageDeviations(cell: RunGroup<Run>, score: Score): Deviations {
    const lists = this.ofRuns(cell, score);
    return lists && meanOfLists(lists);
  }

  private ofRuns({ runs }: RunGroup<Run>, score: Score): Float64Array[] | null {
    if (sharedImages(runs) === null) return null;
    const lists = runs.map((run) => this.runDeviations(run, score));
    return lists.every((list): list is Float64Array => list !== null) ? lists : null;
  }

  /** What other seeds might have added to it. */
  seedDeviations(cell: RunGroup<Run>, { variance, degrees, of }: SeedNoise): Float64Array {
    const deviation = Math.sqrt(variance / cell.runs.length);
    const normals = this.drawnOnce(`seeds ${drawsName(cell.key)}`, (random) => random.normal());
    const scale = this.drawnOnce(`variance ${of} ${degrees}`, (random) =>
      studentScale(random, degrees, degrees),
    );
    const deviations = new Float64Array(this.resamples);
    for (let b = 0; b < deviations.length; b++) deviations[b] = deviation * scale[b] * normals[b];
    return deviations;
  }

  /** Pooled over the cells; without two seeds in one of them there are no degrees of freedom. */
  seedVariance(cells: readonly RunGroup<Run>[], score: Score): Pooled {
    let [squares, degrees] = [0, 0];
    for (const cell of new Set(cells)) {
      const own = keptIn(this.within, `${score} ${cell.key}`, () =>
        this.squaresWithin(cell, score),
      );
      squares += own.squares;
      degrees += own.degrees;
    }
    return { variance: degrees > 0 ? Math.max(0, squares) / degrees : 0, degrees };
  }

  /** Σ of the squared deviations of a cell's seeds from their mean, less what the same images add to it. */
  private squaresWithin(cell: RunGroup<Run>, score: Score): { squares: number; degrees: number } {
    const values = this.values(cell, score);
    if (values.length < 2) return { squares: 0, degrees: 0 };
    const center = mean(values);
    const squares = sum(values.map((value) => (value - center) ** 2));
    return { squares: squares - this.sharedSquares(cell, score), degrees: values.length - 1 };
  }

  /** Σ over the seeds of the variance, by the draws of images, of a seed's deviation from the mean of the seeds. */
  private sharedSquares(cell: RunGroup<Run>, score: Score): number {
    const center = this.imageDeviations(cell, score);
    if (center === null) return 0;
    const { clusters, scale } = this.imageDraws(cell.runs[0]) as ImageDraws;
    // Without its widening a deviation is the plain bootstrap's, whose variance K/(K − 1) makes unbiased.
    const squares = cell.runs.map((run) => {
      const own = this.runDeviations(run, score) as Float64Array;
      let [sum, count] = [0, 0];
      for (let b = 0; b < own.length; b++) {
        const square = ((own[b] - center[b]) / scale[b]) ** 2;
        if (Number.isNaN(square)) continue;
        sum += square;
        count += 1;
      }
      return sum / count;
    });
    return (sum(squares) * clusters) / (clusters - 1);
  }

  private runDeviations(run: Run, score: Score): Deviations {
    const draws = this.imageDraws(run);
    const index = this.scoring.drawn.indexOf(score);
    if (draws === null || index < 0) return null;
    return keptIn(this.drawn, run, () => drawnDeviations(this.scoring, run, draws))[index];
  }

  private imageDraws(run: Run): ImageDraws | null {
    const names = run.perImage?.names ?? [];
    if (names.length < 2) return null;
    const dataset = this.scoring.datasetOf(run);
    const key = keptIn(this.imageKeys, run, () => {
      const digest = createHash('sha256').update(names.join('\n')).digest('hex');
      return `images ${dataset} ${digest}`;
    });
    const draws = keptIn(this.images, key, () => {
      const found = imageClusters(dataset, names);
      const ids = new Map([...new Set(found)].map((cluster, id) => [cluster, id]));
      const clusters = ids.size;
      const random = this.random.stream(key);
      const times = Array.from({ length: clusters }, () => new Uint8Array(this.resamples));
      for (let b = 0; b < this.resamples; b++) {
        for (let i = 0; i < clusters; i++) times[random.integer(0, clusters - 1)][b] += 1;
      }
      const scale = this.drawnOnce(`${key} scale`, (own) =>
        studentScale(own, clusters - 1, clusters),
      );
      const clusterOf = found.map((one) => ids.get(one) as number);
      return { clusterOf, clusters, sums: new DrawnSums(this.resamples, times), scale };
    });
    return draws.clusters < 2 ? null : draws;
  }

  private drawnOnce(name: string, next: (random: Random) => number): Float64Array {
    return keptIn(this.numbers, name, () => {
      const random = this.random.stream(name);
      const drawn = new Float64Array(this.resamples);
      for (let b = 0; b < drawn.length; b++) drawn[b] = next(random);
      return drawn;
    });
  }
}

/** From here on χ² is drawn by Wilson and Hilferty's cube of a normal number, which is exact to four digits there. */
const MANY_DEGREES = 100;

/** √(size/χ²_degrees); 1 without degrees of freedom. */
function studentScale(random: Random, degrees: number, size: number): number {
  if (degrees === 0) return 1;
  if (degrees > MANY_DEGREES) {
    const spread = 2 / (9 * degrees);
    return Math.sqrt(size / (degrees * (1 - spread + random.normal() * Math.sqrt(spread)) ** 3));
  }
  let square = 0;
  for (let i = 0; i < degrees; i++) square += random.normal() ** 2;
  return Math.sqrt(size / square);
}

/**
 * Of each score of `scoring.drawn` the deviations from the mean of its draws, widened; a draw in which it is not defined
 * deviates by NaN.
 */
function drawnDeviations<Run extends ScoredRun, Score extends string>(
  scoring: Scoring<Run, Score>,
  run: Run,
  { clusterOf, sums, scale }: ImageDraws,
): Float64Array[] {
  const lists = scoring.scoresOfDraws(run, clusterOf, sums);
  for (const list of lists) {
    const center = mean(list.filter((value) => !Number.isNaN(value)));
    for (let b = 0; b < list.length; b++) list[b] = (list[b] - center) * scale[b];
  }
  return lists;
}

function meanOfLists(lists: readonly Float64Array[]): Float64Array {
  const means = new Float64Array(lists[0].length);
  for (const list of lists) for (let b = 0; b < means.length; b++) means[b] += list[b];
  for (let b = 0; b < means.length; b++) means[b] /= lists.length;
  return means;
}

interface Keeper<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

function keptIn<Key, Value>(known: Keeper<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
