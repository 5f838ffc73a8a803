import { describe, expect, it } from 'vitest';
import { spreadIndices } from '../../lib/analysis/spreadIndices';

describe('spreadIndices', () => {
  it('takes the middles of equal parts, in order', () => {
    expect(spreadIndices(100, 4)).toEqual([12, 37, 62, 87]);
    expect(spreadIndices(3, 2)).toEqual([0, 2]);
    expect(spreadIndices(5, 1)).toEqual([2]);
  });

  it('takes all where there are no more', () => {
    expect(spreadIndices(3, 3)).toEqual([0, 1, 2]);
    expect(spreadIndices(3, 9)).toEqual([0, 1, 2]);
    expect(spreadIndices(0, 9)).toEqual([]);
  });
});
