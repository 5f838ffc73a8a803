/** Numbers to write on a logarithmic axis. */

/** Within a decade, the fewest first. */
const DIGITS: readonly (readonly number[])[] = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]];
const LEAST = 3;
/** So far numbers are short enough to be written out. */
const [SMALLEST, LARGEST] = [1e-3, 1e5];

/**
 * At least three round numbers between `low` and `high` (> 0), evenly enough on a logarithmic axis; undefined where three
 * powers of ten lie there, or where numbers would be long: then powers of ten are the axis's own labels.
 */
export function logTicks(low: number, high: number): number[] | undefined {
  if (!(low >= SMALLEST && high <= LARGEST && low < high)) return undefined;
  const first = Math.floor(Math.log10(low));
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, i) => first + i,
  );
  for (const digits of DIGITS) {
    const ticks = decades
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((tick) => tick >= low && tick <= high);
    if (ticks.length >= LEAST) return digits.length === 1 ? undefined : ticks;
  }
  return evenTicks(low, high);
}

/** The fewest multiples of a round number (1, 2, 5 · 10^n), at least three. */
function evenTicks(low: number, high: number): number[] {
  for (let power = Math.ceil(Math.log10(high - low)); ; power--) {
    for (const digit of [5, 2, 1]) {
      const step = Number(`${digit}e${power}`);
      const first = Math.ceil(low / step);
      const count = Math.floor(high / step) - first + 1;
      if (count < LEAST) continue;
      return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
    }
  }
}
