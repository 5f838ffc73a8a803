/**
 * The extremes of many numbers: `Math.min(...values)` puts each of them on the stack, which has room for some 125,000.
 */

/** Infinity of no values; NaN where one is. */
export function minimumOf(values: Iterable<number>): number {
  let minimum = Infinity;
  for (const value of values) minimum = Math.min(minimum, value);
  return minimum;
}

/** −Infinity of no values; NaN where one is. */
export function maximumOf(values: Iterable<number>): number {
  let maximum = -Infinity;
  for (const value of values) maximum = Math.max(maximum, value);
  return maximum;
}
