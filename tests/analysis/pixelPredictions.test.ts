import { describe, expect, it } from 'vitest';
import { choosePixels, pixelPredictions, predictImages } from '../../lib/analysis/pixelPredictions';
import type { PredictedImages } from '../../lib/analysis/pixelPredictions';
import { tf } from '../../lib/backend';
import { pixelwiseLoss } from '../../lib/losses';
import { expectClose } from '../support/closeness';
import { memoryDataset } from '../support/memoryDataset';

/** One 2×4 image of three classes: five pixels of class 0, two of class 1, one ignored; z_y rises along the row. */
function predicted(): PredictedImages {
  const labels = Uint8Array.from([0, 0, 1, 0, 1, 0, 0, 255]);
  const margins = [5, 1, 2, 4, 0, 3, 2, 9];
  const logits = margins.flatMap((margin, i) =>
    [0, 1, 2].map((c) => (c === labels[i] ? margin : 0)),
  );
  const image = { name: 'a', height: 2, width: 4, image: new Uint8Array(24), labels };
  return {
    title: 'Tiny',
    split: 'train',
    classNames: ['Road', 'Pole', 'Tree'],
    ignoreIndex: 255,
    images: [{ ...image, logits: Float32Array.from(logits) }],
  };
}

const confidence = (margin: number) => Math.exp(margin) / (Math.exp(margin) + 2);

describe('choosePixels', () => {
  it('takes the quantiles of p_y in the rarest class, then in the commonest, ignored pixels aside', () => {
    const pixels = choosePixels(predicted(), { rarest: 1, commonest: 1, quantiles: [0, 0.5, 1] });
    expect(pixels.map(({ label, row, column }) => [label, row, column])).toEqual([
      [1, 1, 0], // margin 0
      [1, 0, 2], // margin 2; the middle of two rounds up
      [1, 0, 2],
      [0, 0, 1], // margin 1
      [0, 1, 1], // margin 3, the median of 1 2 3 4 5
      [0, 0, 0], // margin 5
    ]);
    expectClose(
      pixels.map((pixel) => pixel.confidence),
      [0, 2, 2, 1, 3, 5].map(confidence),
    );
    expect(pixels[4]).toMatchObject({ image: 'a', quantile: 0.5, logits: [3, 0, 0] });
  });

  it('names a class once when it is among the rarest and the commonest; absent classes do not count', () => {
    const pixels = choosePixels(predicted(), { rarest: 3, commonest: 2, quantiles: [1] });
    expect(pixels.map(({ label }) => label)).toEqual([1, 0]);
  });

  it('takes the rarest classes of other counts, such as the training split’s, where given', () => {
    const options = { rarest: 1, commonest: 1, quantiles: [1], classPixels: [3, 9, 1] };
    expect(choosePixels(predicted(), options).map(({ label }) => label)).toEqual([0, 1]);
    const two = { classPixels: [3, 9] };
    expect(() => choosePixels(predicted(), two)).toThrow(/choosePixels: classPixels must be 3 num/);
  });

  it('throws without labelled pixels and for quantiles outside 0 … 1', () => {
    const empty = predicted();
    empty.images[0].labels.fill(255);
    expect(() => choosePixels(empty)).toThrow(
      /choosePixels: predicted must be images with labelled/,
    );
    expect(() => choosePixels(predicted(), { quantiles: [1.5] })).toThrow(/quantile/);
  });
});

describe('pixelPredictions', () => {
  const pixel = {
    image: 'a',
    row: 0,
    column: 0,
    label: 1,
    quantile: 0.5,
    confidence: 0.25,
    logits: [Math.log(4), Math.log(2), Math.log(2)],
  };

  it('gives p, β, −log p and their product under y, by hand', async () => {
    const [vectors] = await pixelPredictions([pixel], { temperature: 1, sharpness: 1 });
    const p = [0.5, 0.25, 0.25];
    expectClose(vectors.probability, p);
    expectClose(
      vectors.coefficient,
      p.map((value) => Math.exp(1 - value) / 2),
    );
    expectClose(
      vectors.crossEntropy,
      p.map((value) => -Math.log(value)),
    );
    expectClose(vectors.loss, [0, (Math.exp(0.75) / 2) * Math.log(4), 0]);
  });

  it('takes p from z/τ and passes the coefficient’s options on', async () => {
    const options = { temperature: 0.5, coefficient: 'inverse', epsilon: 0.1 } as const;
    const [vectors] = await pixelPredictions([pixel], options);
    const p = [16 / 24, 4 / 24, 4 / 24];
    expectClose(vectors.probability, p);
    expectClose(
      vectors.coefficient,
      p.map((value) => 1 / (value + 0.1)),
    );
  });

  it('has the loss of the library at the true class', async () => {
    const options = { temperature: 2, sharpness: 'classes' } as const;
    const [vectors] = await pixelPredictions([pixel], options);
    const value = tf.tidy(() =>
      pixelwiseLoss({ name: 'pat', ...options })(
        tf.tensor4d(pixel.logits, [1, 1, 1, 3]),
        tf.tensor3d([1], [1, 1, 1], 'int32'),
      ).dataSync(),
    );
    expectClose(vectors.loss[1], value[0], { relative: 1e-5 });
  });

  it('keeps no tensors and throws without pixels', async () => {
    const before = tf.memory().numTensors;
    await pixelPredictions([pixel, pixel]);
    expect(tf.memory().numTensors).toBe(before);
    await expect(pixelPredictions([])).rejects.toThrow(/pixelPredictions: pixels/);
  });
});

describe('predictImages', () => {
  it('gives the logits of images spread over the split, in RGB / 255, and keeps no tensors', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [null, null, 3],
          filters: 2,
          kernelSize: 1,
          useBias: false,
        }),
      ],
    });
    model.setWeights([tf.tensor4d([1, 0, 0, 1, 0, 2], [1, 1, 3, 2])]); // logits (r, g + 2b)
    const sample = (name: string) => ({
      name,
      height: 1,
      width: 2,
      image: Uint8Array.from([255, 0, 0, 0, 51, 255]),
      labels: Uint8Array.from([0, 1]),
    });
    const dataset = memoryDataset([sample('a'), sample('b'), sample('c')], ['x', 'y']);
    const before = tf.memory().numTensors;
    const { images, title, split } = await predictImages(model, dataset, { imageCount: 2 });
    expect(tf.memory().numTensors).toBe(before);
    expect(images.map(({ name }) => name)).toEqual(['a', 'c']);
    expect([title, split]).toEqual(['In memory', 'train']);
    expectClose(images[0].logits, [1, 0, 0, 2.2], { absolute: 1e-6 });
    await expect(predictImages(model, dataset, { imageCount: 0 })).rejects.toThrow(/imageCount/);
    model.dispose();
  });
});
