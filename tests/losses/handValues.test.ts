/** Values that can be checked by hand: probabilities are powers of two, from logits that are multiples of log 2. */
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import type { LossConfig } from '../../lib/losses';
import { patCoefficient } from '../../lib/losses/pat';
import { expectClose } from '../support/closeness';
import { evaluate, pixels } from './support';

const LN2 = Math.LN2;
/** One pixel of class 0 with p = 1/2, 1/4, 1/4; its cross-entropy is log 2. */
const half = [LN2, 0, 0];
/** The same with p = 1/4 for class 0: log 4. */
const quarter = [0, LN2, 0];

const value = (config: LossConfig, logits: number[][], labels: number[]) =>
  evaluate(config, pixels(logits, labels)).value;

describe('crossEntropy', () => {
  it('averages over valid pixels only', () => {
    expectClose(value({ name: 'crossEntropy' }, [half, quarter, half], [0, 0, 255]), 1.5 * LN2);
  });

  it('has gradient (p − onehot)/V', () => {
    const { grad } = evaluate({ name: 'crossEntropy' }, pixels([half, quarter], [0, 255]));
    expectClose(grad, [-0.5, 0.25, 0.25, 0, 0, 0], { absolute: 1e-7 });
  });

  it('keeps its relative accuracy where 1 − p is below float32 resolution', () => {
    const { value: loss, grad } = evaluate({ name: 'crossEntropy' }, pixels([[40, 0]], [0]));
    expectClose(
      [loss, grad[0], grad[1]],
      [1, -1, 1].map((x) => x * Math.exp(-40)),
    );
  });
});

describe('crossEntropy with labelSmoothing', () => {
  it('mixes in the mean of −log p over the classes', () => {
    const expected = 0.9 * LN2 + (0.1 / 3) * (LN2 + 2 * 2 * LN2);
    expectClose(
      value({ name: 'crossEntropy', labelSmoothing: 0.1 }, [half, half], [0, 255]),
      expected,
    );
    expectClose(value({ name: 'crossEntropy', labelSmoothing: 1 }, [half], [0]), (5 / 3) * LN2);
  });

  it('of 0 is cross-entropy, bit for bit', () => {
    const batch = pixels([half, quarter], [0, 1]);
    const smoothed = evaluate({ name: 'crossEntropy', labelSmoothing: 0 }, batch);
    expect(smoothed).toEqual(evaluate({ name: 'crossEntropy' }, batch));
  });

  it('keeps the accuracy of a small share', () => {
    const config: LossConfig = { name: 'crossEntropy', labelSmoothing: 1e-6 };
    const { value: loss, grad } = evaluate(config, pixels([[16, 0]], [0]));
    const [hit, miss] = [1 / (1 + Math.exp(-16)), 1 / (1 + Math.exp(16))];
    const slope = (1 - 1e-6) * miss - 1e-6 * (hit - 0.5);
    expectClose(loss, -Math.log(hit) + 1e-6 * 8);
    expectClose(grad, [-slope, slope]);
  });
});

describe('seesaw', () => {
  it('pushes back a class that is likelier than the true one', () => {
    // Label 1 with p = 1/2, 1/4, 1/4: S_0 = (1/2 / 1/4)² = 4, so the odds are 2·4 + 1.
    const config: LossConfig = { name: 'seesaw', classCounts: [1, 1, 1] };
    expectClose(value(config, [half], [1]), Math.log(10));
    expectClose(value({ ...config, compensation: 1 }, [half], [1]), Math.log(1 + 2 * 2 + 1));
    expectClose(value({ ...config, compensation: 0 }, [half], [1]), 2 * LN2);
    // p_y = 1/1001 counts as 1/100.
    const odds = 1000 * ((100 * 1000) / 1001) ** 2;
    expectClose(value({ name: 'seesaw' }, [[Math.log(1000), 0]], [1]), Math.log(1 + odds));
  });

  it('spares the rarer classes', () => {
    const config: LossConfig = { name: 'seesaw', classCounts: [100, 1, 0] };
    const spared = 100 ** -0.8;
    expectClose(value(config, [half], [0]), Math.log(1 + spared));
    expectClose(value({ ...config, mitigation: 0 }, [half], [0]), LN2);
    // Both ways of computing it: 100^−20 is beyond a safe factor.
    expectClose(value({ ...config, mitigation: 20, compensation: 1 }, [half], [1]), Math.log(6));
    expectClose(value({ ...config, compensation: 9 }, [half], [1]), Math.log(1 + 2 * 2 ** 9 + 1));
  });

  it('takes its factors for constants in the gradient', () => {
    const config: LossConfig = { name: 'seesaw', classCounts: [1, 1, 1] };
    const { grad } = evaluate(config, pixels([half], [1]));
    expectClose(grad, [8 / 10, -9 / 10, 1 / 10]);
  });
});

