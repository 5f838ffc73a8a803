import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import { createLoss, findLoss, lossNames, pixelwiseLoss } from '../lib/losses';
import { paperLosses } from '../lib/paper';
import type { LossConfig } from '../lib/losses';
import { evaluate, everyConfig, everyShape, replaced, title } from './losses/support';
import type { TestBatch } from './losses/support';
import { expectClose } from './support/closeness';

const batch: TestBatch = {
  shape: everyShape,
  logits: [
    [1.5, -0.25, 0.5, 0, 2, -1, 0.75, 0.5, -2, 3, 1, 1],
    [-1, 0.5, 0.25, 2, 2, -0.5, 0, -3, 1, 0.5, 1.5, -1],
  ].flat(),
  labels: [0, 2, 255, 0, 1, 0, 2, 255],
};
const tensors = () => ({
  logits: tf.tensor4d([...batch.logits], batch.shape),
  labels: tf.tensor3d([...batch.labels], [2, 1, 4], 'int32'),
});
const stopsGradient = (config: LossConfig) =>
  findLoss(config.name)?.stopsGradient?.(config) ?? false;
const configure = (config: object) => () => createLoss(config as LossConfig);

describe('createLoss', () => {
  it('knows the eight of the paper first, in the order of its tables', () => {
    expect(paperLosses).toHaveLength(8);
    expect(lossNames.slice(0, 8)).toEqual(paperLosses);
  });

  it.each([
    [{ name: 'focall' }, /createLoss: name must be one of .*'focall'\. Did you mean 'focal'\?/],
    [{}, /name must be one of .*undefined/],
    [{ name: 'pat', tau: 2 }, /option must be one of temperature.*'tau'/],
    [{ name: 'crossEntropy', gamma: 2 }, /option must be one of labelSmoothing, got 'gamma'/],
    [{ name: 'focal', classCounts: 'batch' }, /option must be one of gamma, variant/],
    [{ name: 'crossEntropy', variant: 'authors' }, /option must be one of labelSmoothing/],
    [
      { name: 'crossEntropy', labelSmoothing: 1.5 },
      /labelSmoothing must be a number >= 0 and <= 1/,
    ],
    [{ name: 'focal', gamma: -1 }, /gamma must be a number >= 0, got -1/],
    [{ name: 'classBalanced', beta: 1 }, /beta must be below 1/],
    [{ name: 'classBalanced', normalize: 'all' }, /normalize must be one of present/],
    [{ name: 'classBalanced', variant: 'authors', beta: 0.9 }, /beta must be absent/],
    [{ name: 'classBalancedFocal', gamma: NaN }, /gamma must be a number >= 0, got NaN/],
    [{ name: 'balancedSoftmax', classCounts: [] }, /classCounts must be 'batch' or an array/],
    [{ name: 'balancedSoftmax', classCounts: [1, -1] }, /classCounts\[1\] must be/],
    [
      { name: 'ldam', classCounts: 'dataset' },
      /createLoss \('ldam'\): classCounts must be .* got 'dataset'\. .*give the pixels of each class/,
    ],
    [{ name: 'focal', variant: 'code' }, /variant must be one of paper, authors/],
    [{ name: 'balancedSoftmax', variant: 'code' }, /variant must be one of paper, authors/],
    [{ name: 'ldam', scale: 0 }, /scale must be a number > 0/],
    [{ name: 'ldam', maxMargin: -0.5 }, /maxMargin must be a number >= 0/],
    [{ name: 'blv', sigma: 0 }, /sigma must be a number > 0/],
    [{ name: 'blv', distribution: 'normal' }, /distribution must be one of gaussian/],
    [{ name: 'blv', seed: 0.5 }, /seed must be an integer/],
    [{ name: 'blv', noise: [1, 2] }, /noise must be a float32 tensor/],
    [{ name: 'pat', temperature: 0 }, /temperature must be a number > 0/],
    [{ name: 'pat', sharpness: 'C' }, /sharpness must be a number > 0/],
    [{ name: 'pat', coefficient: 'inverse', epsilon: 0 }, /epsilon must be a number > 0/],
    [{ name: 'pat', normalizer: 'image' }, /normalizer must be one of mask, pixels/],
    [{ name: 'pat', variant: 'authors', normalizer: 'mask' }, /normalizer must be absent/],
    [{ name: 'pat', stopGradient: 1 }, /stopGradient must be true or false/],
    [{ name: 'balancedSoftmax', strength: -1 }, /strength must be a number >= 0/],
    [{ name: 'balancedSoftmax', strength: 2, variant: 'authors' }, /strength must be 1 or absent/],
    [{ name: 'seesaw', mitigation: -1 }, /mitigation must be a number >= 0/],
    [{ name: 'seesaw', compensation: NaN }, /compensation must be a number >= 0/],
    [{ name: 'seesaw', classCounts: 'dataset' }, /classCounts must be .* got 'dataset'/],
    [
      { name: 'dice', over: 'pixel' },
      /createLoss \('dice'\): over must be one of batch, image, class/,
    ],
    [{ name: 'jaccard', smooth: -1 }, /smooth must be a number >= 0/],
    [{ name: 'jaccard', alpha: 1 }, /option must be one of over, smooth, got 'alpha'/],
    [{ name: 'tversky', alpha: -1 }, /alpha must be a number >= 0/],
    [{ name: 'tversky', beta: '1' }, /beta must be a number >= 0/],
    [{ name: 'lovasz', over: 'class' }, /over must be one of batch, image/],
    [{ name: 'pat', ignoreIndex: 0.5 }, /ignoreIndex must be an integer/],
    [{ name: 'pat', validate: 'no' }, /validate must be true or false/],
  ])('refuses %j', (config, message) => {
    expect(configure(config)).toThrow(message);
  });
});

