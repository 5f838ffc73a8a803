import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { createModel, loadWeights } from '../../lib/models';
import { evaluateLogits } from '../../lib/engine/batchEvaluation';
import { parseConfig } from '../../lib/runs/config';
import { runExperiment } from '../../lib/training/experiment';
import { openSplit } from '../../lib/training/openSplit';
import { crossEntropyBeside, lossAt } from '../../lib/training/runLoss';
import type { EpochMetrics } from '../../lib/runs/epochs';
import type { ExperimentInput } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { smallNetwork } from '../support/smallNetwork';

/** The validation split's last batch is smaller. */
const config: ExperimentInput = {
  dataset: {
    name: 'synthetic',
    size: [32, 48],
    numClasses: 6,
    trainLength: 4,
    validLength: 3,
    testLength: 2,
  },
  model: smallNetwork,
  epochs: 1,
  batchSize: 2,
  seed: 3,
};

/** Σ over batches of the mean −log softmax of the valid pixels · images / images of the split, by the weights kept. */
async function byHand(folder: string, split: 'valid' | 'test'): Promise<number> {
  const parsed = parseConfig(config);
  const dataset = await openSplit(parsed, split);
  const { numClasses } = dataset;
  const model = createModel({ ...parsed.model, numClasses });
  await loadWeights(model, path.join(folder, 'weights.safetensors'));
  let sum = 0;
  for await (const { images, labels, names } of dataset.batches({ batchSize: 2 })) {
    const logits = (model.predict(images) as tf.Tensor4D).arraySync().flat(2);
    const terms = [...labels.dataSync()].flatMap((label, i) => {
      if (label === dataset.ignoreIndex) return [];
      const largest = Math.max(...logits[i]);
      const total = logits[i].reduce((all, z) => all + Math.exp(z - largest), 0);
      return [largest + Math.log(total) - logits[i][label]];
    });
    sum += (terms.reduce((a, b) => a + b) / terms.length) * names.length;
    tf.dispose([images, labels]);
  }
  model.dispose();
  return sum / dataset.length;
}

describe('validation cross-entropy', () => {
  it.each<[string, LossConfig, ExperimentInput]>([
    ['pat, as a graph', { name: 'pat' }, {}],
    ['pat, op by op', { name: 'pat' }, { execution: 'eager' }],
    ['blv, without its noise', { name: 'blv', sigma: 2 }, {}],
  ])('is stored with a run of %s, of its own logits', (_, loss, changes) =>
    withFolder(async (outDir) => {
      const tensors = tf.memory().numTensors;
      const record = await runExperiment({ ...config, ...changes, loss }, { outDir });
      expect(tf.memory().numTensors).toBe(tensors);
      const line = JSON.parse(
        await readFile(path.join(outDir, 'metrics.jsonl'), 'utf8'),
      ) as EpochMetrics;
      const expected = await byHand(outDir, 'valid');
      expect(line.validCrossEntropy).toBeCloseTo(expected, 5);
      expect(record.validationCrossEntropy).toBeCloseTo(expected, 5);
      expect(record.test?.crossEntropy).toBeCloseTo(await byHand(outDir, 'test'), 5);
      expect(Math.abs(line.validLoss - expected)).toBeGreaterThan(1e-3);
    }),
  );

  it('is the validation loss of a cross-entropy run, the same number', () =>
    withFolder(async (outDir) => {
      const record = await runExperiment(config, { outDir });
      const line = JSON.parse(
        await readFile(path.join(outDir, 'metrics.jsonl'), 'utf8'),
      ) as EpochMetrics;
      expect(line.validCrossEntropy).toBe(line.validLoss);
      expect(record.validationCrossEntropy).toBeCloseTo(await byHand(outDir, 'valid'), 5);
    }));

  it('is computed once where the loss is that already, and else beside it', () => {
    const run = (loss: LossConfig) => {
      const parsed = parseConfig({ ...config, loss });
      const own = lossAt(parsed, 255, 'validation');
      return { own, beside: crossEntropyBeside(own, parsed, 255) };
    };
    const plain = run({ name: 'crossEntropy' });
    expect(plain.beside).toBe(plain.own);
    const focal = run({ name: 'focal' });
    expect(focal.beside).not.toBe(focal.own);
    tf.tidy(() => {
      const logits = tf.tensor4d([2, 0, 0, 1], [1, 1, 2, 2]);
      const labels = tf.tensor3d([0, 255], [1, 1, 2], 'int32');
      const loss = createLoss({ name: 'crossEntropy' });
      const same = evaluateLogits(logits, labels, { loss, crossEntropy: loss });
      expect(same.crossEntropy).toBe(same.loss);
      expect(same.loss?.dataSync()[0]).toBeCloseTo(Math.log(1 + Math.exp(-2)), 6);
      const alone = evaluateLogits(logits, labels, { crossEntropy: loss });
      expect(alone.loss).toBeUndefined();
      expect(alone.crossEntropy?.dataSync()[0]).toBeCloseTo(Math.log(1 + Math.exp(-2)), 6);
    });
  });
});
