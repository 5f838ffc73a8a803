import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { drawNoise, nextNoiseSeed, noiseDistributions } from '../../lib/losses/noise';
import { Random } from '../../lib/random';
import { expectClose } from '../support/closeness';
import { evaluate, pixels } from './support';

const onePixel = pixels([[0, 0]], [0]);
const withNoise = (noise: number[], config: Partial<LossConfig> = {}): number => {
  const tensor = tf.tensor4d(noise, [1, 1, 1, 2]);
  const { value } = evaluate({ name: 'blv', ...config, noise: tensor }, onePixel);
  tensor.dispose();
  return value;
};

describe('blv', () => {
  it('varies rare classes most: |δ|·f/max f with f = log(Σn/n)', () => {
    // n = 3, 1: f = log(4/3), log 4; f/max f = 0.2075…, 1.
    const frequent = Math.log(4 / 3) / Math.log(4);
    const expected = Math.log(1 + Math.exp(0.25 - 0.5 * frequent));
    expectClose(withNoise([0.5, -0.25], { classCounts: [3, 1] }), expected);
  });

  it("varies frequent classes most with variant: 'authors'", () => {
    const rare = Math.log(1 + 1e-4) / Math.log(3 + 1e-4);
    const expected = Math.log(1 + Math.exp(0.25 * rare - 0.5));
    expectClose(withNoise([0.5, -0.25], { classCounts: [3, 1], variant: 'authors' }), expected);
  });

  it('clips δ to [−1,1]', () => {
    expect(withNoise([7, -3])).toBe(withNoise([1, -1]));
  });

  it('draws anew at every call, the same series for the same seed', () => {
    const series = (config: Partial<LossConfig>) => {
      const loss = createLoss({ name: 'blv', ...config });
      return tf.tidy(() => {
        const logits = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
        const labels = tf.zeros<tf.Rank.R3>([1, 4, 4], 'int32');
        return [1, 2, 3].map(() => loss(logits, labels).dataSync()[0]);
      });
    };
    const first = series({});
    expect(new Set(first).size).toBe(3);
    expect(series({ seed: 0 })).toEqual(first);
    expect(series({ seed: 1 })).not.toEqual(first);
    expect(series({ sigma: 0.1 })).not.toEqual(first);
    for (const distribution of ['uniform', 'xavier'] as const) {
      expect(series({ distribution })).not.toEqual(first);
    }
  });

  const seeded = (config: LossConfig) => {
    const loss = createLoss(config);
    const logits = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const labels = tf.zeros<tf.Rank.R3>([1, 4, 4], 'int32');
    return {
      loss,
      at: (...seed: number[]) =>
        tf.tidy(() => loss(logits, labels, tf.tensor1d(seed, 'int32')).dataSync()[0]),
      own: () => tf.tidy(() => loss(logits, labels).dataSync()[0]),
    };
  };

  it('draws from the seed it is called with, and leaves its own series alone', () => {
    const first = seeded({ name: 'blv' });
    const values = [first.at(3, 4), first.at(3, 5), first.at(4, 4), first.own()];
    expect(new Set(values).size).toBe(4);
    const other = seeded({ name: 'blv', seed: 9, distribution: 'gaussian' });
    expect([other.at(3, 4), other.at(3, 5), other.at(4, 4)]).toEqual(values.slice(0, 3));
    expect(seeded({ name: 'blv' }).own()).toBe(values[3]);
  });

  it('the other losses take no notice of a seed, but refuse what is none', () => {
    const plain = seeded({ name: 'pat' });
    expect(plain.at(3, 4)).toBe(plain.own());
    expect(() => plain.at(3)).toThrow(
      /pat loss: noiseSeed must be int32 of shape \[2\], got .*\[1\]/,
    );
  });
});

describe('drawNoise', () => {
  const shape = [200, 100, 4];
  const draw = (distribution: (typeof noiseDistributions)[number], seed = 0) => {
    const noiseSeed = nextNoiseSeed(new Random(seed));
    const tensor = drawNoise(shape, { distribution, sigma: 0.5, seed: noiseSeed });
    const values = Array.from(tensor.dataSync<'float32'>());
    tf.dispose([tensor, noiseSeed]);
    return values;
  };
  const moment = (values: number[], power: number) =>
    values.reduce((sum, x) => sum + x ** power, 0) / values.length;

  const checkAll = () => {
    for (const distribution of noiseDistributions) {
      const values = draw(distribution);
      const deviation = distribution === 'xavier' ? 0.25 : 0.5;
      // 80,000 values: standard errors of about deviation·0.004.
      expectClose(moment(values, 1), 0, { absolute: 0.02 * deviation });
      expectClose(Math.sqrt(moment(values, 2)), deviation, { relative: 0.02 });
      const kurtosis = moment(values, 4) / deviation ** 4;
      expectClose(kurtosis, distribution === 'uniform' ? 1.8 : 3, { relative: 0.06 });
      expect(draw(distribution)).toEqual(values);
      expect(draw(distribution, 1)).not.toEqual(values);
    }
    expect(Math.max(...draw('uniform').map(Math.abs))).toBeLessThanOrEqual(0.8661);
  };

  const checkSeeds = () =>
    tf.tidy(() => {
      const [a, b, c] = [
        [1, 2],
        [1, 3],
        [3, 2],
      ].map((values) => {
        const seed = tf.tensor1d(values, 'int32');
        const noise = drawNoise([4], { distribution: 'gaussian', sigma: 1, seed });
        return Array.from(noise.dataSync());
      });
      expect(a).not.toEqual(b);
      expect(a).not.toEqual(c);
    });

  it('has mean 0 and the stated deviation, and is reproducible', checkAll);

  it('depends on both values of its seed', checkSeeds);

  it('so too on the portable backend', async () => {
    await tf.setBackend('cpu');
    try {
      checkAll();
      checkSeeds();
    } finally {
      await tf.setBackend('tensorflow');
    }
  });
});