describe('a loss called with', () => {
  const loss = createLoss({ name: 'pat' });
  const call = (logits: tf.Tensor, labels: tf.Tensor) => () =>
    tf.tidy(() => void loss(logits as tf.Tensor4D, labels as tf.Tensor3D));

  it('float labels, one-hot labels, int logits or unequal shapes says what to do', () => {
    tf.tidy(() => {
      const { logits, labels } = tensors();
      expect(call(logits, labels.toFloat())).toThrow(/pat loss: labels must be int32.*toInt/);
      expect(call(logits, tf.zeros(batch.shape, 'int32'))).toThrow(/one-hot labels: use .argMax/);
      expect(call(logits.toInt(), labels)).toThrow(/logits must be float32.*int32 of shape/);
      expect(call(logits.reshape([8, 3]), labels)).toThrow(/logits must be float32 of shape/);
      const wide = labels.reshape([2, 4, 1]);
      expect(call(logits, wide)).toThrow(/labels shape must be \[2,1,4\], got \[2,4,1\]/);
      expect(call(logits.slice(0, [2, 1, 4, 1]), labels)).toThrow(/number of classes.*>= 2, got 1/);
      expect(call(tf.zeros([0, 1, 4, 3]), tf.zeros([0, 1, 4], 'int32'))).toThrow(/with pixels/);
    });
  });

  it.each([
    [3, 'labels[1,0,1] must be a class id 0 … 2 or ignoreIndex 255, got 3'],
    [-1, 'labels[1,0,1] must be a class id 0 … 2 or ignoreIndex 255, got -1'],
    [254, 'labels[1,0,1] must be a class id 0 … 2 or ignoreIndex 255, got 254'],
  ])('a label of %d names it and its place', (label, message) => {
    expect(() =>
      evaluate({ name: 'pat' }, { ...batch, labels: replaced(batch.labels, 5, label) }),
    ).toThrow(message);
  });

  it.each([NaN, Infinity, -Infinity])('a logit of %d names it and its place', (logit) => {
    for (const at of [15, 16]) {
      const logits = replaced(batch.logits, at, logit); // pixel 1,0,1 has label 0: another and the true class
      expect(() => evaluate({ name: 'crossEntropy' }, { ...batch, logits })).toThrow(
        `logits[1,0,1,${at - 15}] must be finite, got ${logit}. The network has diverged`,
      );
    }
  });

  it('class counts or noise of another size names the sizes', () => {
    const counts: LossConfig = { name: 'ldam', classCounts: [1, 2] };
    expect(() => evaluate(counts, batch)).toThrow(/array of 3 counts.*2 counts/);
    const noise = tf.zeros([2, 1, 4, 2]);
    expect(() => evaluate({ name: 'blv', noise }, batch)).toThrow(
      /noise shape must be \[2,1,4,3\]/,
    );
    noise.dispose();
  });

  it('bad values and validate: false reads nothing back', () => {
    const logits = replaced(batch.logits, 15, NaN);
    expect(evaluate({ name: 'pat', validate: false }, { ...batch, logits }).value).toBeNaN();
  });
});