describe('focal', () => {
  it('is (1−p)^γ·CE', () => {
    expectClose(value({ name: 'focal' }, [half], [0]), LN2 / 4);
    expectClose(value({ name: 'focal', gamma: 1 }, [quarter], [0]), (3 / 4) * 2 * LN2);
    expectClose(value({ name: 'focal', gamma: 0 }, [quarter], [0]), 2 * LN2);
  });

  it('has a finite gradient for γ < 1 at p → 1', () => {
    const { value: loss, grad } = evaluate({ name: 'focal', gamma: 0.5 }, pixels([[60, 0]], [0]));
    expectClose(loss, Math.exp(-90), { absolute: 1e-37 });
    expectClose(grad, [0, 0], { absolute: 1e-37 });
  });
});

describe('classBalanced', () => {
  // Classes 0, 0, 1; β = 1/2: w = 1/2/(1 − 1/4) = 2/3 and 1/2/(1 − 1/2) = 1.
  const logits = [half, half, [0, LN2, 0]];
  const config: LossConfig = { name: 'classBalanced', beta: 0.5 };

  it("weights by (1−β)/(1−β^n) with normalize: 'none'", () => {
    const expected = ((2 / 3 + 2 / 3 + 1) * LN2) / 3;
    expectClose(value({ ...config, normalize: 'none' }, logits, [0, 0, 1]), expected);
  });

  it("scales the weights to sum to the classes present, or to C with 'classes'", () => {
    const raw = ((2 / 3 + 2 / 3 + 1) * LN2) / 3;
    expectClose(value(config, logits, [0, 0, 1]), (raw * 2) / (5 / 3));
    expectClose(value({ ...config, normalize: 'classes' }, logits, [0, 0, 1]), (raw * 3) / (5 / 3));
  });

  it('takes given counts; a class with count 0 has weight 0', () => {
    const given: LossConfig = { ...config, normalize: 'none', classCounts: [0, 1, 5] };
    expectClose(value(given, logits, [0, 0, 1]), LN2 / 3);
  });

  it("'authors' sets β = (N−1)/N: N = 3, w = (1/3)/(1−(2/3)^n + 1e-6), not normalized", () => {
    const authors: LossConfig = { name: 'classBalanced', variant: 'authors' };
    const [twice, once] = [5 / 9, 1 / 3].map((part) => 1 / 3 / (part + 1e-6));
    const expected = ((2 * twice + once) * LN2) / 3;
    expectClose(value(authors, logits, [0, 0, 1]), expected);
    // N is the number of valid pixels, and so is what the sum is divided by.
    expectClose(value(authors, [...logits, half], [0, 0, 1, 255]), expected);
    expectClose(value({ ...authors, name: 'classBalancedFocal' }, logits, [0, 0, 1]), expected / 4);
  });

  it("'authors' keeps the digits of 1−β^n for one pixel of a class among many", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => (i === 0 ? [0, LN2, 0] : half));
    const labels = many.map((_, i) => (i === 0 ? 1 : 0));
    const N = many.length;
    const w = (n: number) => 1 / N / (-Math.expm1(n * Math.log1p(-1 / N)) + 1e-6);
    const expected = ((w(1) + (N - 1) * w(N - 1)) * LN2) / N;
    const got = value({ name: 'classBalanced', variant: 'authors' }, many, labels);
    expectClose(got, expected, { relative: 5e-6 }); // the rounding of a sum of 20 000; 1−β^n in float32 is off by 1e-3
  });

  it('classBalancedFocal multiplies by (1−p)^γ, the authors’ too', () => {
    const focal: LossConfig = { name: 'classBalancedFocal', beta: 0.5, gamma: 2 };
    expectClose(
      value({ ...focal, normalize: 'none' }, logits, [0, 0, 1]),
      ((2 / 3 + 2 / 3 + 1) * LN2) / 3 / 4,
    );
    const authors: LossConfig = { name: 'classBalancedFocal', variant: 'authors', gamma: 1 };
    // One pixel: N = n = 1, β = 0, w = 1/(1 + 1e-6).
    expectClose(value(authors, [half], [0]), (0.5 * LN2) / (1 + 1e-6));
  });
});

