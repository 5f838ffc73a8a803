import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadIndices } from '../../lib/analysis/spreadIndices';

describe('spreadIndices', () => {
  it('takes the middle of equal parts', () => {
    expect(spreadIndices(100, 4)).toEqual([12, 37, 62, 87]);
    expect(spreadIndices(3, 2)).toEqual([0, 2]);
    expect(spreadIndices(3, 9)).toEqual([0, 1, 2]);
    expect(spreadIndices(0, 3)).toEqual([]);
  });

  it('has as many different ones as it can, no two further apart than a part and one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        (n, count) => {
          const indices = spreadIndices(n, count);
          const parts = Math.min(n, count);
          expect(new Set(indices).size).toBe(parts);
          const gaps = indices.slice(1).map((index, i) => index - indices[i]);
          expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(Math.ceil(n / parts));
          expect(indices.every((index) => index >= 0 && index < n)).toBe(true);
        },
      ),
    );
  });

  it('refuses a count that is no whole number from 1 on', () => {
    expect(() => spreadIndices(5, 0)).toThrow(/spreadIndices: count/);
  });
});
