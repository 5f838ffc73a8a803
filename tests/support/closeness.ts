/** Comparison of numbers that never lets a NaN, an Infinity or a wrong length pass. */
import { AssertionError } from 'node:assert';

export interface ClosenessOptions {
  /** Allowed |actual − expected| as a share of |expected| (default 1e-6). */
  relative?: number;
  /** Allowed |actual − expected| beyond that (default 0). */
  absolute?: number;
}

/**
 * Throws unless `actual` and `expected` are equally long, finite throughout, and
 * |actual − expected| ≤ absolute + relative·|expected| at every index. The message names the worst index.
 */
export function expectClose(
  actual: ArrayLike<number> | number,
  expected: ArrayLike<number> | number,
  { relative = 1e-6, absolute = 0 }: ClosenessOptions = {},
): void {
  const got = typeof actual === 'number' ? [actual] : actual;
  const wanted = typeof expected === 'number' ? [expected] : expected;
  if (got.length !== wanted.length)
    fail(`length ${got.length}, expected ${wanted.length}`, expectClose);
  let worst = -1;
  let worstRatio = 1;
  for (let i = 0; i < wanted.length; i++) {
    if (!Number.isFinite(got[i]) || !Number.isFinite(wanted[i])) {
      fail(`index ${i}: actual ${got[i]}, expected ${wanted[i]}; both must be finite`, expectClose);
    }
    const allowed = absolute + relative * Math.abs(wanted[i]);
    const difference = Math.abs(got[i] - wanted[i]);
    const ratio = difference <= allowed ? 0 : difference / allowed; // 0 allowed gives Infinity
    if (ratio > worstRatio) [worst, worstRatio] = [i, ratio];
  }
  if (worst < 0) return;
  const difference = Math.abs(got[worst] - wanted[worst]);
  fail(
    `index ${worst}: actual ${got[worst]}, expected ${wanted[worst]}, difference ${difference} is ` +
      `${worstRatio.toPrecision(3)} times the allowed one (relative ${relative}, absolute ${absolute})`,
    expectClose,
  );
}

/** Largest |value| of an array; the scale of an absolute tolerance for gradients. */
export function largest(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

function fail(message: string, from: (...args: never[]) => unknown): never {
  throw new AssertionError({ message: `not close: ${message}`, stackStartFn: from });
}