describe('balancedSoftmax', () => {
  it('adds the log share of each class, counts of 0 taken as 1', () => {
    const config: LossConfig = { name: 'balancedSoftmax', classCounts: [6, 1, 0] };
    // Weights 2·6, 1·1, 1·1 → p = 12/14.
    expectClose(value(config, [half], [0]), Math.log(14 / 12));
  });

  it('raises the counts to the power of its strength; 1 is the default, bit for bit', () => {
    const config: LossConfig = { name: 'balancedSoftmax', classCounts: [6, 1, 0] };
    // Weights 2·36, 1·1, 1·1 → p = 72/74.
    expectClose(value({ ...config, strength: 2 }, [half], [0]), Math.log(74 / 72));
    expectClose(value({ ...config, strength: 0 }, [half], [0]), LN2);
    const [plain, one] = [{}, { strength: 1 }].map((options) =>
      evaluate({ ...config, ...options }, pixels([half, quarter], [0, 1])),
    );
    expect(one).toEqual(plain);
  });

  it('stays finite and right where the counts outgrow float32', () => {
    const config: LossConfig = { name: 'balancedSoftmax', strength: 10, classCounts: [1e9, 1, 1] };
    const { value: loss, grad } = evaluate(config, pixels([half], [1]));
    expectClose(loss, 10 * Math.log(1e9) + LN2);
    expectClose(grad, [1, -1, 0], { absolute: 1e-7 });
  });

  it("'authors' takes exp(z)·n for logits and finite values where it would overflow", () => {
    const config: LossConfig = { name: 'balancedSoftmax', variant: 'authors' };
    // n = 1, 0, 0: logits 2·1, 0, 0.
    expectClose(value(config, [half], [0]), Math.log(1 + 2 * Math.exp(-2)));
    const { value: loss, grad } = evaluate(config, pixels([[0, 1e4, -1e4], half], [0, 1]));
    expectClose(loss, loss);
    expectClose(grad, grad);
    expect(loss).toBeGreaterThan(1e35);
  });
});

describe('ldam', () => {
  const config: LossConfig = { name: 'ldam', maxMargin: 1, scale: 1, classCounts: [16, 1, 0] };

  it('lowers the true logit by the margin m ∝ n^(−1/4)', () => {
    // m = 1/2, 1, 0: softmax of (log 2 − 1/2, 0, 0).
    expectClose(value(config, [half], [0]), Math.log(1 + 2 / (2 * Math.exp(-0.5))));
    expectClose(value(config, [[0, LN2, 0]], [1]), Math.log(1 + 2 / (2 * Math.exp(-1))));
  });

  it("gives an absent class no margin; 'authors' gives it the largest", () => {
    expectClose(value(config, [[0, 0, LN2]], [2]), LN2);
    const authors: LossConfig = { ...config, variant: 'authors' };
    expectClose(value(authors, [[0, 0, LN2]], [2]), Math.log(1 + 2 / (2 * Math.exp(-1))));
    const shrunk = ((16 + 1e-4) / 1e-4) ** (-1 / 4);
    expectClose(value(authors, [half], [0]), Math.log(1 + 2 / (2 * Math.exp(-shrunk))));
  });

  it('lets a margin win over a lead that exp cannot express', () => {
    // s·(z_0 − z_1) = 110, s·m_0 = 150 for the rarest class: u = 40.
    const wide: LossConfig = { name: 'ldam', maxMargin: 0.5, scale: 300, classCounts: [1, 1] };
    const { value: loss, grad } = evaluate(wide, pixels([[110 / 300, 0]], [0]));
    expectClose(loss, 40, { relative: 1e-5 });
    expectClose(grad, [-300, 300], { relative: 1e-5 });
  });

  it('scales the logits', () => {
    const scaled: LossConfig = { name: 'ldam', maxMargin: 0, scale: 2 };
    expectClose(value(scaled, [half], [0]), Math.log(6 / 4));
  });
});

