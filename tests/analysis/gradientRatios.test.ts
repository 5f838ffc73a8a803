import { describe, expect, it } from 'vitest';
import type { GradientNormRow, GradientNorms } from '../../lib/analysis/gradientNorms';
import { ratioStatistics } from '../../lib/analysis/gradientRatios';

function row(image: string, classId: number, pixels: number, norm: number, after = norm / pixels) {
  const className = `class ${classId}`;
  const meanNorm = norm / pixels;
  const item: GradientNormRow = {
    image,
    classId,
    className,
    pixels,
    norm,
    meanNorm,
    normalizedNorm: after,
  };
  return item;
}

function norms(rows: GradientNormRow[]): GradientNorms {
  return { loss: 'CE', rows };
}

describe('ratioStatistics', () => {
  it('gives every pair of an image once, the larger mask first, and none across images', () => {
    const { pairs } = ratioStatistics(
      norms([row('a', 0, 10, 5), row('a', 1, 100, 20), row('a', 2, 50, 10), row('b', 0, 7, 3)]),
    );
    expect(pairs.map(({ classU, classV }) => `${classU}/${classV}`)).toEqual([
      'class 1/class 2',
      'class 1/class 0',
      'class 2/class 0',
    ]);
    expect(pairs[1]).toMatchObject({ image: 'a', predicted: 10, before: 4 });
    expect(pairs[1].after).toBeCloseTo(0.4, 12); // (20/100)/(5/10)
  });

  it('finds slope and correlation 1 before and no slope after when norms are proportional to masks', () => {
    const { before, after, meanRange } = ratioStatistics(
      norms([row('a', 0, 1, 2), row('a', 1, 10, 20), row('a', 2, 1000, 2000)]),
    );
    expect(before.slope).toBeCloseTo(1, 12);
    expect(before.correlation).toBeCloseTo(1, 12);
    expect(after.slope).toBeCloseTo(0, 12);
    expect(after.correlation).toBeNull();
    expect(meanRange.before).toBeCloseTo(1000, 9);
    expect(meanRange.after).toBeCloseTo(1, 12);
  });

  it('fits by hand: log10 predicted 1, 2, 3 against log10 measured 1, 0, 2', () => {
    // Masks 1, 10, 1000 give predictions 10 (b/a), 100 (c/b), 1000 (c/a).
    const { before } = ratioStatistics(
      norms([
        row('x', 0, 1, 1),
        row('x', 1, 10, 10),
        row('y', 0, 1, 1),
        row('y', 1, 100, 1),
        row('z', 0, 1, 1),
        row('z', 1, 1000, 100),
      ]),
    );
    // x̄ = 2, ȳ = 1; Σ(x−x̄)(y−ȳ) = 0 + 0 + 1 = 1, Σ(x−x̄)² = 2, Σ(y−ȳ)² = 2.
    expect(before.slope).toBeCloseTo(0.5, 12);
    expect(before.correlation).toBeCloseTo(0.5, 12);
  });

  it('measures the range within each image and its geometric mean', () => {
    const { ranges, meanRange } = ratioStatistics(
      norms([
        row('a', 0, 10, 8, 3),
        row('a', 1, 20, 2, 1),
        row('a', 2, 20, 4, 2),
        row('b', 0, 10, 9, 12),
        row('b', 1, 20, 1, 1),
        row('c', 0, 5, 5),
      ]),
    );
    expect(ranges).toEqual([
      { image: 'a', classes: 3, before: 4, after: 3 },
      { image: 'b', classes: 2, before: 9, after: 12 },
    ]);
    expect(meanRange.before).toBeCloseTo(6, 12);
    expect(meanRange.after).toBeCloseTo(6, 12);
  });

  it('leaves out norms without a logarithm and says how many', () => {
    const { pairs, leftOut } = ratioStatistics(
      norms([row('a', 0, 10, 1), row('a', 1, 20, 3), row('a', 2, 30, 0), row('a', 3, 30, NaN)]),
    );
    expect(pairs).toHaveLength(1);
    expect(leftOut).toBe(2);
  });

  it('throws when no image has two classes', () => {
    expect(() => ratioStatistics(norms([row('a', 0, 10, 1), row('b', 1, 10, 1)]))).toThrow(
      /ratioStatistics: norms must be with a pair of classes in one image/,
    );
    expect(() => ratioStatistics(norms([]))).toThrow(/ratioStatistics/);
  });
});
