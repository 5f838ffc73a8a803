/** Losses made of losses: values, labels, where errors stand, and what a run sets inside them. */
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss, pixelwiseLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { lossLabel } from '../../lib/losses/lossLabels';
import { averagesByMask, drawsNoise, isPerPixel, lossAtEpoch } from '../../lib/losses/traits';
import { lossFamily } from '../../lib/results/keys';
import { withoutOptions } from '../../lib/results/names';
import { parseConfig } from '../../lib/runs/config';
import { parseSweep } from '../../lib/sweeps/plan';
import { countedConfig, lossConfigAt } from '../../lib/training/runLoss';
import { expectClose } from '../support/closeness';
import { evaluate } from './support';
import type { TestBatch } from './support';

const batch: TestBatch = {
  shape: [1, 1, 4, 3],
  logits: [1.5, -0.25, 0.5, 0, 2, -1, 0.75, 0.5, -2, 3, 1, 1],
  labels: [0, 2, 255, 1],
};
const pat = { name: 'pat' } as const;
const ldam = { name: 'ldam' } as const;
const sum: LossConfig = {
  name: 'sum',
  terms: [{ loss: pat }, { weight: 0.5, loss: { name: 'focal', gamma: 5 } }],
};
const stages: LossConfig = {
  name: 'stages',
  stages: [{ loss: ldam, epochs: 30 }, { loss: { name: 'ldam', beta: 0.9999 } }],
};
const config = (loss: object) => loss as LossConfig;

describe('sum', () => {
  it('is the weighted sum of values and gradients, void pixels taken out once for all', () => {
    const parts = [evaluate(pat, batch), evaluate({ name: 'focal', gamma: 5 }, batch)];
    const { value, grad } = evaluate(sum, batch);
    expectClose(value, parts[0].value + 0.5 * parts[1].value, { relative: 1e-6 });
    expectClose(
      grad,
      parts[0].grad.map((g, i) => g + 0.5 * parts[1].grad[i]),
      { absolute: 1e-6 },
    );
    const moved = { ...batch, labels: batch.labels.map((y) => (y === 255 ? 7 : y)) };
    expect(evaluate({ ...sum, ignoreIndex: 7 }, moved).value).toBe(value);
  });

  it('of one loss is that loss, its noise too; a second that draws has noise of its own', () => {
    tf.tidy(() => {
      const logits = tf.tensor4d([...batch.logits], batch.shape);
      const labels = tf.tensor3d([...batch.labels], [1, 1, 4], 'int32');
      const seed = tf.tensor1d([4, 5], 'int32');
      const value = (loss: LossConfig) => createLoss(loss)(logits, labels, seed).arraySync();
      const blv = { name: 'blv' } as const;
      const alone = value(blv);
      expect(value({ name: 'sum', terms: [{ loss: blv }] })).toBe(alone);
      expect(value({ name: 'sum', terms: [{ loss: blv }, { loss: blv }] })).not.toBe(2 * alone);
    });
  });

  it('has the loss of each pixel of its terms', () => {
    tf.tidy(() => {
      const logits = tf.tensor4d([...batch.logits], batch.shape);
      const labels = tf.tensor3d([...batch.labels], [1, 1, 4], 'int32');
      const of = (loss: LossConfig) => pixelwiseLoss(loss)(logits, labels).dataSync<'float32'>();
      const [a, b] = [of(pat), of({ name: 'focal', gamma: 5 })];
      expectClose(
        of(sum),
        a.map((x, i) => x + 0.5 * b[i]),
        { relative: 1e-6 },
      );
    });
  });

  it.each([
    [{ name: 'sum' }, /createLoss \('sum'\): terms must be a list of one loss or more/],
    [{ name: 'sum', terms: [] }, /terms must be a list/],
    [{ name: 'sum', terms: [3] }, /terms\[0\] must be an object with a weight and a loss, got 3/],
    [{ name: 'sum', terms: [{ wait: 1, loss: pat }] }, /terms\[0\]: option .*got 'wait'/],
    [{ name: 'sum', terms: [{ weight: NaN, loss: pat }] }, /terms\[0\]\.weight must be a number/],
    [{ name: 'sum', terms: [{ weight: 1 }] }, /terms\[0\]\.loss must be a loss, .* got undefined/],
    [{ name: 'sum', terms: [{ loss: { name: 'patt' } }] }, /terms\[0\]\.loss\.name .*Did you mean/],
    [
      { name: 'sum', terms: [{ loss: pat }, { loss: { name: 'pat', temperature: 0 } }] },
      /createLoss: terms\[1\]\.loss \('pat'\): temperature must be a number > 0/,
    ],
    [
      {
        name: 'sum',
        terms: [{ loss: { name: 'sum', terms: [{ loss: { name: 'pat', tau: 1 } }] } }],
      },
      /terms\[0\]\.loss\.terms\[0\]\.loss \('pat'\): option must be one of .*got 'tau'/,
    ],
    [{ name: 'sum', terms: [{ loss: { name: 'pat', ignoreIndex: 0 } }] }, /got 'ignoreIndex'/],
    [{ name: 'stages', stages: [{ loss: pat }] }, /stages must be a list of two losses or more/],
    [
      { name: 'stages', stages: [{ loss: pat }, { loss: pat }] },
      /stages\[0\]\.epochs must be an integer >= 1, got undefined/,
    ],
    [
      {
        name: 'stages',
        stages: [
          { loss: pat, epochs: 1 },
          { loss: pat, epochs: 1 },
        ],
      },
      /stages\[1\]\.epochs must be absent, got 1\. The last stage lasts to the end/,
    ],
    [{ ...stages, epoch: 0 }, /epoch must be an integer >= 1, got 0/],
  ])('or stages: %j is refused', (loss, message) => {
    expect(() => createLoss(config(loss))).toThrow(message);
  });
});

