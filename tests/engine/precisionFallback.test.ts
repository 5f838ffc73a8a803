import { expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import type { GraphNode } from '../../lib/engine/nodes';
import { createExecutor } from '../../lib/engine';
import type { Precision } from '../../lib/engine';
import { createLoss } from '../../lib/losses';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Adam } from '../../lib/engine/adam';

/** Stands for a platform without a kernel: an op that TensorFlow does not have. */
vi.mock('../../lib/engine/bfloat16', () => ({
  toBfloat16: (nodes: readonly GraphNode[]) =>
    nodes.map((node) => (node.op === 'Conv2D' ? { ...node, op: 'Conv2DWithoutKernel' } : node)),
}));

async function twoLosses(precision: Precision) {
  const model = createModel({ name: 'unet', numClasses: 3, width: 2, seed: 5 });
  const adam = new Adam(trainableVariables(model));
  const notes: string[] = [];
  const executor = createExecutor({
    model,
    adam,
    loss: createLoss({ name: 'crossEntropy', validate: false }),
    ignoreIndex: 255,
    precision,
    onNote: (text) => void notes.push(text),
  });
  const images = tf.ones<tf.Rank.R4>([1, 32, 32, 3]);
  const labels = tf.ones<tf.Rank.R3>([1, 32, 32], 'int32');
  const noiseSeed = tf.tensor1d([1, 7], 'int32');
  const step = () => executor.step({ images, labels }, { learningRate: 1e-3, noiseSeed });
  const losses = [(await step()).loss, (await step()).loss];
  const { execution } = executor;
  executor.dispose();
  adam.dispose();
  model.dispose();
  tf.dispose([images, labels, noiseSeed]);
  return { losses, notes, execution };
}

it('falls back to a graph in float32, with one note, where TensorFlow cannot run the one in bfloat16', async () => {
  const before = tf.memory().numTensors;
  const low = await twoLosses('bfloat16');
  expect(low.notes).toEqual([expect.stringContaining('precision is float32, as bfloat16 fails')]);
  expect(low.execution).toBe('graph');
  const full = await twoLosses('float32');
  expect(full.notes).toEqual([]);
  expect(low.losses).toEqual(full.losses);
  expect(tf.memory().numTensors).toBe(before);
});

it('refuses bfloat16 op by op', () => {
  const model = createModel({ name: 'unet', numClasses: 3, width: 2 });
  const adam = new Adam(trainableVariables(model));
  const loss = createLoss({ name: 'crossEntropy' });
  const options = { model, adam, loss, ignoreIndex: 255, execution: 'eager' } as const;
  expect(() => createExecutor({ ...options, precision: 'bfloat16' })).toThrow(
    "createExecutor: precision must be 'float32' where execution is 'eager', got 'bfloat16'",
  );
  adam.dispose();
  model.dispose();
});
