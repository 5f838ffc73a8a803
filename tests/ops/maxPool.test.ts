/** Every form of max pooling and unpooling: ties, odd sides, gradients. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { comparedRoute, maxPool, maxUnpool } from '../../lib/ops/maxPool';
import { expectClose } from '../support/closeness';
import { expectNoTensorsLeft, finiteDifferences, formsOf, normal } from './support';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** Windows: a maximum at each of the four places; all zero; a tie of the 2nd and 3rd place. */
const TIES = [
  [9, 1, 1, 9, 0, 0],
  [1, 1, 1, 1, 0, 0],
  [1, 1, 1, 1, 0, 7],
  [9, 1, 1, 9, 7, 0],
];
const SHAPES = [
  [2, 4, 6, 3],
  [2, 5, 7, 3],
  [1, 1, 3, 2],
  [1, 1, 1, 16],
];
const pooledShape = ([batch, height, width, channels]: number[]) => [
  batch,
  Math.ceil(height / 2),
  Math.ceil(width / 2),
  channels,
];
const withShapes = <T>(forms: T[]) =>
  forms.flatMap((each) => SHAPES.map((s) => ({ ...each, shape: s })));

describe('maxPool', () => {
  const forms = formsOf(maxPool);

  it.each(forms)('$form: maxima; among equal values the first one has the gradient', ({ run }) => {
    const x = tf.tensor4d(TIES.flat(), [1, 4, 6, 1]);
    const dy = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
    const { value, grad } = tf.valueAndGrad(run as (x: tf.Tensor) => tf.Tensor)(x, dy);
    expect([...value.dataSync()]).toEqual([9, 9, 0, 9, 9, 7]);
    expect(grad.reshape([4, 6]).arraySync()).toEqual([
      [1, 0, 0, 2, 3, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 6],
      [4, 0, 0, 5, 0, 0],
    ]);
  });

  it.each(withShapes(forms))('$form: gradient by differences, at $shape', ({ run, shape }) => {
    // Distinct values, 1/4 apart: a step of 1/100 changes no maximum.
    const size = tf.util.sizeFromShape(shape);
    const order = Array.from({ length: size }, (_, i) => ((i * 37) % size) / 4);
    const x = tf.tensor(order, shape);
    const f = run as unknown as (x: tf.Tensor) => tf.Tensor;
    const weighting = normal(pooledShape(shape), 1);
    const expected = finiteDifferences(f, x, weighting);
    const gradient = tf.grad(f)(x, weighting).dataSync();
    expectClose(gradient, expected, { relative: 1e-2, absolute: 2e-2 });
    expectNoTensorsLeft(() => [f(x), tf.grad(f)(x, weighting)]);
  });

  it('is the same in each form for widths of channels that oneDNN treats differently', () => {
    for (const channels of [1, 2, 3, 8, 16, 20, 64]) {
      const x = normal<tf.Tensor4D>([2, 7, 6, channels], channels).relu<tf.Tensor4D>();
      const dy = normal(pooledShape(x.shape), 2);
      const [native, portable] = forms.map(({ run }) => {
        const { value, grad } = tf.valueAndGrad(run as never)(x, dy);
        return [[...value.dataSync()], [...grad.dataSync()]];
      });
      expect(native).toEqual(portable);
    }
  });
});

describe('maxUnpool', () => {
  const forms = formsOf(maxUnpool);
  const pool = (features: tf.Tensor4D) => tf.maxPool(features, 2, 2, 'same');

  it.each(forms)(
    '$form: places values at the maxima, among equal values at the first',
    ({ run }) => {
      const features = tf.tensor4d(TIES.flat(), [1, 4, 6, 1]);
      const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
      expect(run(x, features, pool(features)).reshape([4, 6]).arraySync()).toEqual([
        [1, 0, 0, 2, 3, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 6],
        [4, 0, 0, 5, 0, 0],
      ]);
    },
  );

  it('is the same from comparisons alone, which WebGL needs', () => {
    for (const shape of [
      [2, 4, 6, 3],
      [1, 5, 3, 16],
      [1, 1, 1, 2],
    ]) {
      const features = normal<tf.Tensor4D>(shape, 3).relu<tf.Tensor4D>(); // many zeros side by side
      const pooled = pool(features);
      const x = normal<tf.Tensor4D>(pooled.shape, 4);
      const expected = maxUnpool.definition.portable(x, features, pooled);
      const got = comparedRoute(features, pooled)(x);
      expect(got.shape).toEqual(expected.shape);
      expectClose(got.dataSync(), expected.dataSync(), { relative: 0 });
      expectNoTensorsLeft(() => [comparedRoute(features, pooled)(x)]);
    }
  });

  it.each(withShapes(forms))('$form: gathers at the maxima, at $shape', ({ run, shape }) => {
    const features = normal<tf.Tensor4D>(shape, 3).relu<tf.Tensor4D>();
    const pooled = pool(features);
    const f = (x: tf.Tensor) => run(x as tf.Tensor4D, features, pooled);
    const x = normal(pooled.shape, 4);
    const weighting = normal(shape, 5);
    const gradient = tf.grad(f)(x, weighting).dataSync();
    // Linear in x: a step of 1 has no error but rounding.
    const expected = finiteDifferences(f, x, weighting, 1);
    expectClose(gradient, expected, { relative: 1e-5, absolute: 1e-5 });
    expectNoTensorsLeft(() => [f(x), tf.grad(f)(x, weighting)]);
  });

  it.each(forms)('$form: no gradient for the features that only give the positions', ({ run }) => {
    const features = normal<tf.Tensor4D>([1, 4, 4, 2], 6);
    const x = normal<tf.Tensor4D>([1, 2, 2, 2], 7);
    const f = (f: tf.Tensor) =>
      run(x, f as tf.Tensor4D, pool(f as tf.Tensor4D))
        .sum()
        .add(f.sum());
    expect(new Set(tf.grad(f)(features).dataSync())).toEqual(new Set([1]));
  });
});
