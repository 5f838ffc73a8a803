import { describe, expect, it } from 'vitest';
import { maximumOf, minimumOf } from '../lib/extremes';

describe('minimumOf, maximumOf', () => {
  it('take a million values, which a spread does not', () => {
    const values = Array.from({ length: 1e6 }, (_, i) => (i * 7919) % 1_000_003);
    expect(() => Math.max(...values)).toThrow(RangeError);
    expect([minimumOf(values), maximumOf(values)]).toEqual([
      values.reduce((a, b) => (a < b ? a : b)),
      values.reduce((a, b) => (a > b ? a : b)),
    ]);
  });

  it('are those of Math for few, typed and none', () => {
    for (const values of [[], [3], [2, -1, 2], [1, NaN], [-Infinity, 4]]) {
      expect([minimumOf(values), maximumOf(values)]).toEqual([
        Math.min(...values),
        Math.max(...values),
      ]);
    }
    expect(maximumOf(Float32Array.of(1, 9))).toBe(9);
  });
});
