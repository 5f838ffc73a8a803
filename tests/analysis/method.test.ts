import { describe, expect, it } from 'vitest';
import { methodSteps, mostClasses } from '../../lib/analysis/method';
import type { PixelMap } from '../../lib/analysis/method';
import type { PredictedImages } from '../../lib/analysis/pixelPredictions';
import { tf } from '../../lib/backend';
import type { PatCoefficientOptions } from '../../lib/losses/pat';
import { Random } from '../../lib/random';
import { expectClose } from '../support/closeness';

const [height, width, numClasses] = [6, 8, 4];

function predictedImages(): PredictedImages {
  const random = new Random(1);
  const image = (name: string, classes: number) => ({
    name,
    height,
    width,
    image: new Uint8Array(3 * height * width),
    logits: Float32Array.from({ length: height * width * numClasses }, () => random.normal(0, 3)),
    labels: Uint8Array.from({ length: height * width }, (_, i) =>
      i % 7 === 0 ? 255 : Math.floor(classes * (i / (height * width)) ** 2),
    ),
  });
  const classNames = ['Sky', 'Road', 'Car', 'Pole'];
  const images = [image('a', 2), image('b', 4), image('c', 4)];
  return { title: 'Test', split: 'valid', classNames, ignoreIndex: 255, images };
}

const total = (map: PixelMap) => map.flat().reduce<number>((sum, value) => sum + (value ?? 0), 0);

describe('methodSteps', () => {
  const predicted = predictedImages();
  const readings: PatCoefficientOptions[] = [
    {},
    { temperature: 2.5 },
    { temperature: 0.5, sharpness: 'classes' },
    { coefficient: 'inverse', epsilon: 0.05 },
  ];

  it.each(readings)('ends in the loss that createLoss computes, for %j', async (options) => {
    const before = tf.memory().numTensors;
    const steps = await methodSteps(predicted, options);
    expect(tf.memory().numTensors).toBe(before);
    expect(steps.createdLoss).toBeGreaterThan(0);
    expectClose([steps.loss], [steps.createdLoss], { relative: 1e-5 });
    expectClose([total(steps.pixelLoss)], [steps.createdLoss], { relative: 1e-5 });
    expectClose([steps.classes.reduce((sum, { share }) => sum + share, 0)], [1], {
      relative: 1e-9,
    });
    expectClose([steps.classes.reduce((sum, one) => sum + one.crossEntropyShare, 0)], [1], {
      relative: 1e-9,
    });
  });

  it('multiplies pixel by pixel, and leaves ignored pixels out', async () => {
    const steps = await methodSteps(predicted, { imageIndex: 1, temperature: 2 });
    const { labels } = predicted.images[1];
    steps.pixelLoss.flat().forEach((loss, pixel) => {
      const at = (map: PixelMap) => map[Math.floor(pixel / width)][pixel % width];
      const maps = [steps.trueProbability, steps.crossEntropy, steps.coefficient, steps.maskWeight];
      if (labels[pixel] === 255) {
        expect([loss, ...maps.map(at)]).toEqual([null, null, null, null, null]);
        return;
      }
      const [p, crossEntropy, beta, weight] = maps.map((map) => at(map)!);
      const pixels = labels.filter((label) => label === labels[pixel]).length;
      expectClose([weight, crossEntropy, beta], [1 / pixels, -Math.log(p), 0.5 * Math.exp(1 - p)], {
        relative: 1e-5,
      });
      expect(loss).toBeCloseTo(weight * crossEntropy * beta, 10);
    });
  });

  it('shows the channels of the largest, the median and the smallest mask', async () => {
    const { classes, channels } = await methodSteps(predicted, { imageIndex: 1 });
    const sizes = classes.map(({ pixels }) => pixels);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(channels.map(({ classId }) => classId)).toEqual(
      [0, 2, 3].map((i) => classes[i].classId),
    );
    const { logits } = predicted.images[1];
    expect(channels[1].logits[2][3]).toBe(
      logits[(2 * width + 3) * numClasses + channels[1].classId],
    );
  });

  it('takes the image with the most classes unless told', async () => {
    expect(mostClasses(predicted)).toBe(1);
    expect((await methodSteps(predicted)).source.name).toBe('b');
  });

  it('refuses an image that is not there, and one without a label', async () => {
    await expect(methodSteps(predicted, { imageIndex: 3 })).rejects.toThrow(
      /imageIndex must be .* <= 2/,
    );
    const empty = { ...predicted.images[0], labels: new Uint8Array(height * width).fill(255) };
    await expect(methodSteps({ ...predicted, images: [empty] })).rejects.toThrow(/labelled pixels/);
  });
});
