/** Paired comparisons of losses: the same seeds, the same images. */
import { invalid } from '../check';
import type { PerImageCounts } from '../metrics';
import { spread } from './bootstrap';
import type { Interval } from './bootstrap';
import { sharedImages } from './cells';
import type { Cell, SummaryOptions } from './cells';
import { drawnScores, meanInterval } from './drawnScores';
import { imageMeanIoUs } from './perImage';
import { holm, signedRankTest } from './signedRank';
import type { SignedRankTest } from './signedRank';

export interface Comparison {
  /** Compared with the reference: positive differences are in its favour. */
  cell: Cell;
  /** That both cells have. */
  seeds: number[];
  /** Images in both; 0 where the records hold no counts for each image, and then there is no test. */
  images: number;
  /** Cell − reference, mean over the seeds of the split's mean IoU. */
  difference: number | null;
  /** 95 % percentile bootstrap of `difference` over the images, the same images for both. */
  interval: Interval | null;
  /** Of the images' own mean IoU, each the mean over the seeds: a seed is no further image. */
  test: SignedRankTest | null;
  /** The test's p corrected for all comparisons of this call. */
  correctedP: number | null;
}

/**
 * Compares every cell with a reference cell (say, PAT's) on the seeds that both have: signed-rank test over the images,
 * Holm's correction over the cells.
 *
 * @throws InputError for a cell of another data set or network, or without a seed in common.
 */
export function compareCells(
  reference: Cell,
  cells: readonly Cell[],
  options: Pick<SummaryOptions, 'resamples' | 'seed'> = {},
): Comparison[] {
  const compared = cells.map((cell) => compare(reference, cell, options));
  const tested = compared.filter(({ test }) => test !== null);
  const corrected = holm(tested.map(({ test }) => (test as SignedRankTest).p));
  tested.forEach((comparison, i) => (comparison.correctedP = corrected[i]));
  return compared;
}

function compare(
  reference: Cell,
  cell: Cell,
  { resamples, seed = 0 }: Pick<SummaryOptions, 'resamples' | 'seed'>,
): Comparison {
  if (cell.dataset !== reference.dataset || cell.network !== reference.network) {
    const expected = `of ${reference.dataset} and ${reference.network}, as the reference`;
    throw invalid('compareCells', 'cells', expected, `${cell.dataset} and ${cell.network}`);
  }
  const pairs = cell.runs.flatMap((run) => {
    const other = reference.runs.find(({ config }) => config.seed === run.config.seed);
    return other === undefined ? [] : [[run, other] as const];
  });
  if (pairs.length === 0) {
    throw invalid('compareCells', 'cells', 'with a seed of the reference', cell.loss.name);
  }
  const seeds = pairs.map(([run]) => run.config.seed);
  const difference = meanOf(pairs.map(([a, b]) => minus(a.scores.meanIoU, b.scores.meanIoU)));
  const images = sharedImages(pairs.flat());
  const nothing = { images: 0, interval: null, test: null, correctedP: null };
  if (images === null) return { cell, seeds, difference, ...nothing };
  const counts = pairs.flatMap(([a, b]) =>
    a.perImage && b.perImage ? [[a.perImage, b.perImage] as const] : [],
  );
  const draws = { purpose: 'comparison', seed, resamples };
  const drawn = counts.map(([a, b]) => {
    const others = drawnScores(b, 'meanIoU', draws);
    return drawnScores(a, 'meanIoU', draws).map((value, i) => minus(value, others[i]));
  });
  const interval = meanInterval(drawn, images.length);
  const differences = counts.map(([a, b]) => imageDifferences(a, b));
  const perImage = images.map((_, image) => meanOf(differences.map((values) => values[image])));
  const test = signedRankTest(perImage.filter((value): value is number => value !== null));
  return { cell, seeds, images: images.length, difference, interval, test, correctedP: null };
}

function imageDifferences(a: PerImageCounts, b: PerImageCounts): (number | null)[] {
  const others = imageMeanIoUs(b);
  return imageMeanIoUs(a).map((value, image) => minus(value, others[image]));
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

function meanOf(values: readonly (number | null)[]): number | null {
  return spread(values)?.mean ?? null;
}