describe.each(everyConfig.map((config) => [title(config), config] as const))('%s', (_, config) => {
  it('leaves ignored pixels without influence and with a gradient of exactly 0', () => {
    const plain = evaluate(config, batch);
    for (const wild of [NaN, Infinity, -1e30]) {
      const logits = batch.logits.map((z, i) =>
        batch.labels[Math.floor(i / 3)] === 255 ? wild : z,
      );
      const { value, grad } = evaluate(config, { ...batch, logits });
      expect(value).toBe(plain.value);
      expectClose(grad, plain.grad, { relative: 0 });
      for (const i of [6, 7, 8, 21, 22, 23]) expect(Math.abs(grad[i])).toBe(0);
    }
  });

  it.each([-1, 0, 2, 1000])('takes %d for ignoreIndex', (ignoreIndex) => {
    const kept = batch.labels.map((y) => (y === ignoreIndex ? 255 : y));
    const renamed = kept.map((y) => (y === 255 ? ignoreIndex : y));
    const expected = evaluate(config, { ...batch, labels: kept });
    const { value, grad } = evaluate({ ...config, ignoreIndex }, { ...batch, labels: renamed });
    expect(value).toBe(expected.value);
    expectClose(grad, expected.grad, { relative: 0 });
  });

  it('is 0 with gradient 0 when every pixel is ignored', () => {
    const { value, grad } = evaluate(config, { ...batch, labels: batch.labels.map(() => 255) });
    expect(value).toBe(0);
    expectClose(grad, new Float32Array(24), { relative: 0 });
  });

  it('does not depend on the order of the pixels of an image, nor of the images', () => {
    const order = [7, 5, 6, 4, 2, 0, 3, 1];
    const moved = {
      ...batch,
      logits: order.flatMap((pixel) => batch.logits.slice(3 * pixel, 3 * pixel + 3)),
      labels: order.map((pixel) => batch.labels[pixel]),
    };
    expectClose(evaluate(config, moved).value, evaluate(config, batch).value);
  });

  // Gradients that stop somewhere are checked by hand and against PyTorch.
  it.skipIf(stopsGradient(config))('agrees with the gradient of its finite differences', () => {
    const { grad } = evaluate(config, batch);
    const step = 2 ** -7;
    const scale = Math.max(...grad.map(Math.abs));
    const differences = batch.logits.map((z, i) => {
      const at = (x: number) =>
        evaluate(config, { ...batch, logits: replaced(batch.logits, i, x) }).value;
      return (at(z + step) - at(z - step)) / (2 * step);
    });
    expectClose(grad, differences, { relative: 1e-3, absolute: 2e-3 * scale });
  });

  it('gives finite values and gradients for logits up to 1e4', () => {
    for (const size of [60, 1e4]) {
      const logits = batch.logits.map((z) => Math.sign(z) * size);
      const { value, grad } = evaluate(config, { ...batch, logits });
      expectClose(value, value);
      expectClose(grad, grad);
    }
  });

  it('keeps the number of tensors, within tf.tidy and without', () => {
    const { logits, labels } = tensors();
    const loss = createLoss(config);
    const before = tf.memory().numTensors;
    loss(logits, labels).dispose();
    const { value, grad } = tf.valueAndGrad((z) => loss(z as tf.Tensor4D, labels))(logits);
    tf.dispose([value, grad]);
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => void loss(logits, labels));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([logits, labels]);
  });
});

