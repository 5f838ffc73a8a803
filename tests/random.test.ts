import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../lib/random';
import { expectClose } from './support/closeness';

const take = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe('Random', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const random = new Random(0);
    expect(take(3, () => random.integer(0, 999))).toMatchInlineSnapshot(`
      [
        412,
        750,
        959,
      ]
    `);
    expect(take(2, () => random.uniform())).toMatchInlineSnapshot(`
      [
        0.6154251511699329,
        0.09259483771442478,
      ]
    `);
  });

  it('gives other numbers for other seeds, 0 and negative ones included', () => {
    const seeds = [0, 1, 2, -1, 2 ** 40];
    expect(new Set(seeds.map((seed) => new Random(seed).uniform())).size).toBe(seeds.length);
    expect(() => new Random(0.5)).toThrow('Random: seed must be an integer, got 0.5.');
  });

  it('has streams that depend on seed and name only', () => {
    const random = new Random(7);
    const before = random.stream('noise').uniform();
    random.uniform();
    expect(random.stream('noise').uniform()).toBe(before);
    expect(random.stream('shuffle').uniform()).not.toBe(before);
    expect(random.stream('a').stream('b').uniform()).not.toBe(random.stream('b').uniform());
  });

  it('uniform: in [low, high), mean and variance of the distribution', () => {
    const random = new Random(1);
    const values = take(20_000, () => random.uniform(-1, 3));
    expect(values.every((x) => x >= -1 && x < 3)).toBe(true);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, x) => a + (x - mean) ** 2, 0) / values.length;
    expectClose([mean, variance], [1, 16 / 12], { relative: 0.03 });
  });

  it('normal: mean, standard deviation and tails', () => {
    const random = new Random(2);
    const values = take(20_000, () => random.normal(5, 2));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, x) => a + (x - mean) ** 2, 0) / values.length;
    expectClose([mean, Math.sqrt(variance)], [5, 2], { relative: 0.02 });
    const beyond = values.filter((x) => Math.abs(x - 5) > 4).length / values.length;
    expectClose(beyond, 0.0455, { relative: 0.15 });
  });

  it('integer: both ends included, no value favoured', () => {
    const random = new Random(4);
    const counts = [0, 0, 0];
    take(9000, () => counts[random.integer(-1, 1) + 1]++);
    expectClose(counts, [3000, 3000, 3000], { relative: 0.05 });
    expect(random.integer(5, 5)).toBe(5);
    expect(() => random.integer(2, 1)).toThrow(/Random.integer: high/);
  });

  it('permutation: every index once, for any length', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.integer(), (length, seed) => {
        const order = new Random(seed).permutation(length);
        expect([...order].sort((a, b) => a - b)).toEqual(take(length, () => 0).map((_, i) => i));
      }),
    );
    const firsts = take(
      3000,
      (
        (random) => () =>
          random.permutation(3)[0]
      )(new Random(5)),
    );
    expectClose(firsts.filter((x) => x === 0).length, 1000, { relative: 0.1 });
  });

  it('chance and pick follow their probabilities', () => {
    const random = new Random(6);
    expectClose(take(10_000, () => random.chance(0.3)).filter(Boolean).length, 3000, {
      relative: 0.06,
    });
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
    expect(new Set(take(100, () => random.pick(['a', 'b', 'c']))).size).toBe(3);
    expect(() => random.pick([])).toThrow(/items must be a non-empty array/);
  });
});
