import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkKnownOptions,
  checkNumber,
  checkOneOf,
  checkSameShape,
  counted,
  described,
  InputError,
  invalid,
  shapeText,
} from '../lib/check';

describe('invalid', () => {
  it('says function, argument, expected, got, remedy', () => {
    const error = invalid('f', 'x', 'even', 3, 'Add one.');
    expect(error).toBeInstanceOf(InputError);
    expect(error.name).toBe('InputError');
    expect(error.message).toBe('f: x must be even, got 3. Add one.');
  });

  it.each([
    ['a', "got 'a'."],
    ['', "got ''."],
    ['[2,3]', 'got [2,3].'],
    [undefined, 'got undefined.'],
    [null, 'got null.'],
    [NaN, 'got NaN.'],
    [{ a: 1 }, 'got { a: 1 }.'],
    [new Array(99).fill(0), 'got [ 0, 0, 0, 0, 0, 0, 0, 0, ... 91 more items ].'],
    [described('int32 of shape [2]'), 'got int32 of shape [2].'],
    [10n, 'got 10n.'],
  ])('describes %s', (value, text) => {
    expect(invalid('f', 'x', 'y', value).message).toContain(text);
  });

  it('describes values that JSON cannot hold', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(invalid('f', 'x', 'y', circular).message).toContain('got ');
    expect(invalid('f', 'x', 'y', [1, NaN]).message).toContain('NaN');
  });
});

describe('checkNumber', () => {
  it('returns what is within the bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (x) => {
        expect(checkNumber('f', 'x', x, { min: -5, max: 5 })).toBe(x);
      }),
    );
  });

  it.each([
    [-1, { min: 0 }, 'a number >= 0, got -1'],
    [0, { min: 0, aboveMin: true }, 'a number > 0, got 0'],
    [2, { min: 0, max: 1 }, 'a number >= 0 and <= 1, got 2'],
    [2, { max: 1 }, 'a number <= 1, got 2'],
    [0.5, { integer: true }, 'an integer, got 0.5'],
    [NaN, {}, 'a number, got NaN'],
    [Infinity, {}, 'a number, got Infinity'],
    ['1', {}, "a number, got '1'"],
    [undefined, {}, 'a number, got undefined'],
  ])('refuses %s under %j', (value, bounds, message) => {
    expect(() => checkNumber('f', 'x', value, bounds)).toThrow(`f: x must be ${message}.`);
  });
});

describe('checkOneOf', () => {
  it('returns the match and suggests the nearest name', () => {
    expect(checkOneOf('f', 'x', 'mask', ['mask', 'pixels'])).toBe('mask');
    expect(() => checkOneOf('f', 'x', 'pixel', ['mask', 'pixels'])).toThrow(
      "f: x must be one of mask, pixels, got 'pixel'. Did you mean 'pixels'?",
    );
    expect(() => checkOneOf('f', 'x', 'zebra', ['mask'])).not.toThrow(/Did you mean/);
    expect(() => checkOneOf('f', 'x', 3, ['mask'])).toThrow('f: x must be one of mask, got 3.');
  });
});

describe('checkKnownOptions', () => {
  it('names the unknown key', () => {
    expect(() => checkKnownOptions('f', { gamma: 1 }, ['gamma'])).not.toThrow();
    expect(() => checkKnownOptions('f', { gama: 1 }, ['gamma'])).toThrow(
      "f: option must be one of gamma, got 'gama'. Did you mean 'gamma'?",
    );
    expect(() => checkKnownOptions('f', { a: 1 }, [])).toThrow('it takes no options');
  });
});

describe('counted', () => {
  it('agrees with the number', () => {
    expect([0, 1, 2].map((n) => counted(n, 'step'))).toEqual(['0 steps', '1 step', '2 steps']);
    expect(counted(2, 'class', 'classes')).toBe('2 classes');
  });
});

describe('checkSameShape', () => {
  it('compares rank and every axis', () => {
    expect(() => checkSameShape('f', 'x', [1, 2], [1, 2])).not.toThrow();
    expect(() => checkSameShape('f', 'x', [1, 2, 1], [1, 2], 'Squeeze.')).toThrow(
      'f: x shape must be [1,2], got [1,2,1]. Squeeze.',
    );
    expect(() => checkSameShape('f', 'x', [2, 1], [1, 2])).toThrow('got [2,1]');
    expect(shapeText([])).toBe('[]');
  });
});
