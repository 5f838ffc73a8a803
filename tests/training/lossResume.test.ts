/** A run of each loss, stopped and gone on with, ends with the same weights bit for bit; so does one whose loss changes. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { defineLoss, lossNames } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { drawNoise } from '../../lib/losses/noise';
import { readEpochs } from '../../lib/runs/epochs';
import { runExperiment } from '../../lib/training/experiment';
import type { ProgressEvent } from '../../lib/training/experiment';
import { withFolder } from '../datasets/files';
import { exampleLoss } from '../losses/support';
import { smallNetwork } from '../support/smallNetwork';

/** Three epochs of two steps. */
const config = (loss: LossConfig) => ({
  dataset: {
    name: 'synthetic' as const,
    size: [16, 16] as [number, number],
    trainLength: 4,
    validLength: 2,
  },
  model: smallNetwork,
  logging: { tensorboard: false, images: 0, classStatistics: true },
  loss,
  epochs: 3,
  batchSize: 2,
  seed: 3,
});

/** Goes on with a run, or begins it, and stops it behind a step (default: never). */
async function run(outDir: string, loss: LossConfig, last?: number) {
  const stop = new AbortController();
  const notes: string[] = [];
  const onProgress = (event: ProgressEvent) => {
    if (event.kind === 'note') notes.push(event.text);
    if (event.kind === 'step' && event.step === last) stop.abort(new Error('stopped'));
  };
  const running = runExperiment(config(loss), { outDir, signal: stop.signal, onProgress });
  if (last !== undefined) await expect(running).rejects.toThrow('stopped');
  const sha = last === undefined ? (await running).weightsSha256 : undefined;
  // As a graph; that the tiny split lacks classes is told, too.
  expect(notes.filter((note) => !/have no pixel|has no pixel/.test(note))).toEqual([]);
  return sha;
}

defineLoss(
  'noisyOwn',
  (logits, labels, { numClasses, noiseSeed: seed, options }) => {
    const noise = drawNoise(logits.shape, { distribution: 'gaussian', sigma: 0.1, seed: seed! });
    const truth = tf.oneHot(labels, numClasses).toFloat();
    return logits.add(noise).mul(options.slope).logSoftmax().mul(truth).sum(3).neg();
  },
  { drawsNoise: true, options: { slope: 1 } },
);
defineLoss('wholeOwn', (logits, labels, { numClasses, valid }) => {
  const truth = tf.oneHot(labels, numClasses).toFloat().mul(valid.expandDims(3));
  return tf.sub(1, logits.softmax().mul(truth).sum().div(valid.sum().add(1)));
});
const switching: LossConfig = {
  name: 'stages',
  stages: [
    { loss: { name: 'ldam', scale: 5 }, epochs: 1 },
    { loss: { name: 'blv' }, epochs: 1 },
    {
      loss: {
        name: 'sum',
        terms: [{ loss: { name: 'pat' } }, { weight: 0.5, loss: { name: 'ldam', beta: 0.99 } }],
      },
    },
  ],
};

describe('a run that is stopped and gone on with ends with the same weights', () => {
  const own: LossConfig[] = [{ name: 'noisyOwn', slope: 2 }, { name: 'wholeOwn' }];
  it.each([...lossNames.map(exampleLoss), ...own].map((loss) => [loss.name, loss] as const))(
    '%s',
    (_, loss) =>
      withFolder(async (folder) => {
        const whole = await run(path.join(folder, 'whole'), loss);
        const parts = path.join(folder, 'parts');
        await run(parts, loss, 3);
        expect(await run(parts, loss)).toBe(whole);
      }),
  );

  it('stages: stopped before, at and behind each change', () =>
    withFolder(async (folder) => {
      const whole = await run(path.join(folder, 'whole'), switching);
      const parts = path.join(folder, 'parts');
      for (const step of [1, 2, 3, 4, 5]) await run(parts, switching, step);
      expect(await run(parts, switching)).toBe(whole);
      const [a, b] = await Promise.all(
        ['whole', 'parts'].map((name) => readEpochs(path.join(folder, name))),
      );
      const losses = (epochs: typeof a) =>
        epochs.map(({ trainLoss, validLoss }) => [trainLoss, validLoss]);
      expect(losses(a)).toEqual(losses(b));
    }));
});

describe('stages', () => {
  it('train as the first loss until the change, and as another run from then on', () =>
    withFolder(async (folder) => {
      const stages = (second: LossConfig): LossConfig => ({
        name: 'stages',
        stages: [{ loss: { name: 'pat' }, epochs: 1 }, { loss: second }],
      });
      const runs = [{ name: 'pat' }, stages({ name: 'focal' }), stages({ name: 'pat' })] as const;
      const shas: unknown[] = [];
      for (const [i, loss] of runs.entries()) shas.push(await run(path.join(folder, `${i}`), loss));
      const [pat, staged, same] = await Promise.all(
        runs.map((_, i) => readEpochs(path.join(folder, `${i}`))),
      );
      expect(shas[2]).toBe(shas[0]); // a change to the same loss is none
      expect(same.map(({ trainLoss }) => trainLoss)).toEqual(pat.map(({ trainLoss }) => trainLoss));
      expect(staged[0].trainLoss).toBe(pat[0].trainLoss);
      expect(staged[1].trainLoss).not.toBe(pat[1].trainLoss);
      // The validation loss is the last stage's in the first epoch, too.
      expect(staged[0].validCrossEntropy).toBe(pat[0].validCrossEntropy);
      expect(staged[0].validLoss).toBeLessThan(pat[0].validLoss);
    }));
});
