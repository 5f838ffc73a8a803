import { describe, expect, it } from 'vitest';
import { lossLabel, lossTitle, signed, subtrahend } from '../../lib/results/names';

describe('a loss', () => {
  it.each([
    [{ name: 'crossEntropy' }, 'CE'],
    [{ name: 'pat', temperature: 1, normalizer: 'pixels' }, 'PAT, τ = 1, without 1/|M|'],
    [{ name: 'focal', gamma: 5 }, 'Focal, γ = 5'],
    [{ name: 'ldam', maxMargin: 0.4, scale: 10 }, 'LDAM, maxMargin 0.4, s = 10'],
    [{ name: 'balancedSoftmax', variant: 'authors' }, 'BMS, authors’ code'],
    [{ name: 'blv', distribution: 'uniform' }, 'BLV, uniform'],
    [{ name: 'classBalanced', beta: 0.999, classCounts: 'dataset' }, 'CB, β = 0.999'],
    [{ name: 'classBalanced', beta: 0.999, classCounts: 'batch' }, 'CB, β = 0.999, batch counts'],
    [
      { name: 'ldam', variant: 'paper', classCounts: 'batch' },
      'LDAM, paper’s formula, batch counts',
    ],
    [{ name: 'ldam', classCounts: [3, 4] }, 'LDAM, given counts'],
    [{ name: 'blv', variant: 'authors', classCounts: 'batch' }, 'BLV, authors’ code'],
    [
      { name: 'blv', variant: 'authors', classCounts: 'dataset' },
      'BLV, authors’ code, dataset counts',
    ],
  ] as const)('is labelled with the options that are set: %o', (loss, label) => {
    expect(lossLabel(loss)).toBe(label);
  });

  it('has a title without its options', () => {
    expect(lossTitle('classBalancedFocal')).toBe('CB Focal');
  });
});

describe('subtrahend', () => {
  it.each([
    ['CE', 'CE'],
    ['τ = 1', '(τ = 1)'],
    ['PAT, τ = 2', '(PAT, τ = 2)'],
  ])('a difference to %s is to %s', (label, text) => {
    expect(subtrahend(label)).toBe(text);
  });
});

describe('signed', () => {
  it.each([
    [1.25, 1, '+1.3'],
    [-0.3, 1, '−0.3'],
    [-0.04, 1, '0.0'],
    [0, 2, '0.00'],
    [-0.04, 2, '−0.04'],
  ])('writes %d with %d digits as %s', (value, digits, text) => {
    expect(signed(value, digits)).toBe(text);
  });
});
