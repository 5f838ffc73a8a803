import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createExecutor } from '../../lib/engine';
import { openDataset } from '../../lib/datasets';
import { createLoss, lossNames } from '../../lib/losses';
import type { LossName } from '../../lib/losses';
import { createModel, networkNames } from '../../lib/models';
import type { NetworkName } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Adam } from '../../lib/engine/adam';
import { evaluate } from '../../lib/training/evaluateNetwork';
import { exampleLoss } from '../losses/support';

/** Each network with the paper's loss, and each loss with one network; PAT_OVERFIT=all: all pairs. */
const pairs = networkNames.flatMap((network) =>
  lossNames
    .filter((loss) => process.env.PAT_OVERFIT === 'all' || network === 'unet' || loss === 'pat')
    .map((loss): [NetworkName, LossName] => [network, loss]),
);

const target = 0.95;

/** Steps, as runs take them, until the pixel accuracy on four images is above the target; Infinity after `most`. */
async function stepsToFit(network: NetworkName, loss: LossName, most: number): Promise<number> {
  const dataset = await openDataset({
    name: 'synthetic',
    size: [32, 32],
    numClasses: 4,
    length: 4,
  });
  const { numClasses, ignoreIndex } = dataset;
  const model = createModel({ name: network, numClasses, width: 8 });
  const adam = new Adam(trainableVariables(model));
  const options = { ...exampleLoss(loss), ignoreIndex, validate: false };
  const executor = createExecutor({ model, adam, loss: createLoss(options), ignoreIndex });
  const [batch] = await collect(dataset.batches({ batchSize: 4 }));
  const noiseSeed = tf.tensor1d([0, 0], 'int32');
  const forward = (images: tf.Tensor4D, labels: tf.Tensor3D) =>
    executor.evaluate({ images, labels }, noiseSeed);
  executor.prepare({ steps: [batch.images.shape], evaluations: [batch.images.shape] });
  const tensors = tf.memory().numTensors;
  try {
    for (let steps = 1; steps <= most; steps++) {
      const drawn = tf.tensor1d([1, steps], 'int32');
      await executor.step(batch, { learningRate: 3e-3, noiseSeed: drawn });
      drawn.dispose();
      if (steps % 20 > 0) continue;
      expect(executor.execution).toBe('graph');
      const { scores } = await evaluate(model, dataset, { batchSize: 4, forward });
      expect(tf.memory().numTensors).toBe(tensors);
      if ((scores.pixelAccuracy ?? 0) > target) return steps;
    }
    return Infinity;
  } finally {
    executor.dispose();
    tf.dispose([batch.images, batch.labels, noiseSeed]);
    adam.dispose();
    model.dispose();
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('training learns four images by heart', () => {
  it.each(pairs)('%s with %s', async (network, loss) => {
    expect(await stepsToFit(network, loss, 400)).toBeLessThanOrEqual(400);
  });
});
