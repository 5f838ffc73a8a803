import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../lib/random';
import { bootstrapInterval, spread } from '../../lib/results/bootstrap';
import { holm } from '../../lib/results/holm';
import { quantile } from '../../lib/statistics';
import { expectClose } from '../support/closeness';

interface Fixture {
  versions: Record<string, string>;
  holm: { p: number[]; corrected: number[] }[];
  bootstrap: {
    sample: number[];
    interval: [number, number];
    mean: number;
    deviation: number;
    shares: number[];
    quantiles: number[];
  };
}

const file = path.join(__dirname, '..', 'fixtures', 'statistics.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

describe('holm', () => {
  it(`equals statsmodels ${fixture.versions.statsmodels}`, () => {
    for (const { p, corrected } of fixture.holm) {
      expectClose(holm(p), corrected, { absolute: 1e-15, relative: 1e-14 });
    }
    expect(() => holm([0.1, 1.2])).toThrow('numbers 0 … 1, got 1.2');
  });
});

describe('bootstrap', () => {
  const { sample, interval, mean, deviation, shares, quantiles } = fixture.bootstrap;

  it('has NumPy’s quantiles, mean and deviation', () => {
    const sorted = sample.slice().sort((a, b) => a - b);
    expectClose(
      shares.map((share) => quantile(sorted, share)),
      quantiles,
      { relative: 1e-14 },
    );
    expectClose(spread(sample)?.mean ?? NaN, mean, { relative: 1e-14 });
    expectClose(spread(sample)?.deviation ?? NaN, deviation, { relative: 1e-14 });
    expect(spread([3, null])).toEqual({ mean: 3, deviation: null });
    expect(spread([null])).toBeNull();
  });

  it('comes near SciPy’s interval of a mean, and is the same at each call', () => {
    const average = (items: readonly number[]) =>
      items.reduce((sum, i) => sum + sample[i], 0) / items.length;
    const draw = () =>
      bootstrapInterval(sample.length, average, { random: new Random(1), resamples: 20000 });
    const got = draw();
    expectClose([got?.low ?? NaN, got?.high ?? NaN], interval, { relative: 0, absolute: 0.01 });
    expect(draw()).toEqual(got);
  });

  it('has no interval for one item or no value', () => {
    const random = new Random(0);
    expect(bootstrapInterval(1, () => 1, { random })).toBeNull();
    expect(bootstrapInterval(5, () => null, { random, resamples: 10 })).toBeNull();
  });

  it.each([
    ['count', -1, {}],
    ['count', 0.5, {}],
    ['resamples', 1, { resamples: 0 }],
    ['level', 1, { level: 2 }],
  ])('checks %s, also where there is no interval: %s', (name, count, options) => {
    const draw = () => bootstrapInterval(count, () => 1, { random: new Random(0), ...options });
    expect(draw).toThrow(`bootstrapInterval: ${name}`);
  });
});
