/** Bias, ReLU and sigmoid in every form: values by hand, gradients by hand or by differences. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { relu, sigmoid } from '../../lib/ops/activations';
import { addBias } from '../../lib/ops/addBias';
import { expectClose } from '../support/closeness';
import { expectNoTensorsLeft, finiteDifferences, formsOf, normal } from './support';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe('addBias', () => {
  it.each(formsOf(addBias))('$form: adds per channel; the gradient of the bias sums', ({ run }) => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 3, 1, 2]);
    const bias = tf.tensor1d([10, -10]);
    const dy = tf.tensor4d([1, 10, 2, 20, 3, 30], [1, 3, 1, 2]);
    const { value, grads } = tf.valueAndGrads(run as never)([x, bias], dy);
    expect([...value.dataSync()]).toEqual([11, -8, 13, -6, 15, -4]);
    expect([...grads[0].dataSync()]).toEqual([1, 10, 2, 20, 3, 30]);
    expect([...grads[1].dataSync()]).toEqual([6, 60]);
    expectNoTensorsLeft(() => [run(x, bias), ...tf.grads(run as never)([x, bias], dy)]);
  });

  it.each(formsOf(addBias))('$form: leaves the gradient it is given', ({ run }) => {
    // x also counts for itself, so tfjs adds two gradients of it and disposes them.
    const x = tf.ones<tf.Rank.R4>([1, 2, 2, 3]);
    const dy = tf.ones([1, 2, 2, 3]);
    const f = (x: tf.Tensor) => x.add(run(x as tf.Tensor4D, tf.tensor1d([1, 2, 3])));
    expect(new Set(tf.grad(f)(x, dy).dataSync())).toEqual(new Set([2]));
    expect(dy.isDisposed).toBe(false);
  });
});

describe('relu', () => {
  it.each(formsOf(relu))('$form: max(x, 0), with gradient 0 at 0', ({ run }) => {
    const x = tf.tensor1d([-2, -0.5, 0, 0.5, 2]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5]);
    const { value, grad } = tf.valueAndGrad(run)(x, dy);
    expect([...value.dataSync()]).toEqual([0, 0, 0, 0.5, 2]);
    expect([...grad.dataSync()]).toEqual([0, 0, 0, 4, 5]);
    expectNoTensorsLeft(() => [run(x), tf.grad(run)(x, dy)]);
  });
});

describe('sigmoid', () => {
  it.each(formsOf(sigmoid))('$form: value and gradient, finite far from 0', ({ run }) => {
    const x = normal([2, 3, 5, 1], 1);
    const dy = normal([2, 3, 5, 1], 2);
    expectClose(
      run(x).dataSync(),
      [...x.dataSync()].map((v) => 1 / (1 + Math.exp(-v))),
      { relative: 1e-5 },
    );
    const expected = finiteDifferences(run, x, dy);
    expectClose(tf.grad(run)(x, dy).dataSync(), expected, { relative: 1e-2, absolute: 1e-3 });
    expectClose(run(tf.tensor1d([-1000, 0, 1000])).dataSync(), [0, 0.5, 1], { absolute: 1e-6 });
    expectNoTensorsLeft(() => [run(x), tf.grad(run)(x, dy)]);
  });
});
