/** Every form of batch normalization against its definition, composed of tfjs's own operations. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import {
  normalizeByAveragesRelu,
  normalizeByBatch,
  normalizeByBatchRelu,
} from '../../lib/ops/batchNormalization';
import { expectClose } from '../support/closeness';
import { expectNoTensorsLeft, formsOf, normal } from './support';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

type Inputs = [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];

const EPSILON = 1e-5;
const SHAPES = [
  [2, 3, 4, 3],
  [3, 5, 7, 16],
  [1, 1, 2, 1],
];
const byBatch = [
  ...formsOf(normalizeByBatch).map((each) => ({ ...each, name: 'plain', relu: false })),
  ...formsOf(normalizeByBatchRelu).map((each) => ({ ...each, name: '+ ReLU', relu: true })),
].flatMap((each) => SHAPES.map((shape) => ({ ...each, shape })));

describe('normalizeByBatch', () => {
  it.each(byBatch)('$name, $form, $shape: value, gradients, averages', ({ run, relu, shape }) => {
    const { inputs, averages, dy } = example(shape);
    const [movingMean, movingVariance] = averages;
    const definition = (x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const y = x.sub(mean).div(variance.add(EPSILON).sqrt()).mul(gamma).add<tf.Tensor4D>(beta);
      return relu ? y.relu() : y;
    };
    const moved: number[][] = [];
    const ours = (x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) =>
      run(
        { x, gamma, beta, movingMean, movingVariance },
        {
          epsilon: EPSILON,
          momentum: 0.1,
          onAverages: (...both) => moved.push(...both.map((each) => [...each.dataSync()])),
        },
      );
    const expected = outcome(definition, inputs, dy);
    outcome(ours, inputs, dy).forEach((values, i) => expectNear(values, expected[i]));

    const { mean, variance } = tf.moments(inputs[0], [0, 1, 2]);
    const count = shape[0] * shape[1] * shape[2];
    const unbiased = variance.mul(count / (count - 1));
    expect(moved).toHaveLength(2);
    expectNear(moved[0], movingMean.mul(0.9).add(mean.mul(0.1)).dataSync());
    expectNear(moved[1], movingVariance.mul(0.9).add(unbiased.mul(0.1)).dataSync());
  });

  it.each(byBatch.slice(0, -1))('$name, $form, $shape: leaves no tensor', ({ run, shape }) => {
    const { inputs, averages, dy } = example(shape);
    const [movingMean, movingVariance] = averages;
    const options = { epsilon: EPSILON, momentum: 0.1, onAverages: () => undefined };
    const f = (x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) =>
      run({ x, gamma, beta, movingMean, movingVariance }, options);
    expectNoTensorsLeft(() => [f(...inputs), ...tf.grads(f as never)(inputs, dy)]);
  });

  it.each(formsOf(normalizeByBatch))('$form: a batch of one value has variance 0', ({ run }) => {
    const moved: number[][] = [];
    const [zero, one] = [tf.tensor1d([0]), tf.tensor1d([1])];
    const y = run(
      {
        x: tf.fill([1, 1, 1, 1], 5),
        gamma: one,
        beta: zero,
        movingMean: zero,
        movingVariance: one,
      },
      {
        epsilon: EPSILON,
        momentum: 0.1,
        onAverages: (...both) => moved.push(...both.map((each) => [...each.dataSync()])),
      },
    );
    expect([...y.dataSync()]).toEqual([0]);
    expectClose(moved.flat(), [0.5, 0.9]);
  });
});

describe('normalizeByAveragesRelu', () => {
  const cases = formsOf(normalizeByAveragesRelu).flatMap((each) =>
    SHAPES.map((shape) => ({ ...each, shape })),
  );

  it.each(cases)('$form, $shape: value and gradients', ({ run, shape }) => {
    const { inputs, averages, dy } = example(shape);
    const [movingMean, movingVariance] = averages;
    const definition = (x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) =>
      x
        .sub(movingMean)
        .div(movingVariance.add(EPSILON).sqrt())
        .mul(gamma)
        .add<tf.Tensor4D>(beta)
        .relu<tf.Tensor4D>();
    const ours = (x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) =>
      run({ x, gamma, beta, movingMean, movingVariance }, EPSILON);
    const expected = outcome(definition, inputs, dy);
    outcome(ours, inputs, dy).forEach((values, i) => expectNear(values, expected[i]));
    expectNoTensorsLeft(() => [ours(...inputs), ...tf.grads(ours as never)(inputs, dy)]);
  });
});

function example(shape: number[]) {
  const channels = [shape[3]];
  return {
    inputs: [
      normal<tf.Tensor4D>(shape, 1),
      normal<tf.Tensor1D>(channels, 2),
      normal<tf.Tensor1D>(channels, 3),
    ] as Inputs,
    averages: [
      normal<tf.Tensor1D>(channels, 4),
      normal<tf.Tensor1D>(channels, 5).square().add<tf.Tensor1D>(0.5),
    ],
    dy: normal<tf.Tensor4D>(shape, 6),
  };
}

/** The value and the gradients of the three inputs. */
function outcome(f: (...inputs: Inputs) => tf.Tensor, inputs: Inputs, dy: tf.Tensor) {
  const { value, grads } = tf.valueAndGrads(f as never)(inputs, dy);
  return [value, ...grads].map((tensor) => tensor.dataSync());
}

/** Equal up to float32 rounding of sums, relative to the largest value. */
function expectNear(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  expectClose(got, expected, { relative: 1e-5, absolute: 4e-6 * scale });
}