describe('stages', () => {
  it('are the loss of the epoch, the first by default', () => {
    const of = (epoch?: number) =>
      evaluate(config({ ...stages, ...(epoch && { epoch }) }), batch).value;
    const [first, second] = [ldam, { name: 'ldam', beta: 0.9999 } as const].map(
      (loss) => evaluate(loss, batch).value,
    );
    expect([of(), of(30), of(31), of(1000)]).toEqual([first, first, second, second]);
    expect(lossAtEpoch(stages, 31)).toEqual({ name: 'ldam', beta: 0.9999 });
    expect(lossAtEpoch({ name: 'sum', terms: [{ loss: stages }] }, 1)).toEqual({
      name: 'sum',
      terms: [{ loss: ldam }],
    });
  });

  it('that a run never reaches are refused, and the epoch, which a run sets', () => {
    expect(() => parseConfig({ loss: stages, epochs: 30 })).toThrow(
      'experiment config: epochs must be more than the epochs of all stages but the last, got 30',
    );
    expect(parseConfig({ loss: stages, epochs: 31 }).epochs).toBe(31);
    expect(() => parseConfig({ loss: { ...stages, epoch: 2 } })).toThrow(
      'loss.epoch must be absent',
    );
  });
});

describe('ldam with weights', () => {
  it('is the weighted mean of the released code, worked out by hand', () => {
    const counts = [90, 9, 1];
    const loss = { name: 'ldam', maxMargin: 0, scale: 1, beta: 0.9, classCounts: counts } as const;
    const weights = counts.map((n) => (1 - 0.9) / (1 - 0.9 ** n));
    const kept = [0, 1, 3].map((pixel) => {
      const logits = batch.logits.slice(3 * pixel, 3 * pixel + 3);
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
      const label = batch.labels[pixel];
      return { weight: weights[label], loss: Math.log(total) - logits[label] };
    });
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    const expected = kept.reduce((sum, { weight, loss: x }) => sum + weight * x, 0) / total;
    expectClose(evaluate(loss, batch).value, expected, { relative: 1e-6 });
    expect(() => createLoss({ name: 'ldam', beta: 1 })).toThrow(/beta must be below 1/);
    expect(() => createLoss({ name: 'ldam', beta: 0.9, variant: 'authors' })).toThrow(/absent/);
  });
});

describe('a loss inside a loss', () => {
  const noisy: LossConfig = {
    name: 'sum',
    terms: [{ loss: { name: 'blv' } }, { loss: { name: 'ldam', variant: 'authors' } }],
  };

  it('is told the counts of the training set and the seed of its noise by a run', () => {
    const parsed = parseConfig({ loss: noisy, seed: 3 });
    const terms = (loss: LossConfig) => (loss as { terms?: { loss: object }[] }).terms;
    expect(terms(parsed.loss)?.[0].loss).toEqual({ name: 'blv', classCounts: 'dataset' });
    expect(terms(parsed.loss)?.[1].loss).toEqual({ name: 'ldam', variant: 'authors' });
    const placed = lossConfigAt(countedConfig(parsed, [3, 2, 1]), 255, 'step');
    expect(terms(placed)?.[0].loss).toMatchObject({ classCounts: [3, 2, 1] });
    expect(terms(placed)?.[0].loss).toHaveProperty('seed');
    expect(terms(placed)?.[1].loss).toEqual({ name: 'ldam', variant: 'authors' });
    expect(placed).toMatchObject({ validate: false, ignoreIndex: 255 });
    const refused = { name: 'sum', terms: [{ loss: { name: 'blv', noise: 1 } }] };
    expect(() => parseConfig({ loss: refused })).toThrow('loss.terms[0].loss.noise must be absent');
  });

  it('tells its traits to the whole', () => {
    expect([drawsNoise(noisy), drawsNoise(sum)]).toEqual([true, false]);
    expect([averagesByMask({ name: 'pat' }), averagesByMask(sum)]).toEqual([true, false]);
    expect(isPerPixel(sum)).toBe(true);
  });

  it('is named in labels, families and sweeps', () => {
    expect(lossLabel(sum)).toBe('PAT + 0.5·(Focal, γ = 5)');
    const difference = {
      name: 'sum',
      terms: [
        { weight: -1, loss: pat },
        { weight: -2, loss: ldam },
      ],
    };
    expect(lossLabel(difference)).toBe('−PAT − 2·LDAM');
    expect(lossLabel(stages)).toBe('LDAM until epoch 30, then LDAM, β = 0.9999');
    expect(lossLabel(withoutOptions(sum))).toBe('PAT + 0.5·Focal');
    const other = { name: 'sum', terms: [{ loss: pat }, { loss: ldam }] } as const;
    expect(lossFamily(sum)).not.toBe(lossFamily(other));
    const changed = { name: 'sum', terms: [{ loss: { ...pat, temperature: 2 } }, { loss: ldam }] };
    expect(lossFamily(changed)).toBe(lossFamily(other));
    const { runs } = parseSweep({
      name: 'mixed',
      base: { epochs: 31 },
      grid: { loss: [sum, stages, pat], seed: [0, 1] },
    });
    expect(runs.map(({ id }) => id)).toEqual([
      'sum-terms=patx0.5-focal-gamma=5/seed0',
      'sum-terms=patx0.5-focal-gamma=5/seed1',
      'stages-stages=ldam-30xldam-beta=0.9999/seed0',
      'stages-stages=ldam-30xldam-beta=0.9999/seed1',
      'pat/seed0',
      'pat/seed1',
    ]);
  });
});
