import { describe, expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import { GraphPredictor } from '../../lib/engine/predictor';
import { ResidentGraph } from '../../lib/engine/residentGraph';
import { createModel, networkNames } from '../../lib/models';
import { expectClose } from '../support/closeness';

describe('GraphPredictor', () => {
  it('predicts as the model does, at any shape and after a change of weights, and leaves no tensor', () => {
    const model = createModel({ name: 'attentionUnet', numClasses: 3, width: 2 });
    const tensors = tf.memory().numTensors;
    const predictor = new GraphPredictor(model);
    const check = (size: number, side: number) =>
      tf.tidy(() => {
        const images: tf.Tensor4D = tf.randomUniform([size, side, side, 3], 0, 1, 'float32', 4);
        const got = predictor.predict(images);
        const expected = model.predict(images) as tf.Tensor4D;
        expect(got.shape).toEqual(expected.shape);
        expectClose(got.dataSync(), [...expected.dataSync()], { absolute: 1e-5 });
        return got.dataSync()[0];
      });
    const before = check(2, 32);
    for (let side = 16; side < 16 * 10; side += 16) check(1, side);
    const [kernel] = model.trainableWeights;
    tf.tidy(() => void kernel.write(kernel.read().mul(2)));
    expect(check(2, 32)).not.toBe(before);
    predictor.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  it.each(networkNames)('folds the batch normalizations of %s', (name) => {
    const model = createModel({ name, numClasses: 3, width: 2 });
    const add = vi.spyOn(ResidentGraph.prototype, 'add');
    const predictor = new GraphPredictor(model);
    tf.tidy(() => {
      // Averages and factors of a network that was trained: not 0 and 1.
      model.weights.forEach((weight, i) => {
        const { shape } = weight.read();
        if (shape.length === 1) weight.write(tf.randomUniform(shape, 0.5, 1.5, 'float32', i + 1));
      });
      const images: tf.Tensor4D = tf.randomUniform([1, 32, 32, 3], 0, 1, 'float32', 4);
      const expected = (model.predict(images) as tf.Tensor4D).dataSync();
      const scale = Math.max(...expected.map(Math.abs));
      expectClose(predictor.predict(images).dataSync(), [...expected], { absolute: 1e-5 * scale });
    });
    const ops = add.mock.calls[0][1].nodes.map(({ op }) => op);
    add.mockRestore();
    expect(ops.filter((op) => op.includes('BatchNorm'))).toEqual([]);
    expect(ops).toContain('Conv2D');
    predictor.dispose();
    model.dispose();
  });
});
