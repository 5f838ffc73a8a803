/** Intervals over images, which are drawn again by the clusters in which they are alike. */
import { Random } from '../random';
import { bootstrapInterval } from '../results/bootstrap';
import type { Interval } from '../results/bootstrap';

/** The rule of `overImages`, for the rules of claims. */
export const imageRule = 'interval over images, drawn again by clusters';

/**
 * The 95 % percentile bootstrap interval of a statistic of image numbers 0 … n − 1, whole clusters drawn with replacement;
 * null for fewer than two clusters.
 */
export function overImages(
  clusters: readonly string[],
  statistic: (images: readonly number[]) => number | null,
): Interval | null {
  const members = new Map<string, number[]>();
  clusters.forEach((name, image) => members.set(name, [...(members.get(name) ?? []), image]));
  const groups = [...members.values()];
  const random = new Random(0).stream('images of claims');
  const drawn = (items: readonly number[]) => statistic(items.flatMap((item) => groups[item]));
  return bootstrapInterval(groups.length, drawn, { random, resamples: 1000 });
}