describe('pixelwiseLoss', () => {
  it('is 0 at ignored pixels and averages to the loss', () => {
    tf.tidy(() => {
      const { logits, labels } = tensors();
      const values = pixelwiseLoss({ name: 'focal' })(logits, labels);
      expect(values.shape).toEqual([2, 1, 4]);
      const array = values.dataSync<'float32'>();
      expect([array[2], array[7]]).toEqual([0, 0]);
      const mean = array.reduce((sum, x) => sum + x, 0) / 6;
      expectClose(mean, evaluate({ name: 'focal' }, batch).value);
    });
  });

  it('has the gradient of each pixel', () => {
    tf.tidy(() => {
      const { logits, labels } = tensors();
      const weights = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 4]);
      const pixelwise = pixelwiseLoss({ name: 'crossEntropy' });
      const weighted = tf.grad((z) =>
        pixelwise(z as tf.Tensor4D, labels)
          .mul(weights)
          .sum(),
      );
      const uniform = tf.grad((z) => pixelwise(z as tf.Tensor4D, labels).sum());
      const expected = uniform(logits).mul(weights.expandDims(3));
      expectClose(weighted(logits).dataSync(), expected.dataSync(), { relative: 1e-6 });
    });
  });

  it('refuses what createLoss refuses, under its own name', () => {
    expect(() => pixelwiseLoss({ name: 'focal', gamma: -1 })).toThrow(/pixelwiseLoss \('focal'\)/);
  });
});

describe('in training', () => {
  it('a variable follows its gradient downhill, and no tensor stays behind', () => {
    const { logits: start, labels } = tensors();
    const logits = tf.variable(start);
    const loss = createLoss({ name: 'pat' });
    const optimizer = tf.train.sgd(0.5);
    const step = () => {
      const value = optimizer.minimize(() => loss(logits, labels), true);
      const number = value?.dataSync()[0] ?? NaN;
      value?.dispose();
      return number;
    };
    const first = step();
    const before = tf.memory().numTensors;
    let last = first;
    for (let i = 0; i < 20; i++) last = step();
    expect(last).toBeLessThan(first / 2);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([start, logits, labels]);
    optimizer.dispose();
  });

  it('a logit shift that is equal for all classes changes nothing (softmax invariance)', () => {
    const shifts = fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(shifts, (shift) => {
        const logits = batch.logits.map((z, i) => z + shift[Math.floor(i / 3)]);
        const { value, grad } = evaluate({ name: 'crossEntropy' }, { ...batch, logits });
        const plain = evaluate({ name: 'crossEntropy' }, batch);
        expectClose(value, plain.value, { relative: 1e-6 });
        expectClose(grad, plain.grad, { absolute: 1e-7 });
      }),
      { numRuns: 30 },
    );
  });

  it('the portable backend gives the same numbers', async () => {
    const native = everyConfig.map((config) => evaluate(config, batch));
    await tf.setBackend('cpu');
    try {
      everyConfig.forEach((config, i) => {
        const { value, grad } = evaluate(config, batch);
        expectClose(value, native[i].value, { relative: 1e-6 });
        expectClose(grad, native[i].grad, { absolute: 1e-6 });
      });
    } finally {
      await tf.setBackend('tensorflow');
    }
  });
});
