/** A quantity that was measured again and again. */
import { spreadOf } from './spread';
import { Random } from '../random';
import { bootstrapInterval } from '../results/bootstrap';
import type { Interval } from '../results/bootstrap';

export interface Measured {
  values: number[];
  median: number;
  /** 95 % percentile bootstrap of the median over the values; null for one value. */
  interval: Interval | null;
}

/** Median and interval; the bootstrap draws from a seed of its own, so the same values give the same interval. */
export function measuredOver(values: number[]): Measured {
  const medianOf = (items: readonly number[]) => spreadOf(items.map((i) => values[i])).median;
  const interval = bootstrapInterval(values.length, medianOf, { random: new Random(0) });
  return { values, median: spreadOf(values).median, interval };
}

/** `412 [398, 420]`; without an interval the median alone. */
export function measuredText({ median, interval }: Measured, digits = 0): string {
  const text = (value: number) => value.toFixed(digits);
  return interval === null
    ? text(median)
    : `${text(median)} [${text(interval.low)}, ${text(interval.high)}]`;
}
