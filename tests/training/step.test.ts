import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss } from '../../lib/losses';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Adam } from '../../lib/training/adam';
import { DivergedError, trainingStep } from '../../lib/training/step';

/** One step on a batch changed by `spoil`; resolves to the error, nothing left behind. */
async function errorOf(
  spoil: (parts: { images: Float32Array; labels: Int32Array; model: tf.LayersModel }) => void,
): Promise<unknown> {
  const before = tf.memory().numTensors;
  const model = createModel({ name: 'segnet', numClasses: 3, width: 2 });
  const adam = new Adam(trainableVariables(model));
  const images = new Float32Array(32 * 32 * 3).fill(0.5).map((value, i) => value + (i % 7) / 70);
  const labels = Int32Array.from({ length: 32 * 32 }, (_, i) => (i % 5 === 4 ? 255 : i % 3));
  spoil({ images, labels, model });
  const weights = () => trainableVariables(model).map((variable) => [...variable.dataSync()]);
  const start = weights();
  const batch = {
    images: tf.tensor4d(images, [1, 32, 32, 3]),
    labels: tf.tensor3d(labels, [1, 32, 32], 'int32'),
  };
  const loss = createLoss({ name: 'crossEntropy', validate: false });
  const options = { model, adam, loss, ignoreIndex: 255, learningRate: 1e-3 };
  const error: unknown = await trainingStep(batch, options).catch((thrown: unknown) => thrown);
  if (error instanceof DivergedError) expect(weights()).toEqual(start);
  tf.dispose([batch.images, batch.labels]);
  adam.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return error;
}

describe('trainingStep', () => {
  it('gives the loss of a sound batch', async () => {
    expect(await errorOf(() => {})).toBeGreaterThan(0);
  });

  it('names images, labels or the layer whose weights are wrong, and changes no weight', async () => {
    const message = async (...args: Parameters<typeof errorOf>) =>
      ((await errorOf(...args)) as Error).message;
    expect(await message(({ images }) => (images[7] = NaN))).toContain('images must be finite');
    expect(await message(({ labels }) => (labels[9] = 3))).toContain(
      'labels must be 0 … 2 or ignoreIndex 255, got 1 others',
    );
    const spoilt = await message(({ model }) => {
      const weight = model.trainableWeights[4];
      tf.tidy(() => void weight.write(weight.read().mul(Infinity)));
      expect(weight.originalName).toMatch(/\//);
    });
    expect(spoilt).toMatch(/weights must be finite, got NaN or Infinity in .+\/.+\./);
  });
});
