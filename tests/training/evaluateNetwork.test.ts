import { describe, expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { GraphPredictor } from '../../lib/engine/predictor';
import { TracingError } from '../../lib/engine/failures';
import { createLoss } from '../../lib/losses';
import { createModel } from '../../lib/models';
import { evaluate } from '../../lib/training/evaluateNetwork';
import { memoryDataset } from '../support/memoryDataset';

describe('evaluate', () => {
  it('counts every pixel of the split once, whatever the batches, and leaves no tensor', async () => {
    const samples = [0, 1, 2].map((index): Sample => ({
      name: `image${index}`,
      height: 32,
      width: 32,
      image: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * (index + 3)) % 251),
      labels: Uint8Array.from({ length: 32 * 32 }, (_, i) => (i < 10 ? 255 : (i + index) % 3)),
    }));
    const dataset = memoryDataset(samples, ['a', 'b', 'c']);
    const model = createModel({ name: 'segnet', numClasses: 3, width: 2 });
    const loss = createLoss({ name: 'crossEntropy' });
    const tensors = tf.memory().numTensors;
    const seen: string[] = [];
    const single = await evaluate(model, dataset, {
      batchSize: 1,
      loss,
      onPredictions: ({ names, predictions }) => {
        seen.push(...names);
        expect(predictions).toHaveLength(32 * 32);
      },
    });
    const pairs = await evaluate(model, dataset, { batchSize: 2, loss });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(seen).toEqual(['image0', 'image1', 'image2']);
    expect(pairs.counts).toEqual(single.counts);
    expect(pairs.counts.flat().reduce((a, b) => a + b)).toBe(3 * (32 * 32 - 10));
    expect(pairs.loss).toBeCloseTo(single.loss as number, 5); // equal valid pixels in each image
    expect((await evaluate(model, dataset, { batchSize: 3 })).loss).toBeNull();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluate(model, dataset, { batchSize: 1, signal })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });
});

describe('evaluate by a graph', () => {
  const dataset = memoryDataset(
    [0, 1, 2].map((index): Sample => ({
      name: `image${index}`,
      height: 32,
      width: 32,
      image: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * (index + 3)) % 251),
      labels: Uint8Array.from({ length: 32 * 32 }, (_, i) => (i + index) % 3),
    })),
    ['a', 'b', 'c'],
  );
  const loss = createLoss({ name: 'pat' });
  const eagerly = (model: tf.LayersModel) => (images: tf.Tensor4D, labels: tf.Tensor3D) =>
    tf.tidy(() => {
      const logits = model.apply(images, { training: false }) as tf.Tensor4D;
      return { predictions: logits.argMax<tf.Tensor3D>(3), loss: loss(logits, labels) };
    });

  it.each(['segnet', 'unet'] as const)(
    'gives the counts and the loss of %s op by op, each time the same',
    async (name) => {
      const model = createModel({ name, numClasses: 3, width: 2, seed: 3 });
      const options = { batchSize: 2, loss }; // the last batch is smaller
      const first = await evaluate(model, dataset, options);
      expect(await evaluate(model, dataset, options)).toEqual(first);
      const forward = eagerly(model);
      const eager = await evaluate(model, dataset, { batchSize: 2, forward });
      expect(first.loss).toBeCloseTo(eager.loss as number, 5);
      const differing = first.counts
        .flat()
        .reduce((sum, count, i) => sum + Math.abs(count - eager.counts.flat()[i]), 0);
      expect(differing / 2).toBeLessThanOrEqual(3); // pixels of 3072 whose two best logits are nearly equal
      model.dispose();
    },
  );

  it('goes on op by op where there can be no graph, and says why once', async () => {
    const model = createModel({ name: 'segnet', numClasses: 3, width: 2 });
    const refused = vi.spyOn(GraphPredictor.prototype, 'predict').mockImplementation(() => {
      throw new TracingError('no graph here');
    });
    const tensors = tf.memory().numTensors;
    const onNote = vi.fn();
    const result = await evaluate(model, dataset, { batchSize: 2, onNote });
    expect(onNote.mock.calls).toEqual([
      ['predictions are made op by op, as they are no graph: no graph here'],
    ]);
    expect(refused).toHaveBeenCalledTimes(1);
    refused.mockRestore();
    const eager = await evaluate(model, dataset, { batchSize: 2, forward: eagerly(model) });
    expect(result.counts).toEqual(eager.counts);
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });
});
