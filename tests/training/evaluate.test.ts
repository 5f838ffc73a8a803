import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import type { Sample } from '../../lib/datasets/types';
import { createLoss } from '../../lib/losses';
import { createModel } from '../../lib/models';
import { classGroups, evaluate } from '../../lib/training/evaluate';
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

describe('classGroups', () => {
  const diagonal = (pixels: number[]) =>
    pixels.map((n, i) => pixels.map((_, j) => (i === j ? n : 0)));

  it('takes classes by their pixels, leaves absent ones out, and averages IoU', () => {
    const groups = classGroups(diagonal([5, 100, 0, 50, 7, 1]), [0.1, 0.9, null, 0.7, 0.3, 0]);
    expect(groups).toEqual([
      { name: 'head', classes: [1, 3], meanIoU: 0.8 },
      { name: 'body', classes: [4, 0], meanIoU: 0.2 },
      { name: 'tail', classes: [5], meanIoU: 0 },
    ]);
  });

  it('takes the pixels of another split, and averages over the classes that the labels show', () => {
    const iou = [0.1, 0.9, null, 0.7];
    const groups = classGroups(diagonal([5, 100, 0, 50]), iou, [40, 20, 30, 0]);
    expect(groups).toEqual([
      { name: 'head', classes: [0], meanIoU: 0.1 },
      { name: 'body', classes: [2], meanIoU: null },
      { name: 'tail', classes: [1], meanIoU: 0.9 },
    ]);
  });

  it('has empty groups where there are fewer classes than groups', () => {
    expect(classGroups(diagonal([3]), [1])).toEqual([
      { name: 'head', classes: [0], meanIoU: 1 },
      { name: 'body', classes: [], meanIoU: null },
      { name: 'tail', classes: [], meanIoU: null },
    ]);
  });
});
