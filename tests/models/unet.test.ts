import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createModel } from '../../lib/models';

describe('createModel unet', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each([
    // Trainable parameters counted on the authors' PyTorch network of the same shape.
    { width: 16, numClasses: 3, parameters: 1942611 },
    { width: 16, numClasses: 20, parameters: 1942900 },
    { width: 32, numClasses: 12, parameters: 7763404 },
  ])('has $parameters weights at width $width', ({ width, numClasses, parameters }) => {
    const model = createModel({ name: 'unet', numClasses, width });
    const sizes = model.trainableWeights.map((weight) =>
      tf.util.sizeFromShape(weight.shape as number[]),
    );
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(parameters);
    model.dispose();
  });

  it('maps an image to logits of its own size', () => {
    const model = createModel({ name: 'unet', numClasses: 5, width: 2 });
    const logits = model.predict(tf.zeros([2, 32, 48, 3])) as tf.Tensor;
    expect(logits.shape).toEqual([2, 32, 48, 5]);
    model.dispose();
  });

  it('starts from the same weights with the same seed, 0 included, and from others with another', () => {
    const weights = (seed: number): number[] => {
      const model = createModel({ name: 'unet', numClasses: 3, width: 2, seed });
      const values = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
      model.dispose();
      return values;
    };
    expect(weights(0)).toEqual(weights(0));
    expect(weights(0)).not.toEqual(weights(1));
  });

  it('initializes kernels with the He deviation', () => {
    const model = createModel({ name: 'unet', numClasses: 3, width: 16 });
    const kernel = model.getLayer('encoder2_b_conv').getWeights()[0]; // [3,3,64,64]
    const deviation = Math.sqrt(tf.moments(kernel).variance.dataSync()[0]);
    expect(deviation / Math.sqrt(2 / (9 * 64))).toBeCloseTo(1, 1);
    model.dispose();
  });

  it('names a wrong network, option or number', () => {
    expect(() => createModel({ name: 'Unet' as 'unet', numClasses: 3 })).toThrow(
      "createModel: name must be one of unet, got 'Unet'. Did you mean 'unet'?",
    );
    const typo = { name: 'unet', numClasses: 3, widht: 4 } as const;
    expect(() => createModel(typo)).toThrow("Did you mean 'width'?");
    expect(() => createModel({ name: 'unet', numClasses: 1 })).toThrow('an integer >= 2, got 1');
  });
});
