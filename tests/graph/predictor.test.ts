import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { GraphPredictor } from '../../lib/graph/predictor';
import { createModel } from '../../lib/models';
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
});
