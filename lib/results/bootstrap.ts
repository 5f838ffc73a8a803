/** Percentile bootstrap: the interval of a statistic when the set it is taken of is drawn again and again. */
import { checkNumber } from '../check';
import { mean, quantile, sum } from '../statistics';
import type { Random } from '../random';

export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** Draws the sets. */
  random: Random;
  /** Sets drawn (default 2000). */
  resamples?: number;
  /** Share of the sets inside the interval (default 0.95). */
  level?: number;
}

/**
 * The percentile interval (Efron, 1979) of `statistic`, which is given `count` item numbers 0 … count − 1 drawn with
 * replacement; null results, as of a set without a labelled pixel, do not count. Null for fewer than two items.
 */
export function bootstrapInterval(
  count: number,
  statistic: (items: readonly number[]) => number | null,
  { random, resamples = 2000, level = 0.95 }: BootstrapOptions,
): Interval | null {
  const where = 'bootstrapInterval';
  checkDraws(where, count, resamples);
  checkNumber(where, 'level', level, { min: 0, max: 1 });
  if (count < 2) return null;
  const sets = drawSets(count, { random, resamples });
  return percentileInterval(
    sets.map((items) => statistic(items)),
    level,
  );
}

function checkDraws(where: string, count: number, resamples: number): void {
  checkNumber(where, 'count', count, { min: 0, integer: true });
  checkNumber(where, 'resamples', resamples, { min: 1, integer: true });
}

/** Sets of `count` item numbers 0 … count − 1, drawn with replacement. */
function drawSets(
  count: number,
  { random, resamples = 2000 }: Omit<BootstrapOptions, 'level'>,
): number[][] {
  return Array.from({ length: resamples }, () =>
    Array.from({ length: count }, () => Math.floor(random.uniform(0, count))),
  );
}

/** The share `level` in the middle of the values that are not null; null without one. */
function percentileInterval(values: readonly (number | null)[], level = 0.95): Interval | null {
  const sorted = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

export interface Spread {
  mean: number;
  /** Sample standard deviation (n − 1); null for one value. */
  deviation: number | null;
}

/** Mean and sample standard deviation of the values that are not null; null without one. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const defined = values.filter((value): value is number => value !== null);
  const n = defined.length;
  if (n === 0) return null;
  const center = mean(defined);
  const squares = sum(defined.map((value) => (value - center) ** 2));
  return { mean: center, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null };
}