describe('pat', () => {
  it('divides by the mask of each class in each image and by the number of images', () => {
    // β = 1/(2·exp(p − 1)): √e/2 for p = 1/2. Image 0: class 0 twice, class 1 once; image 1: ignored.
    const batch = {
      shape: [2, 1, 3, 3] as [number, number, number, number],
      logits: [...half, ...half, 0, LN2, 0, ...quarter, ...quarter, ...quarter],
      labels: [0, 0, 1, 255, 255, 255],
    };
    const one = (Math.exp(0.5) / 2) * LN2;
    expectClose(evaluate({ name: 'pat' }, batch).value, (one + one) / 2);
    expectClose(evaluate({ name: 'pat', normalizer: 'pixels' }, batch).value, one);
    expectClose(evaluate({ name: 'pat', variant: 'authors' }, batch).value, (3 * one) / 18);
  });

  it('divides the logits by τ', () => {
    const logits = half.map((z) => z * 4);
    expectClose(value({ name: 'pat', temperature: 4 }, [logits], [0]), (Math.exp(0.5) / 2) * LN2);
  });

  it('takes the sharpness of β, a number or C, and 1/(p+ε)', () => {
    const sharp = (Math.exp(1.5) / 2) * LN2;
    expectClose(value({ name: 'pat', sharpness: 3 }, [half], [0]), sharp);
    expectClose(value({ name: 'pat', sharpness: 'classes' }, [half], [0]), sharp);
    expectClose(value({ name: 'pat', coefficient: 'inverse' }, [half], [0]), LN2 / 0.51);
    const inverse: LossConfig = { name: 'pat', coefficient: 'inverse', epsilon: 0.5 };
    expectClose(value(inverse, [half], [0]), LN2);
  });

  it('with stopGradient has the gradient of cross-entropy times β', () => {
    const { grad } = evaluate({ name: 'pat', stopGradient: true }, pixels([half], [0]));
    const beta = Math.exp(0.5) / 2;
    expectClose(grad, [-0.5 * beta, 0.25 * beta, 0.25 * beta]);
    const { grad: full } = evaluate({ name: 'pat' }, pixels([half], [0]));
    expectClose(full[0], -0.5 * beta * (1 + 0.5 * LN2));
  });

  it('patCoefficient gives β of every class', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([half]);
      const beta = [0.5, 0.25, 0.25].map((p) => 1 / (2 * Math.exp(p - 1)));
      expectClose(patCoefficient(logits).dataSync(), beta);
      const sharp = beta.map((b) => (2 * b) ** 3 / 2);
      expectClose(patCoefficient(logits, { sharpness: 'classes' }).dataSync(), sharp);
      const inverse = patCoefficient(logits, { coefficient: 'inverse', epsilon: 0.25 });
      expectClose(inverse.dataSync(), [4 / 3, 2, 2]);
      const cold = patCoefficient(logits.mul(2), { temperature: 2 });
      expectClose(cold.dataSync(), beta);
      expect(() => patCoefficient(logits, { temperature: -1 })).toThrow(/patCoefficient: temper/);
    });
  });
});
