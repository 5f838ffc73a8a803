import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lossCurves } from '../../lib/analysis/lossCurves';
import { patExploration } from '../../lib/analysis/patExploration';
import { tf } from '../../lib/backend';
import { explorePatFigure } from '../../lib/figures/explorePat';
import { explorePatHtml } from '../../lib/figures/explorePatPage';
import { createLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { expectClose } from '../support/closeness';

interface Settings {
  temperature: number;
  sharpness: number | 'classes';
  epsilon: number;
  numClasses: number;
}
interface Point {
  coefficient: number;
  loss: number;
  gradient: number;
}
interface SizedClass {
  size: number;
  probability: number;
}
type Shares = Record<'crossEntropy' | 'normalized' | 'exponential' | 'inverse', number[]>;
interface Formulas {
  exponentialPat: (p: number, settings: Settings) => Point;
  inversePat: (p: number, settings: Settings) => Point;
  plainCrossEntropy: (p: number) => Point;
  classShares: (classes: SizedClass[], settings: Settings) => Shares;
}

/** The functions the page evaluates. */
const formulas: Formulas = runInNewContext(
  `${readFileSync(join(__dirname, '../../lib/figures/explorePat/formulas.js'), 'utf8')}
  ({ exponentialPat, inversePat, plainCrossEntropy, classShares });`,
) as Formulas;

const probabilities = [1e-6, 1e-3, 0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999];

/** Both ends and the middle of the page's sliders. */
const settings: Settings[] = [0.1, 1, 10].flatMap((temperature) =>
  [2, 11, 200].flatMap((numClasses) =>
    ([0.1, 1, 10, 'classes'] as const).map((sharpness, i) => ({
      temperature,
      numClasses,
      sharpness: sharpness === 'classes' && numClasses > 80 ? 80 : sharpness, // float32 ends at e^88
      epsilon: [1e-4, 0.01, 0.1, 1][i],
    })),
  ),
);

let tensorsBefore = 0;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

describe('the formulas in the page', () => {
  it('are those of the kit’s losses: β, loss and gradient over the range of every slider', async () => {
    for (const setting of settings) {
      const { temperature, sharpness, epsilon, numClasses } = setting;
      const configs: LossConfig[] = [
        { name: 'crossEntropy' },
        { name: 'pat', temperature, sharpness },
        { name: 'pat', temperature, coefficient: 'inverse', epsilon },
      ];
      const { curves } = await lossCurves({
        losses: configs.map((config) => ({ label: config.name, config })),
        numClasses,
        probabilities,
      });
      const { plainCrossEntropy, exponentialPat, inversePat } = formulas;
      [plainCrossEntropy, exponentialPat, inversePat].forEach((formula, i) => {
        const points = probabilities.map((p) => formula(p, setting));
        const { loss, gradient, coefficient } = curves[i];
        const near = { relative: 2e-4, absolute: 1e-30 }; // float32 logits, divided by τ = 0.1
        expectClose(
          loss,
          points.map((point) => point.loss),
          near,
        );
        expectClose(
          gradient,
          points.map((point) => point.gradient),
          near,
        );
        if (coefficient)
          expectClose(
            coefficient,
            points.map((point) => point.coefficient),
            near,
          );
      });
    }
  });

  it('stay finite where probabilities leave float64’s range', () => {
    const setting = { temperature: 0.001, sharpness: 10, epsilon: 1e-4, numClasses: 40 };
    for (const p of [1e-9, 0.5, 1 - 1e-9]) {
      for (const formula of [formulas.exponentialPat, formulas.inversePat]) {
        expect(Object.values(formula(p, setting)).every(Number.isFinite)).toBe(true);
      }
    }
  });
});

/** Σ |∂L/∂z_y| over each class's mask, as a share of all, by automatic differentiation on an image of such masks. */
function sharesByAutodiff(config: LossConfig, masks: number[], probability: number[]): number[] {
  const labels = masks.flatMap((size, c) => new Array<number>(size).fill(c));
  const logits = labels.flatMap((label) => {
    const rest = Math.log((1 - probability[label]) / (masks.length - 1));
    return masks.map((_, c) => (c === label ? Math.log(probability[label]) : rest));
  });
  const loss = createLoss(config);
  const gradients = tf.tidy(() => {
    const z = tf.tensor4d(logits, [1, 1, labels.length, masks.length]);
    const y = tf.tensor3d(labels, [1, 1, labels.length], 'int32');
    return tf
      .grad((given) => loss(given as tf.Tensor4D, y))(z)
      .dataSync();
  });
  const sums = masks.map(() => 0);
  labels.forEach((label, i) => (sums[label] += Math.abs(gradients[i * masks.length + label])));
  const total = sums.reduce((sum, value) => sum + value, 0);
  return sums.map((value) => value / total);
}

describe('class shares', () => {
  const masks = [1000, 100, 10, 1];
  const probability = [0.9, 0.7, 0.5, 0.3];
  const setting = { temperature: 2, sharpness: 3, epsilon: 0.05, numClasses: 4 };
  const byAutodiff = (): Shares => ({
    crossEntropy: sharesByAutodiff({ name: 'crossEntropy' }, masks, probability),
    // β = 1/(2·exp(0)) for vanishing k: PAT's normalization alone.
    normalized: sharesByAutodiff({ name: 'pat', sharpness: 1e-6 }, masks, probability),
    exponential: sharesByAutodiff(
      { name: 'pat', temperature: 2, sharpness: 3 },
      masks,
      probability,
    ),
    inverse: sharesByAutodiff(
      { name: 'pat', temperature: 2, coefficient: 'inverse', epsilon: 0.05 },
      masks,
      probability,
    ),
  });

  it('of the page are those of the averaged losses on an image with such masks', () => {
    const classes = masks.map((size, i) => ({ size, probability: probability[i] }));
    const shares = formulas.classShares(classes, setting);
    for (const [name, expected] of Object.entries(byAutodiff())) {
      expectClose(shares[name as keyof Shares], expected, { relative: 1e-4 });
    }
  });

  it('of the printed figure are the same', async () => {
    const exploration = await patExploration({
      ...setting,
      imbalance: 1000,
      largestProbability: 0.9,
      smallestProbability: 0.3,
      points: 3,
    });
    for (const [name, expected] of Object.entries(byAutodiff())) {
      const shares = exploration.classes.map((each) => each[name as keyof Shares]);
      expectClose(shares, expected, { relative: 1e-4 });
    }
    expectClose(
      exploration.classes.map(({ size }) => size),
      masks.map((size) => size / 1111),
    );
  });
});

describe('explorePatFigure', () => {
  it('draws β, loss, gradient and class shares, and lists their numbers', async () => {
    const exploration = await patExploration({ points: 4, numClasses: 3, temperature: 2 });
    const { data, rows, caption } = explorePatFigure(exploration);
    expect(data).toHaveLength(3 * 4 + 1);
    expect(rows).toHaveLength(3 * 4 + 3);
    expect(rows[4]).toMatchObject({
      curve: 'PAT, exponential β, k = 1',
      coefficient: exploration.curves.curves[1].coefficient?.[0],
    });
    expect(caption).toContain('PAT at τ = 2; no data set (0 images)');
  });

  it('takes the same probability for all classes, and throws for an impossible image', async () => {
    const equal = { largestProbability: 0.5, smallestProbability: 0.5, imbalance: 1, points: 1 };
    const { classes } = await patExploration({ ...equal, numClasses: 4 });
    expectClose(
      classes.map(({ inverse }) => inverse),
      [0.25, 0.25, 0.25, 0.25],
    );
    await expect(patExploration({ imbalance: 0.5 })).rejects.toThrow(/imbalance/);
    await expect(patExploration({ largestProbability: 1 })).rejects.toThrow(/probabilities/);
  });
});

describe('explorePatHtml', () => {
  it('holds everything it needs, and starts where it is told to', () => {
    const html = explorePatHtml({ temperature: 2, sharpness: 'classes', numClasses: 5 });
    expect(html).toContain('"temperature":2,"sharpness":"classes","epsilon":0.01,"numClasses":5');
    expect(html).not.toMatch(/<script[^>]+src=|<link|@import|url\(["']?http/);
    expect(html).not.toContain('/*SCRIPT*/');
    expect(html.length).toBeLessThan(100_000);
  });

  it('throws for a value outside its slider', () => {
    expect(() => explorePatHtml({ temperature: 11 })).toThrow(/temperature/);
    expect(() => explorePatHtml({ numClasses: 2.5 })).toThrow(/numClasses/);
    expect(() => explorePatHtml({ tau: 1 } as object)).toThrow(/option/);
  });
});
