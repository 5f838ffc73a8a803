import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createExecutor } from '../../lib/engine';
import type { Precision } from '../../lib/engine';
import { createLoss } from '../../lib/losses';
import { createModel, networkNames } from '../../lib/models';
import type { NetworkName } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { Random } from '../../lib/random';
import { Adam } from '../../lib/engine/adam';
import { runExperiment } from '../../lib/training/experiment';
import type { ProgressEvent } from '../../lib/training/experiment';
import type { ExperimentInput } from '../../lib/runs/config';
import { hasBfloat16 } from '../support/processor';

const SIDE = 96;

function setUp(network: NetworkName, precision: Precision) {
  const random = new Random(3);
  const pixels = 4 * SIDE * SIDE;
  const values = Float32Array.from({ length: pixels * 3 }, () => random.uniform());
  const classes = Int32Array.from({ length: pixels }, () => random.integer(0, 4));
  const images = tf.tensor4d(values, [4, SIDE, SIDE, 3]);
  const labels = tf.tensor3d(classes, [4, SIDE, SIDE], 'int32');
  const model = createModel({ name: network, numClasses: 5, width: 8, seed: 5 });
  const adam = new Adam(trainableVariables(model));
  const loss = createLoss({ name: 'pat', validate: false });
  const notes: string[] = [];
  const onNote = (text: string) => void notes.push(text);
  const executor = createExecutor({ model, adam, loss, ignoreIndex: 255, precision, onNote });
  const noiseSeed = tf.tensor1d([1, 7], 'int32');
  return {
    notes,
    step: async () => {
      await new Promise(setImmediate); // a graph's step gives vitest no turn to report
      return executor.step({ images, labels }, { learningRate: 1e-3, noiseSeed });
    },
    evaluatedLoss: () => {
      const evaluation = executor.evaluate({ images, labels }, noiseSeed);
      const value = evaluation.loss?.dataSync()[0];
      tf.dispose(evaluation);
      return value;
    },
    weights: () => {
      executor.sync();
      return model.trainableWeights.flatMap((weight) => [...weight.read().dataSync()]);
    },
    dispose() {
      executor.dispose();
      adam.dispose();
      model.dispose();
      tf.dispose([images, labels, noiseSeed]);
    },
  };
}

/** Whether a float32 number is one of bfloat16: the lower 16 of its bits are 0. */
function isBfloat16(value: number): boolean {
  return (new Uint32Array(Float32Array.of(value).buffer)[0] & 0xffff) === 0;
}

describe('a step in bfloat16', () => {
  it.skipIf(!hasBfloat16).each(networkNames)(
    'is close to that in float32 and keeps float32 weights: %s',
    async (network) => {
      const before = tf.memory().numTensors;
      const full = setUp(network, 'float32');
      const low = setUp(network, 'bfloat16');
      expect(low.evaluatedLoss()).toBe(full.evaluatedLoss()); // validation is float32
      const [expected, got] = [await full.step(), await low.step()];
      expect(low.notes).toEqual([]);
      expect(got.loss).not.toBe(expected.loss);
      expect(Math.abs(got.loss / expected.loss - 1)).toBeLessThan(0.01);
      expect(Math.abs(got.gradientNorm / expected.gradientNorm - 1)).toBeLessThan(0.05);
      const weights = low.weights();
      const short = weights.filter((value) => value !== 0 && isBfloat16(value)).length;
      expect(short / weights.length).toBeLessThan(0.01);
      full.dispose();
      low.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it.skipIf(!hasBfloat16)('lowers the loss', async () => {
    const run = setUp('unet', 'bfloat16');
    const first = await run.step();
    for (let i = 0; i < 20; i++) await run.step();
    expect((await run.step()).loss).toBeLessThan(0.8 * first.loss);
    run.dispose();
  });
});

describe.skipIf(!hasBfloat16)('a run in bfloat16', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pat-bfloat16-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const input = (precision: Precision): ExperimentInput => ({
    dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 10, validLength: 4 },
    model: { name: 'segnet', width: 2 },
    epochs: 2,
    batchSize: 4,
    precision,
    logging: { tensorboard: false },
  });
  const outDir = (name: string) => path.join(folder, name);

  it('is stopped and continued exactly', async () => {
    const whole = await runExperiment(input('bfloat16'), { outDir: outDir('whole') });
    const stop = new AbortController();
    const onProgress = (event: ProgressEvent) => {
      if (event.kind === 'step' && event.step === 4) stop.abort(new Error('stopped'));
    };
    const parts = outDir('parts');
    const stopped = { outDir: parts, onProgress, signal: stop.signal };
    await expect(runExperiment(input('bfloat16'), stopped)).rejects.toThrow('stopped');
    const continued = await runExperiment(input('bfloat16'), { outDir: parts });
    expect(continued.weightsSha256).toBe(whole.weightsSha256);
    const full = await runExperiment(input('float32'), { outDir: outDir('float32') });
    expect(full.weightsSha256).not.toBe(whole.weightsSha256);
  }, 60_000);
});
