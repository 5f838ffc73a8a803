/** Region losses by hand: probabilities are simple fractions, from logits that are logarithms. */
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { pixelwiseLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { lossLabel } from '../../lib/losses/lossLabels';
import { Random } from '../../lib/random';
import { parseConfig } from '../../lib/runs/config';
import { expectClose } from '../support/closeness';
import { evaluate, pixels } from './support';
import type { TestBatch } from './support';

const LN2 = Math.LN2;
/** p = 1/2, 1/4, 1/4 with label 0, and 1/4, 1/2, 1/4 with label 1: TP = 1/2, FP = 1/4, FN = 1/2 for both classes. */
const two = pixels(
  [
    [LN2, 0, 0],
    [0, LN2, 0],
  ],
  [0, 1],
);
const value = (config: LossConfig, batch: TestBatch) => evaluate(config, batch).value;

describe('dice, jaccard and tversky', () => {
  it('are 1 − TP/(TP + α·FP + β·FN), mean over the classes with labels', () => {
    expectClose(value({ name: 'dice', smooth: 0 }, two), 1 - 0.5 / 0.875);
    expectClose(value({ name: 'jaccard', smooth: 0 }, two), 1 - 0.5 / 1.25);
    expectClose(value({ name: 'tversky', smooth: 0 }, two), 1 - 0.5 / 0.925);
    const weights = { alpha: 2, beta: 0 };
    expectClose(value({ name: 'tversky', smooth: 0, ...weights }, two), 1 - 0.5 / 1);
  });

  it('add s to numerator and denominator, 1e-3 by default', () => {
    expectClose(value({ name: 'jaccard' }, two), 1 - 0.501 / 1.251);
    expectClose(value({ name: 'jaccard', smooth: 1 }, two), 1 - 1.5 / 2.25);
  });

  it('average over the batch, over images, or over classes; an image without labels is left out', () => {
    // p = 1/2 everywhere. Image 0 has labels 0 and 1: both 2/3. Image 1 has 0 twice: 1/2. Image 2 has none.
    const batch: TestBatch = {
      shape: [3, 1, 2, 2],
      logits: new Array<number>(12).fill(0),
      labels: [0, 1, 0, 0, 255, 255],
    };
    const jaccard = (over: 'batch' | 'image' | 'class') =>
      value({ name: 'jaccard', smooth: 0, over }, batch);
    // Batch: TP, FP, FN = 3/2, 1/2, 3/2 and 1/2, 3/2, 1/2.
    expectClose(jaccard('batch'), (4 / 7 + 4 / 5) / 2);
    expectClose(jaccard('image'), (2 / 3 + 1 / 2) / 2);
    expectClose(jaccard('class'), ((2 / 3 + 1 / 2) / 2 + 2 / 3) / 2);
  });

  it('keep their relative accuracy where everything is right', () => {
    // FP = FN = e^(−30) for both classes, TP = 1.
    const sure = pixels(
      [
        [30, 0],
        [0, 30],
      ],
      [0, 1],
    );
    const { value: loss, grad } = evaluate({ name: 'jaccard', smooth: 0 }, sure);
    const tiny = Math.exp(-30);
    expectClose(loss, 2 * tiny);
    expectClose(grad, [-tiny, tiny, tiny, -tiny]);
  });

  it('do not lose digits in an image of many pixels', () => {
    // Two classes, p = 3/4 of the label throughout: TP = 3n/4, FP = m/4, FN = n/4.
    const size = 1 << 16;
    const labels = Array.from({ length: size }, (_, i) => Number(i % 16 === 0));
    const logits = labels.flatMap((y) => (y ? [0, Math.log(3)] : [Math.log(3), 0]));
    const batch: TestBatch = { shape: [1, 256, 256, 2], logits, labels };
    const [many, few] = [(size * 15) / 16, size / 16];
    const term = (n: number, m: number) => 1 - (0.75 * n) / (n + 0.25 * m);
    const expected = (term(many, few) + term(few, many)) / 2;
    expectClose(value({ name: 'jaccard', smooth: 0 }, batch), expected, { relative: 5e-7 });
  });
});

describe('lovasz', () => {
  it('weights each error by the growth of the Jaccard loss, largest errors first', () => {
    // Labels 0, 0, 1 with p_0 = 4/5, 1/2, 1/4. Class 0: 1/2·1/2 + 1/4·1/6 + 1/5·1/3; class 1: 1/2·1/2 + 1/4·1/2 + 0.
    const batch = pixels(
      [
        [Math.log(4), 0],
        [0, 0],
        [0, Math.log(3)],
      ],
      [0, 0, 1],
    );
    const expected = (1 / 4 + 1 / 24 + 1 / 15 + 1 / 4 + 1 / 8) / 2;
    expectClose(value({ name: 'lovasz' }, batch), expected);
    const { grad } = evaluate({ name: 'lovasz' }, batch);
    // ∂/∂p_0 of each pixel: class 0 −1/3, −1/2, +1/6; class 1 (p_1 = 1 − p_0) 0, −1/2, +1/2; times p_0·p_1/2.
    const slopes = [((-1 / 3) * 4) / 25, (-1 * 1) / 4, ((2 / 3) * 3) / 16].map((s) => s / 2);
    expectClose(
      grad,
      slopes.flatMap((slope) => [slope, -slope]),
      { absolute: 1e-7 },
    );
  });

  it('is the mean over images with labels', () => {
    const images: TestBatch = {
      shape: [3, 1, 1, 2],
      logits: [Math.log(4), 0, 0, Math.log(3), 5, 0],
      labels: [0, 0, 255],
    };
    expectClose(value({ name: 'lovasz', over: 'image' }, images), (1 / 5 + 3 / 4) / 2);
  });

  it('has the right value and a sub-gradient where errors are equal', () => {
    const random = new Random(1);
    const labels = [0, 1, 1, 0, 2, 0, 255, 1];
    const equal = pixels(
      labels.map(() => [0.5, 0, -0.5]),
      labels,
    );
    const logits = [...equal.logits];
    const { value: at, grad } = evaluate({ name: 'lovasz' }, equal);
    // All pixels alike: for each class the errors are 1 − p_c of its own pixels, then p_c of the others.
    const [sum, n] = [Math.exp(0.5) + 1 + Math.exp(-0.5), 7];
    const terms = [Math.exp(0.5) / sum, 1 / sum, Math.exp(-0.5) / sum].map((p, c) => {
      const share = labels.filter((y) => y === c).length / n;
      // Errors 1 − p first: weights sum to 1 there; p first: to 1 − share, then share.
      return p < 0.5 ? 1 - p : p * (1 - share) + (1 - p) * share;
    });
    expectClose(at, (terms[0] + terms[1] + terms[2]) / 3);
    for (let trial = 0; trial < 20; trial++) {
      const step = logits.map(() => random.normal(0, 2 ** -10));
      const moved = { ...equal, logits: logits.map((z, i) => z + step[i]) };
      const predicted = step.reduce((total, d, i) => total + d * grad[i], 0);
      // A convex function of the errors lies above its tangents; the errors themselves bend by some 1e-6 here.
      expect(value({ name: 'lovasz' }, moved) - at).toBeGreaterThan(predicted - 2e-6);
    }
  });
});

describe('region losses', () => {
  const configs = [
    { name: 'dice', over: 'image' },
    { name: 'jaccard' },
    { name: 'tversky', alpha: 0.5 },
    { name: 'lovasz' },
  ] as const;

  it.each(configs)('%j can be named in a run, and has no loss of a single pixel', (config) => {
    expect(parseConfig({ loss: config }).loss).toEqual(config);
    tf.tidy(() => {
      const logits = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
      const labels = tf.zeros<tf.Rank.R3>([1, 2, 2], 'int32');
      expect(() => pixelwiseLoss(config)(logits, labels)).toThrow(
        `${config.name} loss is one number of the whole batch`,
      );
    });
  });

  it('have labels', () => {
    expect(configs.map((config) => lossLabel(config))).toEqual([
      'Dice, over image',
      'Jaccard',
      'Tversky, α = 0.5',
      'Lovász',
    ]);
  });
});
