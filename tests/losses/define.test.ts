/** Losses of `defineLoss`: by name everywhere, void pixels taken out, options checked, built-in names refused. */
import { afterEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { createExecutor } from '../../lib/engine';
import type { Precision } from '../../lib/engine';
import { Adam } from '../../lib/engine/adam';
import { createModel } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import { createLoss, defineLoss, knownLosses, lossNames, pixelwiseLoss } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { lossLabel } from '../../lib/losses/lossLabels';
import { trainBriefly } from '../../lib/training/shortTraining';
import { openDataset } from '../../lib/datasets';
import { parseConfig } from '../../lib/runs/config';
import { expectClose } from '../support/closeness';
import { hasBfloat16 } from '../support/processor';
import { smallNetwork } from '../support/smallNetwork';
import { evaluate } from './support';
import type { TestBatch } from './support';

const batch: TestBatch = {
  shape: [1, 1, 4, 3],
  logits: [1.5, -0.25, 0.5, 0, 2, -1, 0.75, 0.5, -2, 3, 1, 1],
  labels: [0, 2, 255, 1],
};
const config = (options: object) => options as LossConfig;

/** Cross-entropy of z/τ, pixel by pixel. */
const crossEntropyOf = (logits: tf.Tensor4D, labels: tf.Tensor3D, temperature: number) => {
  const truth = tf.oneHot(labels, logits.shape[3]).toFloat();
  return logits.div(temperature).logSoftmax().mul(truth).sum(3).neg();
};

function defineWarm(name = 'warm') {
  defineLoss(
    name,
    (logits, labels, { options }) => crossEntropyOf(logits, labels, options.temperature),
    { title: 'Warm CE', options: { temperature: 1 }, symbols: { temperature: 'τ' } },
  );
}

/** 1 − the mean probability of the true class: one number. */
function defineWhole() {
  defineLoss(
    'whole',
    (logits, labels, { numClasses, valid, validCount }) => {
      const truth = tf.oneHot(labels, numClasses).toFloat().mul(valid.expandDims(3));
      return tf.sub(1, logits.softmax().mul(truth).sum().div(validCount));
    },
    { perPixel: false },
  );
}

describe('a loss of defineLoss', () => {
  it('is the analytic loss of the same formula, value and gradient, whatever lies at void pixels', () => {
    defineWarm();
    for (const temperature of [1, 2]) {
      const own = config({ name: 'warm', temperature });
      const plain = evaluate(own, batch);
      // PAT with β = 1/2 everywhere is half of it.
      const pat = evaluate(
        { name: 'pat', temperature, normalizer: 'pixels', sharpness: 1e-9 },
        batch,
      );
      expectClose(plain.value, 2 * pat.value, { relative: 1e-6 });
      expectClose(
        plain.grad,
        pat.grad.map((g) => 2 * g),
        { absolute: 1e-6 },
      );
      for (const wild of [NaN, Infinity, -1e30]) {
        const logits = batch.logits.map((z, i) => (Math.floor(i / 3) === 2 ? wild : z));
        const { value, grad } = evaluate(own, { ...batch, logits });
        expect(value).toBe(plain.value);
        expect([...grad]).toEqual([...plain.grad]);
      }
    }
  });

  it('may be one number of the batch, which has no value of a pixel', () => {
    defineWhole();
    expect(evaluate(config({ name: 'whole' }), batch).value).toBeGreaterThan(0);
    const none = evaluate(config({ name: 'whole' }), { ...batch, labels: [255, 255, 255, 255] });
    expect(none.value).toBe(0);
    expect([...none.grad]).toEqual(new Array(12).fill(0));
    tf.tidy(() => {
      const logits = tf.tensor4d([...batch.logits], batch.shape);
      const labels = tf.tensor3d([...batch.labels], [1, 1, 4], 'int32');
      expect(() => pixelwiseLoss(config({ name: 'whole' }))(logits, labels)).toThrow(
        /whole loss is one number of the whole batch.*Use createLoss/,
      );
    });
  });

  it('averages by mask where it is told to', () => {
    const options = { averaging: 'mask' } as const;
    defineLoss('masked', (logits, labels) => crossEntropyOf(logits, labels, 1), options);
    const pat = evaluate({ name: 'pat', sharpness: 1e-9 }, batch);
    const { value, grad } = evaluate(config({ name: 'masked' }), batch);
    expectClose(value, 2 * pat.value, { relative: 1e-6 });
    expectClose(
      grad,
      pat.grad.map((g) => 2 * g),
      { absolute: 1e-6 },
    );
  });

  it('draws noise from the seed it is called with, else from its own', () => {
    const seeds: number[][] = [];
    defineLoss(
      'noisy',
      (logits, _, { noiseSeed }) => {
        seeds.push(Array.from(noiseSeed!.dataSync()));
        return logits.sum();
      },
      { drawsNoise: true },
    );
    tf.tidy(() => {
      const logits = tf.tensor4d([...batch.logits], batch.shape);
      const labels = tf.tensor3d([...batch.labels], [1, 1, 4], 'int32');
      const loss = createLoss(config({ name: 'noisy', seed: 3 }));
      loss(logits, labels, tf.tensor1d([4, 5], 'int32'));
      loss(logits, labels);
      createLoss(config({ name: 'noisy', seed: 3 }))(logits, labels);
    });
    expect(seeds[0]).toEqual([4, 5]);
    expect(seeds[1]).toEqual(seeds[2]);
  });

  it('may be defined again; names of the kit, bad names and taken options are refused', () => {
    defineWarm();
    defineLoss('warm', (logits) => logits.square().sum(3));
    expect(evaluate(config({ name: 'warm' }), batch).value).toBeGreaterThan(0);
    expect(lossNames).not.toContain('warm');
    expect(knownLosses()).toContain('warm');
    const compute = (logits: tf.Tensor4D) => logits.sum(3);
    expect(() => defineLoss('pat', compute)).toThrow(/defineLoss: name must be none of the losses/);
    expect(() => defineLoss('my loss', compute)).toThrow(/name must be a word of letters/);
    expect(() => defineLoss('mine', compute, { options: { seed: 1 } })).toThrow(/got 'seed'/);
    expect(() => defineLoss('mine', 3 as never)).toThrow(/compute must be a function/);
  });

  it('checks its options like those of the kit', () => {
    defineWarm();
    const checked = (value: unknown, where: string) => {
      if (value !== undefined && value !== 'a') throw new Error(`${where}: only a`);
      return 'a' as const;
    };
    defineLoss('lettered', (logits) => logits.sum(3), { options: { letter: checked } });
    const create = (options: object) => () => createLoss(config(options));
    expect(create({ name: 'warm', tau: 2 })).toThrow(
      /option must be one of temperature, got 'tau'/,
    );
    expect(create({ name: 'warm', temperature: 'hot' })).toThrow(/temperature must be a number/);
    expect(create({ name: 'lettered', letter: 'b' })).toThrow(/createLoss \('lettered'\): only a/);
    expect(create({ name: 'warmer' })).toThrow(/Did you mean 'warm'/);
    expect(() => parseConfig({ loss: { name: 'warm', temperature: 'hot' } })).toThrow(
      /experiment config: loss: createLoss \('warm'\): temperature must be a number/,
    );
    expect(lossLabel(config({ name: 'warm', temperature: 2 }))).toBe('Warm CE, τ = 2');
    expect(lossLabel(config({ name: 'unknownHere', k: 2 }))).toBe('unknownHere, k 2');
  });

  it('leaves misspelt losses of the kit errors of the compiler', () => {
    // @ts-expect-error -- no option of the loss
    expect(() => createLoss({ name: 'pat', tau: 2 })).toThrow("got 'tau'");
    // @ts-expect-error -- of another type
    expect(() => createLoss({ name: 'focal', gamma: '2' })).toThrow("got '2'");
    expect(() => createLoss({ name: 'patt' })).toThrow("Did you mean 'pat'");
  });

  it('says what is wrong with its value', () => {
    defineLoss('odd', (logits) => logits);
    expect(() => evaluate(config({ name: 'odd' }), batch)).toThrow(
      /odd loss: its value must be a float32 tensor, a scalar or \[B,H,W\], got float32 of shape/,
    );
  });

  it('trains', async () => {
    defineWarm();
    const dataset = await openDataset({ name: 'synthetic', size: [16, 16], length: 4 });
    const loss = config({ name: 'warm', temperature: 2 });
    const { model, losses } = await trainBriefly(dataset, { loss, steps: 8, width: 2 });
    model.dispose();
    expect(losses[7]).toBeLessThan(losses[0]);
  });
});

describe('a step with a loss of defineLoss', () => {
  /** Loss and gradient norm of three steps, and the notes. */
  async function steps(
    name: string,
    execution: 'graph' | 'eager',
    precision: Precision = 'float32',
  ) {
    const model = createModel({ ...smallNetwork, numClasses: 3 });
    const adam = new Adam(trainableVariables(model));
    const loss = createLoss(config({ name, validate: false }));
    const notes: string[] = [];
    const onNote = (text: string) => void notes.push(text);
    const options = { model, adam, loss, ignoreIndex: 255, execution, precision, onNote };
    const executor = createExecutor(options);
    const images = tf.linspace(0, 1, 2 * 16 * 16 * 3).reshape<tf.Tensor4D>([2, 16, 16, 3]);
    const labels = tf.range(0, 512).mod(4).toInt().reshape<tf.Tensor3D>([2, 16, 16]);
    const marked = tf.where<tf.Tensor>(
      labels.equal(tf.scalar(3, 'int32')),
      tf.scalar(255, 'int32'),
      labels,
    );
    const noiseSeed = tf.tensor1d([1, 2], 'int32');
    const results: number[] = [];
    let tensors = 0;
    for (let step = 0; step < 3; step++) {
      const batchOf = { images, labels: marked as tf.Tensor3D };
      const { loss: value, gradientNorm } = await executor.step(batchOf, {
        learningRate: 0.01,
        noiseSeed,
      });
      results.push(value, gradientNorm);
      if (step > 0) expect(tf.memory().numTensors).toBe(tensors);
      tensors = tf.memory().numTensors;
    }
    const used = executor.execution;
    executor.dispose();
    adam.dispose();
    model.dispose();
    return { results, notes, used };
  }

  it.each(['warm', 'whole', 'sorted'])('%s as a graph equals it op by op', async (name) => {
    defineWarm();
    defineWhole();
    // An op whose shapes no rule of the dry recording tells.
    defineLoss('sorted', (logits) => tf.cumsum(logits.square(), 3).sum(3));
    const graph = await steps(name, 'graph');
    expect(graph).toMatchObject({ notes: [], used: 'graph' });
    const eager = await steps(name, 'eager');
    expectClose(graph.results.slice(0, 2), eager.results.slice(0, 2), { relative: 1e-5 });
    // Adam divides a gradient by its size: where that is rounding noise, so is the step.
    expectClose(graph.results, eager.results, { relative: 2e-2 });
  });

  it.skipIf(!hasBfloat16)('goes in bfloat16 as with a loss of the kit', async () => {
    defineWarm();
    const low = await steps('warm', 'graph', 'bfloat16');
    expect(low).toMatchObject({ notes: [], used: 'graph' });
    // The loss itself stays float32: the same formula of the kit gives the same steps.
    const same = await steps('crossEntropy', 'graph', 'bfloat16');
    expectClose(low.results, same.results, { relative: 1e-3 });
  });

  it('that reads values goes op by op, and says so', async () => {
    defineLoss('reading', (logits) =>
      logits
        .square()
        .sum(3)
        .mul(1 + logits.dataSync()[0] * 0),
    );
    const { notes, used } = await steps('reading', 'graph');
    expect(used).toBe('eager');
    expect(notes).toEqual([expect.stringContaining('execution is eager')]);
  });
});

afterEach(() => {
  expect(tf.engine().state.gradientDepth).toBe(0);
});
