/** The kit's own layers, each against values worked out by hand, definitions or finite differences. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { BatchNormalization } from '../../lib/models/batchNormalizationLayer';
import { BilinearUpsampling } from '../../lib/models/bilinearUpsampling';
import { convolution, imageInput, subsample } from '../../lib/models/layers';
import { Random } from '../../lib/random';
import { expectClose } from '../support/closeness';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

type Shape4D = [number, number, number, number];

function randomTensor(shape: Shape4D, seed: number): tf.Tensor4D {
  const random = new Random(seed);
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor4d(
    Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

describe('BatchNormalization', () => {
  it('normalizes by the batch in training and moves the averages: unbiased variance, a tenth', () => {
    const layer = new BatchNormalization({ name: 'norm' });
    const x = tf.tensor4d([1, 10, 3, 30, 5, 20, 7, 40], [1, 2, 2, 2]); // channels 1,3,5,7 and 10,30,20,40
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    const [a, b] = [1 / Math.sqrt(5 + 1e-5), 1 / Math.sqrt(125 + 1e-5)]; // biased variances 5, 125
    expectClose(y.dataSync(), [-3 * a, -15 * b, -a, 5 * b, a, -5 * b, 3 * a, 15 * b]);
    const [, , mean, variance] = layer.getWeights();
    expectClose(mean.dataSync(), [0.4, 2.5]);
    expectClose(variance.dataSync(), [0.9 + 0.1 * (20 / 3), 0.9 + 0.1 * (500 / 3)]);
  });

  it('uses the running averages, and leaves them, outside training', () => {
    const layer = new BatchNormalization({ name: 'norm' });
    const x = tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]);
    layer.apply(x);
    layer.setWeights([[2], [1], [3], [4]].map((values) => tf.tensor1d(values)));
    const y = layer.apply(x, { training: false }) as tf.Tensor;
    const scale = 2 / Math.sqrt(4 + 1e-5);
    expectClose(
      y.dataSync(),
      [-2, -1, 0, 3].map((d) => d * scale + 1),
      { absolute: 1e-6 },
    );
    expect(layer.getWeights().map((weight) => weight.dataSync()[0])).toEqual([2, 1, 3, 4]);
  });

  it('stays finite where the batch has one value per channel, or all equal', () => {
    const layer = new BatchNormalization({ name: 'norm' });
    const y = layer.apply(tf.fill([1, 1, 1, 2], 5), { training: true }) as tf.Tensor;
    expect([...y.dataSync()]).toEqual([0, 0]);
    expectClose(layer.getWeights()[3].dataSync(), [0.9, 0.9]);
  });

  it.each([true, false])('does ReLU itself, the same as after it (training %s)', (training) => {
    const [plain, rectified] = (['linear', 'relu'] as const).map(
      (activation) => new BatchNormalization({ name: activation, activation }),
    );
    const x = randomTensor([2, 3, 4, 3], 1);
    const outcomes = [plain, rectified].map((layer) => {
      const apply = (x: tf.Tensor) => (layer.apply(x, { training }) as tf.Tensor).relu();
      const { value, grad } = tf.valueAndGrad(apply)(x, randomTensor([2, 3, 4, 3], 2));
      const averages = layer.getWeights().slice(2);
      return [value, grad, ...averages].map((tensor) => [...tensor.dataSync()]);
    });
    outcomes[0].forEach((expected, i) => {
      expectClose(outcomes[1][i], expected, { relative: 1e-5, absolute: 1e-6 });
    });
    expect(Math.min(...outcomes[1][0])).toBe(0);
    expect(outcomes[1][1].some((gradient) => gradient !== 0)).toBe(true);
  });
});

describe('BilinearUpsampling', () => {
  it('doubles the sides and keeps the corners', () => {
    const x = tf.tensor4d([0, 3, 6, 9], [1, 2, 2, 1]);
    const y = new BilinearUpsampling({}).apply(x) as tf.Tensor;
    const expected = [0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9];
    expect(y.shape).toEqual([1, 4, 4, 1]);
    expectClose(y.dataSync(), expected, { absolute: 1e-6 });
  });

  it('spreads a single pixel', () => {
    const y = new BilinearUpsampling({}).apply(tf.fill([1, 1, 1, 1], 4)) as tf.Tensor;
    expect([...y.dataSync()]).toEqual([4, 4, 4, 4]);
  });
});

describe('subsample', () => {
  it('keeps every second row and column, so that a 1×1 convolution behind it has a stride of 2', () => {
    const x = randomTensor([2, 4, 6, 3], 1);
    const every = [0, 2].flatMap((row) => [0, 2, 4].map((column) => [row, column]));
    const [input, image] = imageInput(3, 2);
    const kept = tf.model({ inputs: input, outputs: subsample(image, 'subsample') });
    const expected = [0, 1].flatMap((b) =>
      every.flatMap(([row, column]) => [...x.slice([b, row, column, 0], [1, 1, 1, 3]).dataSync()]),
    );
    expectClose((kept.apply(x) as tf.Tensor).dataSync(), expected, { relative: 0 });
    const options = { kernelSize: 1, useBias: false };
    const output = convolution(subsample(image, 'again'), 4, 'W_x', options);
    const model = tf.model({ inputs: input, outputs: output });
    const kernel = randomTensor([1, 1, 3, 4], 2);
    model.setWeights([kernel]);
    const strided = tf.conv2d(x, kernel, 2, 'same');
    expectClose((model.apply(x) as tf.Tensor).dataSync(), strided.dataSync(), { absolute: 1e-6 });
  });
});
