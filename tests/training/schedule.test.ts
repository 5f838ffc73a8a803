import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../lib/training/schedule';

describe('learningRateAt', () => {
  it('follows half a cosine from the initial rate to the minimum', () => {
    const at = (step: number, minimum = 0) =>
      learningRateAt({ name: 'cosine', minimum }, 0.1, step, 8);
    expect(at(0)).toBe(0.1);
    expect(at(2)).toBeCloseTo((0.1 * (1 + Math.SQRT1_2)) / 2, 15);
    expect(at(4)).toBeCloseTo(0.05, 15);
    expect(at(8)).toBeCloseTo(0, 15);
    expect(at(4, 0.02)).toBeCloseTo(0.06, 15);
    expect(at(8, 0.02)).toBeCloseTo(0.02, 15);
  });

  it('can stay as it is', () => {
    expect(learningRateAt({ name: 'constant', minimum: 0 }, 0.1, 7, 8)).toBe(0.1);
  });
});
