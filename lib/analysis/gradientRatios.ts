/**
 * Compares measured ratios of per-class gradient norms with the ratios of mask sizes (Eq. 7):
 *
 *     ‖g_u‖ / ‖g_v‖ = (|M_u|·‖ĝ_u‖) / (|M_v|·‖ĝ_v‖)
 *
 * If the mean per-pixel gradients ‖ĝ‖ were alike, ‖g_u‖/‖g_v‖ would be |M_u|/|M_v|; dividing the loss of a class by
 * its mask size (Eq. 4) would then make all norms alike.
 */
import { mean } from '../statistics';
import { invalid } from '../check';
import { maximumOf, minimumOf } from '../extremes';
import type { GradientNorms } from './gradientNorms';

/** Two classes of one image; u has the larger mask. */
export interface RatioPair {
  image: string;
  classU: string;
  classV: string;
  /** |M_u| / |M_v| ≥ 1. */
  predicted: number;
  /** ‖g_u‖ / ‖g_v‖ of the summed losses. */
  before: number;
  /** The same ratio for the losses divided by |M|. */
  after: number;
}

/** How the measured ratio depends on the predicted one, on logarithmic scales. */
export interface RatioFit {
  /** Pearson correlation of log measured and log predicted; null where one of them does not vary. */
  correlation: number | null;
  /** Least-squares slope of log measured on log predicted: 1 when mask sizes decide, 0 when they do not matter. */
  slope: number | null;
}

/** Largest over smallest norm among the classes of one image. */
export interface NormRange {
  image: string;
  classes: number;
  before: number;
  after: number;
}

export interface RatioStatistics {
  /** Label of the loss. */
  loss: string;
  /** Every pair of classes of the same image, once. */
  pairs: RatioPair[];
  before: RatioFit;
  after: RatioFit;
  /** One per image with at least two classes. */
  ranges: NormRange[];
  /** Geometric means of the ranges over the images. */
  meanRange: { before: number; after: number };
  /** Rows left out because a norm is 0 or not finite, so that it has no logarithm. */
  leftOut: number;
}

/** @throws InputError when no image has two classes with a norm above 0. */
export function ratioStatistics(norms: GradientNorms): RatioStatistics {
  const usable = norms.rows.filter((row) => isPositive(row.norm) && isPositive(row.normalizedNorm));
  const byImage = new Map<string, GradientNorms['rows']>();
  for (const row of usable) byImage.set(row.image, [...(byImage.get(row.image) ?? []), row]);

  const pairs: RatioPair[] = [];
  const ranges: NormRange[] = [];
  for (const [image, rows] of byImage) {
    if (rows.length < 2) continue;
    const ordered = [...rows].sort((a, b) => b.pixels - a.pixels || a.classId - b.classId);
    ordered.forEach((u, i) => {
      for (const v of ordered.slice(i + 1)) {
        const predicted = u.pixels / v.pixels;
        const before = u.norm / v.norm;
        const after = u.normalizedNorm / v.normalizedNorm;
        pairs.push({ image, classU: u.className, classV: v.className, predicted, before, after });
      }
    });
    const before = spread(rows.map(({ norm }) => norm));
    const after = spread(rows.map(({ normalizedNorm }) => normalizedNorm));
    ranges.push({ image, classes: rows.length, before, after });
  }
  if (pairs.length === 0) {
    const remedy = 'Take images in which two classes have a gradient.';
    throw invalid(
      'ratioStatistics',
      'norms',
      'with a pair of classes in one image',
      'none',
      remedy,
    );
  }
  const predicted = pairs.map((pair) => pair.predicted);
  return {
    loss: norms.loss,
    pairs,
    before: logarithmicFit(
      predicted,
      pairs.map(({ before }) => before),
    ),
    after: logarithmicFit(
      predicted,
      pairs.map(({ after }) => after),
    ),
    ranges,
    meanRange: {
      before: geometricMean(ranges.map(({ before }) => before)),
      after: geometricMean(ranges.map(({ after }) => after)),
    },
    leftOut: norms.rows.length - usable.length,
  };
}

function isPositive(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

function spread(values: number[]): number {
  return maximumOf(values) / minimumOf(values);
}

function geometricMean(values: number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** Pearson correlation and least-squares slope of log y on log x. */
function logarithmicFit(x: number[], y: number[]): RatioFit {
  const [logX, logY] = [x.map(Math.log), y.map(Math.log)];
  const [meanX, meanY] = [mean(logX), mean(logY)];
  const covariance = mean(logX.map((value, i) => (value - meanX) * (logY[i] - meanY)));
  const varianceX = mean(logX.map((value) => (value - meanX) ** 2));
  const varianceY = mean(logY.map((value) => (value - meanY) ** 2));
  return {
    correlation:
      varianceX > 0 && varianceY > 0 ? covariance / Math.sqrt(varianceX * varianceY) : null,
    slope: varianceX > 0 ? covariance / varianceX : null,
  };
}
