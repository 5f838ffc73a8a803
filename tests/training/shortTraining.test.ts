import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { trainBriefly } from '../../lib/training/shortTraining';
import { memoryDataset } from '../support/memoryDataset';

/** 16×16 images whose left half is dark (class 0) and right half bright (class 1). */
const samples: Sample[] = [0, 1, 2, 3, 4].map((index) => {
  const bright = (pixel: number): boolean => pixel % 16 >= 8;
  return {
    name: `half${index}`,
    height: 16,
    width: 16,
    image: Uint8Array.from(
      { length: 768 },
      (_, i) => (bright(Math.floor(i / 3)) ? 220 : 30) + index,
    ),
    labels: Uint8Array.from({ length: 256 }, (_, i) => (bright(i) ? 1 : 0)),
  };
});
const dataset = memoryDataset(samples, ['dark', 'bright']);

describe('trainBriefly', () => {
  it('learns an easy task', async () => {
    const { model, losses } = await trainBriefly(dataset, { steps: 30, batchSize: 2, width: 4 });
    expect(losses).toHaveLength(30);
    expect(losses[29]).toBeLessThan(losses[0] / 2);
    model.dispose();
  });

  it.each(['crossEntropy', 'pat', 'blv'] as const)(
    'repeats %s bit for bit with the same seed',
    async (name) => {
      const run = async (): Promise<number[]> => {
        const options = { steps: 4, width: 2, seed: 7, loss: { name } };
        const { model, losses } = await trainBriefly(dataset, options);
        model.dispose();
        return losses;
      };
      expect(await run()).toEqual(await run());
    },
  );

  it('keeps nothing after labels that are no class', async () => {
    const labels = new Uint8Array(256).fill(9);
    const wrong = memoryDataset([{ ...samples[0], labels }], ['dark', 'bright']);
    const before = tf.memory().numTensors;
    await expect(trainBriefly(wrong, { steps: 2, width: 2 })).rejects.toThrow('labels must be 0');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps nothing but the model, and nothing at all after an abort', async () => {
    const before = tf.memory().numTensors;
    const { model } = await trainBriefly(dataset, { steps: 3, width: 2 });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const controller = new AbortController();
    const run = trainBriefly(dataset, {
      steps: 50,
      width: 2,
      signal: controller.signal,
      onStep: () => controller.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
});
