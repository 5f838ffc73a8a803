import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logitsOfProbability, lossCurves, temperatureSweep } from '../../lib/analysis/lossCurves';
import { tf } from '../../lib/backend';
import { createLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { expectClose } from '../support/closeness';

const crossEntropy = { label: 'CE', config: { name: 'crossEntropy' } } as const;
const focal = { label: 'Focal, γ = 2', config: { name: 'focal', gamma: 2 } } as const;
const pat = { label: 'PAT', config: { name: 'pat', sharpness: 1, temperature: 1 } } as const;

describe('lossCurves', () => {
  it('gives cross-entropy: −log p, and a gradient of 1 − p', async () => {
    const { probability, curves } = await lossCurves({
      losses: [crossEntropy],
      numClasses: 5,
      points: 9,
    });
    expectClose(probability, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], { absolute: 1e-12 });
    expectClose(
      curves[0].loss,
      probability.map((p) => -Math.log(p)),
      { absolute: 1e-5 },
    );
    expectClose(
      curves[0].gradient,
      probability.map((p) => 1 - p),
      { absolute: 1e-5 },
    );
    expect(curves[0].coefficient).toBeNull();
  });

  it('gives Focal: (1 − p)²·(−log p), gradient through the factor', async () => {
    const { probability, curves } = await lossCurves({ losses: [focal], points: 9 });
    expectClose(
      curves[0].loss,
      probability.map((p) => (1 - p) ** 2 * -Math.log(p)),
      { absolute: 1e-5 },
    );
    // ∂L/∂z_y = dL/dp · p(1 − p), dL/dp = −2(1 − p)(−log p) − (1 − p)²/p
    const gradient = probability.map(
      (p) => p * (1 - p) * (2 * (1 - p) * -Math.log(p) + (1 - p) ** 2 / p),
    );
    expectClose(curves[0].gradient, gradient, { absolute: 1e-5 });
  });

  it('gives label smoothing, logit adjustment and seesaw', async () => {
    const classCounts = [100, 10, 10];
    const configs = [
      { name: 'crossEntropy', labelSmoothing: 0.3 },
      { name: 'balancedSoftmax', strength: 0.5, classCounts },
      { name: 'seesaw', classCounts },
    ] as const;
    const losses = configs.map((config) => ({ label: config.name, config }));
    const { probability, curves } = await lossCurves({ losses, numClasses: 3, points: 9 });
    const odds = probability.map((p) => (1 - p) / p);
    const smoothed = probability.map((p) => -0.8 * Math.log(p) - 0.2 * Math.log((1 - p) / 2));
    expectClose(curves[0].loss, smoothed, { absolute: 1e-5 });
    expectClose(
      curves[0].gradient,
      probability.map((p) => Math.abs(p - 0.8)),
      { absolute: 1e-5 },
    );
    const adjusted = odds.map((r) => r / Math.sqrt(10));
    // The other classes have (1 − p)/2 each.
    const swayed = odds.map((r) => r * 10 ** -0.8 * Math.max(1, r / 2) ** 2);
    for (const [curve, ratios] of [
      [curves[1], adjusted],
      [curves[2], swayed],
    ] as const) {
      expectClose(curve.loss, ratios.map(Math.log1p), { absolute: 1e-5 });
      expectClose(
        curve.gradient,
        ratios.map((r) => r / (1 + r)),
        { absolute: 1e-5 },
      );
    }
  });

  it('refuses a loss that no single pixel has', async () => {
    const losses = [{ label: 'Jaccard', config: { name: 'jaccard' } as const }];
    await expect(lossCurves({ losses })).rejects.toThrow(
      'jaccard loss is one number of the whole batch: no pixel has a loss of its own',
    );
  });

  it('gives PAT: β = e^{1 − p}/2 and β·(−log p), gradient through β', async () => {
    const { probability, curves } = await lossCurves({ losses: [pat], points: 9 });
    const beta = probability.map((p) => Math.exp(1 - p) / 2);
    expectClose(curves[0].coefficient ?? [], beta, { absolute: 1e-5 });
    expectClose(
      curves[0].loss,
      probability.map((p, i) => beta[i] * -Math.log(p)),
      { absolute: 1e-5 },
    );
    // dL/dp = −β(−log p) − β/p
    const gradient = probability.map((p, i) => p * (1 - p) * beta[i] * (-Math.log(p) + 1 / p));
    expectClose(curves[0].gradient, gradient, { absolute: 1e-5 });
  });

  it('draws over p at τ = 1: with τ = 2 and C classes PAT sees √p/(√p + √(C − 1)·√(1 − p))', async () => {
    const config = { name: 'pat', temperature: 2, sharpness: 1 } as const;
    const { probability, curves } = await lossCurves({
      losses: [{ label: 'PAT', config }],
      numClasses: 5,
      points: 9,
    });
    const expected = probability.map((p) => {
      const tempered = Math.sqrt(p) / (Math.sqrt(p) + Math.sqrt(4 * (1 - p)));
      return (Math.exp(1 - tempered) / 2) * -Math.log(tempered);
    });
    expectClose(curves[0].loss, expected, { absolute: 1e-5 });
  });

  it.each<LossConfig>([
    { name: 'crossEntropy' },
    { name: 'focal', gamma: 5 },
    { name: 'pat', temperature: 0.5 },
    { name: 'pat', sharpness: 'classes' },
    { name: 'pat', coefficient: 'inverse', epsilon: 0.05 },
  ])('agrees with createLoss on single-pixel images: %o', async (config) => {
    const probabilities = [0.02, 0.4, 0.97];
    const { curves } = await lossCurves({
      losses: [{ label: '', config }],
      numClasses: 4,
      probabilities,
    });
    for (const [i, p] of probabilities.entries()) {
      const [value, gradient] = tf.tidy(() => {
        const labels = tf.zeros<tf.Rank.R3>([1, 1, 1], 'int32');
        const loss = createLoss(config);
        const result = tf.valueAndGrad((z) => loss(z as tf.Tensor4D, labels))(
          logitsOfProbability([p], 4),
        );
        return [result.value.dataSync()[0], Math.abs(result.grad.dataSync()[0])];
      });
      expectClose([curves[0].loss[i], curves[0].gradient[i]], [value, gradient], {
        absolute: 1e-5,
        relative: 1e-4,
      });
    }
  });

  it('keeps no tensors', async () => {
    const before = tf.memory().numTensors;
    await lossCurves({ losses: [crossEntropy, focal, pat] });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('throws without losses and for probabilities outside (0, 1) or out of order', async () => {
    await expect(lossCurves({ losses: [] })).rejects.toThrow(
      /lossCurves: losses must be a non-empty/,
    );
    const losses = [crossEntropy];
    await expect(lossCurves({ losses, probabilities: [] })).rejects.toThrow(/probabilities/);
    await expect(lossCurves({ losses, probabilities: [0, 0.5] })).rejects.toThrow(
      /probabilities\[0\]/,
    );
    await expect(lossCurves({ losses, probabilities: [0.5, 1] })).rejects.toThrow(
      /probabilities\[1\]/,
    );
    await expect(lossCurves({ losses, probabilities: [0.5, 0.4] })).rejects.toThrow(/ascending/);
    await expect(lossCurves({ losses, numClasses: 1 })).rejects.toThrow(/numClasses/);
  });
});

describe('logitsOfProbability', () => {
  it('has softmax p in class 0 and equal shares elsewhere', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 2, max: 20 }),
        (p, numClasses) => {
          const softmax = tf.tidy(() =>
            tf.softmax(logitsOfProbability([p], numClasses)).dataSync(),
          );
          const rest = new Array<number>(numClasses - 1).fill((1 - p) / (numClasses - 1));
          expectClose(softmax, [p, ...rest], { absolute: 1e-5 });
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('temperatureSweep', () => {
  const variants = [{ label: 'PAT, k = 1', config: { name: 'pat', sharpness: 1 } } as const];

  it('gives per temperature what lossCurves gives for it', async () => {
    const sweep = await temperatureSweep({
      variants,
      temperatures: [0.5, 3],
      points: 7,
      numClasses: 3,
    });
    const config = { name: 'pat', sharpness: 1, temperature: 3 } as const;
    const single = await lossCurves({
      losses: [{ label: 'PAT, k = 1, τ = 3', config }],
      points: 7,
      numClasses: 3,
    });
    expect(sweep.temperatures).toEqual([0.5, 3]);
    expect(sweep.steps[1]).toEqual(single);
    expect(sweep.steps[0].curves[0].loss).not.toEqual(single.curves[0].loss);
  });

  it('throws without temperatures or variants', async () => {
    await expect(temperatureSweep({ variants, temperatures: [] })).rejects.toThrow(/temperatures/);
    await expect(temperatureSweep({ variants: [], temperatures: [1] })).rejects.toThrow(/losses/);
  });
});
