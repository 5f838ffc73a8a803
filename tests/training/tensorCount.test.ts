/**
 * Five steps of each network with the paper's loss, and of each loss with a small network;
 * `PAT_STEPS=200 npx vitest run tests/training/tensorCount.test.ts` takes as many as it says, of all pairs.
 */
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss, lossNames } from '../../lib/losses';
import type { LossName } from '../../lib/losses';
import { createModel, networkNames } from '../../lib/models';
import type { NetworkName } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Adam } from '../../lib/engine/adam';
import { exampleLoss } from '../losses/support';
import { smallNetwork } from '../support/smallNetwork';
import { trainingStep } from '../../lib/engine/trainingStep';
import type { TrainingBatch } from '../../lib/engine/trainingStep';

const { PAT_STEPS } = process.env;
const steps = Number(PAT_STEPS ?? 5);

const networks: NetworkName[] = [...networkNames, smallNetwork.name];
const pairs = networks.flatMap((network) =>
  lossNames
    .filter((loss) => PAT_STEPS !== undefined || network === smallNetwork.name || loss === 'pat')
    .map((loss): [NetworkName, LossName] => [network, loss]),
);

/** `images` images of 32×32; label 3 of 4 is absent, every seventh pixel ignored. */
function batchOf(images: number): TrainingBatch {
  const pixels = Array.from({ length: images * 32 * 32 }, (_, i) => i);
  const colours = pixels.flatMap((i) => [i % 3, i % 5, i % 11].map((value) => value / 11));
  const labels = pixels.map((i) => (i % 7 === 6 ? 255 : i % 3));
  return {
    images: tf.tensor4d(colours, [images, 32, 32, 3]),
    labels: tf.tensor3d(labels, [images, 32, 32], 'int32'),
  };
}

/** Tensors and bytes of TensorFlow after each step; the batches, like those of an epoch, are not all of one size. */
async function memoryOfSteps(network: NetworkName, name: LossName) {
  const before = tf.memory().numTensors;
  const model = createModel({ name: network, numClasses: 4, width: 2 });
  const adam = new Adam(trainableVariables(model));
  const loss = createLoss({ ...exampleLoss(name), validate: false });
  const batches = [batchOf(2), batchOf(1)];
  const held: { numTensors: number; numBytes: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const options = { model, adam, loss, ignoreIndex: 255, learningRate: 1e-3 };
    await trainingStep(batches[step % 2], options);
    const { numTensors, numBytes } = tf.memory();
    held.push({ numTensors, numBytes });
  }
  tf.dispose(batches.map(({ images, labels }) => [images, labels]));
  adam.dispose();
  model.dispose();
  return { held, left: tf.memory().numTensors - before };
}

describe(`the number of tensors is constant over ${steps} steps`, () => {
  it.each(pairs)('%s with %s', { timeout: 600_000 }, async (network, loss) => {
    const { held, left } = await memoryOfSteps(network, loss);
    expect(held).toHaveLength(steps);
    expect(held).toEqual(held.map(() => held[0]));
    expect(left).toBe(0);
  });
});
