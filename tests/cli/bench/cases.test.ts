import { describe, expect, it } from 'vitest';
import { barOf, benchCases, caseName } from '../../../lib/cli/bench/cases';

describe('benchCases', () => {
  it('has all four networks, both losses and both sizes that have a bar', () => {
    const cases = benchCases('step', {});
    expect(cases).toHaveLength(16);
    expect(new Set(cases.map(caseName)).size).toBe(16);
    expect(cases.map(barOf).filter((bar) => bar === 0.9)).toHaveLength(8);
    expect(cases.map(barOf).filter((bar) => bar === 0.95)).toHaveLength(8);
    const inference = benchCases('infer', {});
    expect(inference.map(({ loss }) => loss)).toEqual(Array.from({ length: 8 }, () => null));
    expect(new Set(inference.map(barOf))).toEqual(new Set([0.85]));
  });

  it('filters, and takes other sizes, for which no bar is set', () => {
    const filters = { networks: 'unet,segnet', losses: 'pat', sizes: '2/32/1', variant: 'authors' };
    const cases = benchCases('step', filters);
    expect(cases.map(caseName)).toEqual([
      'unet (authors) pat 2/32/1',
      'segnet (authors) pat 2/32/1',
    ]);
    expect(barOf(cases[0])).toBeNull();
  });

  it.each([
    [{ networks: 'unett' }, /--networks must be one of .*got 'unett'\. Did you mean 'unet'/],
    [{ losses: 'dice' }, /--losses must be one of pat, crossEntropy, got 'dice'/],
    [
      { sizes: '16x128x4' },
      /--sizes must be width\/side\/batch, such as 16\/128\/4, got '16x128x4'/,
    ],
    [{ sizes: '16/100/4' }, /--sizes must be of a side that is a multiple of 32/],
    [{ variant: 'mine' }, /--variant must be one of paper, authors/],
  ])('rejects %o', (filters, message) => {
    expect(() => benchCases('step', filters)).toThrow(message);
  });

  it('has no losses in inference', () => {
    expect(() => benchCases('infer', { losses: 'pat' })).toThrow(/--losses must be absent/);
  });
});
