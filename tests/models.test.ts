import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import { createModel, networkNames, parameterCount, sizeMultiple } from '../lib/models';
import { trainableVariables } from '../lib/models/layers';

const VARIANTS = ['paper', 'authors'] as const;
const all = networkNames.flatMap((name) => VARIANTS.map((variant) => ({ name, variant })));

describe('createModel', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(all)('$name ($variant) maps an image to logits of its own size', (config) => {
    const model = createModel({ ...config, numClasses: 5, width: 2, inputChannels: 4 });
    for (const [height, width] of [
      [16, 32],
      [48, 16],
    ]) {
      const logits = model.predict(tf.ones([2, height, width, 4])) as tf.Tensor;
      expect(logits.shape).toEqual([2, height, width, 5]);
      expect(logits.isNaN().any().dataSync()[0]).toBe(0);
    }
    model.dispose();
  });

  it('segnet (paper) takes any size, in training too', () => {
    const model = createModel({ name: 'segnet', numClasses: 3, width: 2 });
    for (const [height, width] of [
      [45, 31],
      [1, 1],
      [97, 2],
    ]) {
      const images = tf.ones([1, height, width, 3]);
      const value = tf.variableGrads(
        () => (model.apply(images, { training: true }) as tf.Tensor).square().mean(),
        trainableVariables(model),
      ).value;
      expect(Number.isFinite(value.dataSync()[0])).toBe(true);
      expect((model.predict(images) as tf.Tensor).shape).toEqual([1, height, width, 3]);
    }
    model.dispose();
  });

  it.each(all.filter(({ name, variant }) => sizeMultiple(name, variant) > 1))(
    '$name ($variant) names the nearest sizes it can take',
    (config) => {
      const model = createModel({ ...config, numClasses: 3, width: 2 });
      expect(() => model.predict(tf.ones([1, 40, 64, 3]))).toThrow(
        'createModel: image size must be a height and a width that are multiples of 16, got 40×64. ' +
          'The nearest are height 32 or 48 and width 64.',
      );
      expect(() => model.predict(tf.ones([1, 5, 17, 3]))).toThrow('height 16 and width 16 or 32.');
      model.dispose();
    },
  );

  it.each(all)('$name ($variant) starts from its seed, 0 included', (config) => {
    const weights = (seed?: number): number[] => {
      const model = createModel({ ...config, numClasses: 3, width: 2, seed });
      const values = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
      model.dispose();
      return values;
    };
    const zero = weights(0);
    expect(zero.every(Number.isFinite)).toBe(true);
    expect(weights()).toEqual(zero);
    expect(weights(0)).toEqual(zero);
    expect(weights(1)).not.toEqual(zero);
    expect(weights(-1)).not.toEqual(zero);
  });

  it('initializes kernels with the He deviation, biases with 0, and no two layers alike', () => {
    const model = createModel({ name: 'unet', numClasses: 3, width: 16 });
    for (const [layer, fanIn] of [
      ['encoder.3.maxpool_conv.1.double_conv.3', 9 * 128],
      ['decoder.0.up', 256],
    ] as const) {
      const kernel = model.getLayer(layer).getWeights()[0];
      const deviation = Math.sqrt(tf.moments(kernel).variance.dataSync()[0]);
      expect(deviation / Math.sqrt(2 / fanIn)).toBeCloseTo(1, 1);
    }
    expect(model.getLayer('decoder.0.up').getWeights()[1].abs().max().dataSync()[0]).toBe(0);
    const firsts = model.trainableWeights
      .filter((weight) => weight.originalName.endsWith('/kernel'))
      .map((weight) => weight.read().dataSync()[0]);
    expect(new Set(firsts).size).toBe(firsts.length);
    model.dispose();
  });

  // Sizes printed in Table 3 of Zhou et al. (2018), without batch norm: there, γ and β are one bias.
  it.each([
    ['unet', 7.76],
    ['nestedUnet', 9.04],
  ] as const)('%s (paper) has the %f million parameters of the paper', (name, millions) => {
    const model = createModel({ name, numClasses: 2 });
    const gammas = model.trainableWeights.filter((w) => w.originalName.endsWith('/gamma'));
    const surplus = gammas.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
    expect((parameterCount(model) - surplus) / 1e6).toBeCloseTo(millions, 2);
    model.dispose();
  });

  it.each([
    // VGG-16's 13 convolutions and their mirror (9·C²), batch norm 2·C, classifier 9·2·3 + 3; counted by hand below.
    ['segnet', 2 * (27 * 2 + vggWeights(2)) - 27 * 2 + (9 * 2 * 3 + 3)],
  ] as const)('%s (paper) has %i parameters at width 2 with 3 classes', (name, count) => {
    const model = createModel({ name, numClasses: 3, width: 2 });
    const normalization = model.trainableWeights.filter((w) => /gamma|beta$/.test(w.originalName));
    const surplus = normalization.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
    expect(parameterCount(model) - surplus).toBe(count);
    model.dispose();
  });

  it.each(all)('$name ($variant) keeps the tensor count over train steps', (config) => {
    const model = createModel({ ...config, numClasses: 3, width: 2 });
    const optimizer = tf.train.sgd(1e-3);
    const images = tf.randomNormal([2, 16, 32, 3], 0, 1, 'float32', 7);
    const step = () => {
      const loss = () => (model.apply(images, { training: true }) as tf.Tensor).square().mean();
      optimizer.minimize(loss as () => tf.Scalar, false, trainableVariables(model));
      tf.dispose(model.predict(images));
    };
    step();
    const before = tf.memory();
    for (let i = 0; i < 5; i++) step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    model.dispose();
    optimizer.dispose();
  });

  it.each(all)('$name ($variant) frees everything', (config) => {
    const before = tf.memory().numTensors;
    createModel({ ...config, numClasses: 3, width: 1 }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has a summary, and a topology that can be read back', async () => {
    const model = createModel({ name: 'segnet', numClasses: 3, width: 2 });
    const lines: string[] = [];
    model.summary(100, undefined, (line: string) => lines.push(line));
    expect(lines.join('\n')).toContain(`Trainable params: ${parameterCount(model)}`);
    const topology = model.toJSON(null, false) as tf.serialization.ConfigDict;
    const copy = await tf.models.modelFromJSON({ modelTopology: topology });
    copy.setWeights(model.getWeights());
    const images = tf.ones([1, 20, 20, 3]);
    const [a, b] = [model, copy].map((m) => (m.predict(images) as tf.Tensor).dataSync());
    expect(a).toEqual(b);
    model.dispose();
    copy.dispose();
  });

  it('names a wrong network, option or number', () => {
    expect(() => createModel({ name: 'Unet', numClasses: 3 })).toThrow(
      `createModel: name must be one of ${networkNames.join(', ')}, got 'Unet'. Did you mean 'unet'?`,
    );
    const typo = { name: 'unet', numClasses: 3, widht: 4 } as const;
    expect(() => createModel(typo)).toThrow("Did you mean 'width'?");
    const wrong = (option: object) => () =>
      createModel({ name: 'segnet', numClasses: 2, ...option });
    expect(wrong({ numClasses: 1 })).toThrow('an integer >= 2, got 1');
    expect(wrong({ width: 0 })).toThrow('width must be an integer >= 1, got 0');
    expect(wrong({ seed: 0.5 })).toThrow('seed must be an integer');
    expect(wrong({ variant: 'author' })).toThrow("Did you mean 'authors'?");
  });
});

/** Weights of the 3×3 convolutions after the first one, of VGG-16's stages at `width`, without biases. */
function vggWeights(width: number): number {
  const multiples = [1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8].map((m) => m * width);
  return multiples.slice(1).reduce((sum, out, i) => sum + 9 * multiples[i] * out, 0);
}
