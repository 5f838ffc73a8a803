import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss } from '../../lib/losses';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Adam } from '../../lib/engine/adam';
import { DivergedError, trainingStep } from '../../lib/engine/trainingStep';

/** One step on a batch changed by `spoil`; resolves to the result or the error, nothing left behind. */
async function outcomeOf(
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
  const outcome: unknown = await trainingStep(batch, options).catch((thrown: unknown) => thrown);
  if (outcome instanceof DivergedError) expect(weights()).toEqual(start);
  tf.dispose([batch.images, batch.labels]);
  adam.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return outcome;
}

const zeroLabels = () => tf.zeros<tf.Rank.R3>([1, 2, 2], 'int32');

describe('trainingStep', () => {
  it('gives the loss of a sound batch and the norm of its gradient', async () => {
    // The first step of a linear layer under mean squares: with w = 2, x = 3 everywhere, ∂/∂w (w·x)² = 2·w·x² = 36.
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: 1,
          kernelSize: 1,
          inputShape: [2, 2, 1],
          kernelInitializer: tf.initializers.constant({ value: 2 }),
          biasInitializer: tf.initializers.constant({ value: 0 }),
        }),
      ],
    });
    const adam = new Adam(trainableVariables(model));
    const batch = { images: tf.fill<tf.Rank.R4>([1, 2, 2, 1], 3), labels: zeroLabels() };
    const loss = (logits: tf.Tensor4D) => logits.square().mean<tf.Scalar>();
    const options = { model, adam, loss, ignoreIndex: 255, learningRate: 1e-3 };
    const { loss: value, gradientNorm } = await trainingStep(batch, options);
    expect(value).toBeCloseTo(36, 5);
    expect(gradientNorm).toBeCloseTo(Math.hypot(36, 12), 4); // ∂/∂b = 2·w·x = 12
    tf.dispose([batch.images, batch.labels]);
    adam.dispose();
    model.dispose();
  });

  it('names images, labels or the layer whose weights are wrong, and changes no weight', async () => {
    const message = async (...args: Parameters<typeof outcomeOf>) =>
      ((await outcomeOf(...args)) as Error).message;
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
