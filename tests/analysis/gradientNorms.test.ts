import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureGradientNorms } from '../../lib/analysis/gradientNorms';
import { tf } from '../../lib/backend';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { memoryDataset } from '../support/memoryDataset';

/** 2×3 pixels: one of class 0, three of class 1, one of class 2, one ignored. */
const sample: Sample = {
  name: 'six-pixels',
  height: 2,
  width: 3,
  image: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 256),
  labels: Uint8Array.from([0, 1, 1, 1, 2, 255]),
};

/** Logits = W·pixel: one 1×1 convolution without bias, so that gradients can be written down. */
function linearModel(): tf.LayersModel {
  const model = tf.sequential();
  model.add(
    tf.layers.conv2d({ filters: 3, kernelSize: 1, useBias: false, inputShape: [null, null, 3] }),
  );
  model.setWeights([tf.tensor4d([0.5, -1, 0.2, 1, 0.3, -0.4, -0.6, 0.8, 0.1], [1, 1, 3, 3])]);
  return model;
}

/** ‖Σ_j x_j ⊗ (softmax(W·x_j) − onehot(y_j))‖ over the pixels of one class, in float64. */
function crossEntropyNorm(classId: number): number {
  const weights = [
    [0.5, -1, 0.2],
    [1, 0.3, -0.4],
    [-0.6, 0.8, 0.1],
  ];
  const gradient = weights.map((row) => row.map(() => 0));
  sample.labels.forEach((label, j) => {
    if (label !== classId) return;
    const x = [0, 1, 2].map((channel) => sample.image[3 * j + channel] / 255);
    const exponentials = [0, 1, 2].map((c) =>
      Math.exp(x.reduce((sum, value, channel) => sum + value * weights[channel][c], 0)),
    );
    const total = exponentials.reduce((a, b) => a + b, 0);
    exponentials.forEach((value, c) => {
      const delta = value / total - (c === classId ? 1 : 0);
      x.forEach((input, channel) => (gradient[channel][c] += input * delta));
    });
  });
  return Math.hypot(...gradient.flat());
}

describe('measureGradientNorms', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());
  const dataset = memoryDataset([sample], ['a', 'b', 'c']);
  const crossEntropy = { loss: { name: 'crossEntropy' }, label: 'CE' } as const;

  it('gives the norms of the written-down gradient, per class, without the ignored pixel', async () => {
    const { rows } = await measureGradientNorms(linearModel(), dataset, crossEntropy);
    expect(rows.map(({ className, pixels }) => [className, pixels])).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 1],
    ]);
    for (const { classId, norm } of rows) expect(norm).toBeCloseTo(crossEntropyNorm(classId), 5);
  });

  it('divides by the mask size before differentiating', async () => {
    const { rows } = await measureGradientNorms(linearModel(), dataset, crossEntropy);
    for (const { norm, meanNorm, normalizedNorm, pixels } of rows) {
      expect(normalizedNorm).toBeCloseTo(norm / pixels, 6);
      expect(meanNorm).toBe(norm / pixels);
    }
  });

  it('takes images spread over the split, not the first ones', async () => {
    const samples = ['a', 'b', 'c', 'd'].map((name) => ({ ...sample, name }));
    const frames = memoryDataset(samples, ['a', 'b', 'c']);
    const { rows } = await measureGradientNorms(linearModel(), frames, {
      ...crossEntropy,
      imageCount: 2,
    });
    expect([...new Set(rows.map(({ image }) => image))]).toEqual(['b', 'd']);
  });

  it('leaves no tensor behind', async () => {
    const model = linearModel();
    await measureGradientNorms(model, dataset, crossEntropy);
    const before = tf.memory().numTensors;
    await measureGradientNorms(model, dataset, { loss: { name: 'pat' }, label: 'PAT' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops at an abort', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    const run = measureGradientNorms(linearModel(), dataset, { ...crossEntropy, signal });
    await expect(run).rejects.toThrow('stop');
  });

  it('refuses images without labels', async () => {
    const blank = { ...sample, labels: new Uint8Array(6).fill(255) };
    const run = measureGradientNorms(
      linearModel(),
      memoryDataset([blank], ['a', 'b']),
      crossEntropy,
    );
    await expect(run).rejects.toThrow('dataset must be images with labels');
  });
});
