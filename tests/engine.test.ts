import { describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import { createExecutor } from '../lib/engine';
import type { Execution } from '../lib/engine';
import { createLoss, lossNames } from '../lib/losses';
import { exampleLoss } from './losses/support';
import { smallNetwork } from './support/smallNetwork';
import type { SegmentationLoss } from '../lib/losses';
import { createModel, networkNames } from '../lib/models';
import type { NetworkName } from '../lib/models';
import type { ModelVariant } from '../lib/models/modelTypes';
import { trainableVariables } from '../lib/models/layers';
import { Random } from '../lib/random';
import { Adam } from '../lib/engine/adam';
import { DivergedError } from '../lib/engine/trainingStep';

const CLASSES = 3;

function seededBatch(seed: number, size: number) {
  const random = new Random(seed);
  const pixels = size * 32 * 32;
  const images = Float32Array.from({ length: pixels * 3 }, () => random.uniform(0, 1));
  const labels = Int32Array.from({ length: pixels }, () => random.integer(0, CLASSES + 1));
  return {
    images: tf.tensor4d(images, [size, 32, 32, 3]),
    labels: tf.tensor3d(
      labels.map((label) => (label >= CLASSES ? 255 : label)),
      [size, 32, 32],
      'int32',
    ),
  };
}

interface Setup {
  execution: Execution;
  network?: NetworkName;
  variant?: ModelVariant;
  loss?: SegmentationLoss;
  onNote?: (text: string) => void;
}

function setUp({ execution, network = smallNetwork.name, variant = 'paper', loss, onNote }: Setup) {
  const options = { numClasses: CLASSES, width: 2, seed: 5 };
  const model = createModel({ name: network, variant, ...options });
  const adam = new Adam(trainableVariables(model));
  const executor = createExecutor({
    model,
    adam,
    loss: loss ?? createLoss({ name: 'crossEntropy', validate: false }),
    ignoreIndex: 255,
    execution,
    onNote,
  });
  const step = async (seed: number, size = 2, spoil?: (images: tf.Tensor4D) => tf.Tensor4D) => {
    const { images, labels } = seededBatch(seed, size);
    const given = spoil?.(images) ?? images;
    const noiseSeed = tf.tensor1d([seed, 7], 'int32');
    try {
      const batch = { images: given, labels };
      return await executor.step(batch, { learningRate: 1e-3, noiseSeed });
    } finally {
      tf.dispose([images, given, labels, noiseSeed]);
    }
  };
  /** Trainable weights, other weights, first and second moments, each of them one list of values. */
  const state = () => {
    executor.sync();
    const valuesOf = (tensors: tf.Tensor[]) => tensors.flatMap((tensor) => [...tensor.dataSync()]);
    return {
      weights: valuesOf(model.trainableWeights.map((weight) => weight.read())),
      averages: valuesOf(model.nonTrainableWeights.map((weight) => weight.read())),
      first: valuesOf(adam.moments.map(({ first }) => first)),
      second: valuesOf(adam.moments.map(({ second }) => second)),
    };
  };
  const dispose = () => {
    executor.dispose();
    adam.dispose();
    model.dispose();
  };
  return { model, adam, executor, step, state, dispose };
}

type State = ReturnType<ReturnType<typeof setUp>['state']>;

/** √Σ(a−b)² / √Σb². */
function distance(a: readonly number[], b: readonly number[]): number {
  const norm = (values: number[]) => Math.hypot(...values);
  return norm(a.map((value, i) => value - b[i])) / (norm([...b]) + 1e-30);
}

function expectSameState(graph: State, eager: State): void {
  // Adam divides a gradient by its own size: where it is rounding noise (a bias before batch normalization), so is the step.
  expect(distance(graph.weights, eager.weights)).toBeLessThan(2e-3);
  expect(distance(graph.averages, eager.averages)).toBeLessThan(1e-3);
  expect(distance(graph.first, eager.first)).toBeLessThan(3e-2);
  expect(distance(graph.second, eager.second)).toBeLessThan(3e-2);
}

const shapeOf = (size: number): [number, number, number, number] => [size, 32, 32, 3];

/** Three steps, the second of a smaller batch. */
async function threeSteps(setup: Setup, isPrepared = false) {
  const run = setUp(setup);
  // As runs do; without it, a second shape means a second session, to which the values move.
  if (isPrepared) run.executor.prepare({ steps: [shapeOf(2), shapeOf(1)], evaluations: [] });
  const first = await run.step(1);
  const afterFirst = run.state();
  const second = await run.step(2, 1);
  const third = await run.step(3);
  const state = run.state();
  const { execution } = run.executor;
  run.dispose();
  return { results: [first, second, third], afterFirst, state, execution };
}

const variants: ModelVariant[] = ['paper', 'authors'];
/** Each network with the paper's loss, and each loss with a small network. */
const cases = [
  ...variants.flatMap((variant) =>
    networkNames.map((network) => ({ network, variant, lossName: 'pat' as const })),
  ),
  ...lossNames.map((lossName) => ({ network: smallNetwork.name, variant: variants[0], lossName })),
  ...(['focal', 'classBalanced', 'classBalancedFocal'] as const).map((lossName) => {
    return { network: smallNetwork.name, variant: variants[0], lossName, authors: true };
  }),
];

describe('a step as a graph', () => {
  it.each(cases)(
    'equals the eager step: $network ($variant) with $lossName',
    async ({
      network,
      variant,
      lossName,
      authors = false,
    }: (typeof cases)[number] & { authors?: boolean }) => {
      const options = authors ? { variant: 'authors' } : {};
      const loss = createLoss({
        ...exampleLoss(lossName),
        validate: false,
        ...options,
      });
      const notes: string[] = [];
      const onNote = (text: string) => void notes.push(text);
      const isPrepared = network !== smallNetwork.name;
      const setup = { network, variant, loss, onNote };
      const graph = await threeSteps({ execution: 'graph', ...setup }, isPrepared);
      const eager = await threeSteps({ execution: 'eager', network, variant, loss });
      expect(notes).toEqual([]);
      expect(graph.execution).toBe('graph');
      graph.results.forEach(({ loss, gradientNorm }, i) => {
        const tolerance = i === 0 ? 1e-5 : 5e-3; // later ones at weights that differ by rounding
        expect(Math.abs(loss / eager.results[i].loss - 1)).toBeLessThan(tolerance);
        expect(Math.abs(gradientNorm / eager.results[i].gradientNorm - 1)).toBeLessThan(
          i === 0 ? 1e-3 : 5e-2,
        );
      });
      // One tenth of the gradient, and its square: equal but for the rounding of the ops.
      expect(distance(graph.afterFirst.first, eager.afterFirst.first)).toBeLessThan(1e-4);
      expect(distance(graph.afterFirst.second, eager.afterFirst.second)).toBeLessThan(1e-4);
      expect(distance(graph.afterFirst.averages, eager.afterFirst.averages)).toBeLessThan(1e-5);
      expectSameState(graph.state, eager.state);
    },
    120_000,
  );

  it('repeats bit for bit, whether or not its state left the session meanwhile', async () => {
    const whole = await threeSteps({ execution: 'graph' });
    const run = setUp({ execution: 'graph' });
    const results = [];
    for (const [seed, size] of [
      [1, 2],
      [2, 1],
      [3, 2],
    ]) {
      const before = run.state();
      const read = run.model.weights.map((weight) => weight.read().clone());
      results.push(await run.step(seed, size));
      const after = run.state();
      expect(after.weights).not.toEqual(before.weights);
      // The session updates in place: what it gave away before must not change with it.
      const values = read.slice(0, run.model.trainableWeights.length);
      expect(values.flatMap((tensor) => [...tensor.dataSync()])).toEqual(before.weights);
      tf.dispose(read);
    }
    expect(results).toEqual(whole.results);
    expect(run.state()).toEqual(whole.state);
    run.dispose();
  });

  it('leaves weights and moments to the session until they are synced, or the executor disposed', async () => {
    const whole = await threeSteps({ execution: 'graph' });
    const run = setUp({ execution: 'graph' });
    const variables = [
      ...run.model.weights.map((weight) => weight.read()),
      ...run.adam.moments.flatMap(({ first, second }) => [first, second]),
    ];
    const isEmpty = () => variables.every((variable) => variable.dataSync().every((v) => v === 0));
    expect(isEmpty()).toBe(false);
    await run.step(1);
    expect(isEmpty()).toBe(true);
    expect(run.state()).toEqual(whole.afterFirst);
    await run.step(2, 1);
    await run.step(3);
    expect(isEmpty()).toBe(true);
    run.executor.dispose();
    expect(run.state()).toEqual(whole.state);
    run.dispose();
  });

  it('goes on from assigned weights, moments and step count as if it had never stopped', async () => {
    const whole = await threeSteps({ execution: 'graph' });
    const first = setUp({ execution: 'graph' });
    await first.step(1);
    await first.step(2, 1);
    first.state();
    const second = setUp({ execution: 'graph' });
    await second.step(9); // its own state is overwritten below
    const variables = ({ model, adam }: typeof first) => [
      ...model.weights.map((weight) => weight.read() as tf.Variable),
      ...adam.moments.flatMap((moments) => [moments.first, moments.second]),
    ];
    const from = variables(first);
    variables(second).forEach((variable, i) => variable.assign(from[i].clone()));
    second.adam.step = first.adam.step;
    expect(await second.step(3)).toEqual(whole.results[2]);
    expect(second.state()).toEqual(whole.state);
    first.dispose();
    second.dispose();
  });

  it('changes no weight and no moment at a batch that is not sound, and names the cause', async () => {
    const run = setUp({ execution: 'graph' });
    await run.step(1);
    const before = run.state();
    const spoilt = run.step(2, 2, (images) => images.mul(NaN));
    await expect(spoilt).rejects.toThrow(DivergedError);
    await expect(run.step(2, 2, (images) => images.mul(NaN))).rejects.toThrow(
      'images must be finite',
    );
    const { weights, first, second } = run.state();
    expect({ weights, first, second }).toEqual({
      weights: before.weights,
      first: before.first,
      second: before.second,
    });
    expect(run.adam.step).toBe(1);
    run.dispose();
  });

  it('keeps the number of tensors constant', async () => {
    const start = tf.memory().numTensors;
    const run = setUp({ execution: 'graph' });
    const before = tf.memory().numTensors;
    for (const [seed, size] of [
      [1, 2],
      [2, 1],
      [3, 2],
    ]) {
      await run.step(seed, size);
      expect(tf.memory().numTensors).toBe(before);
    }
    run.state();
    expect(tf.memory().numTensors).toBe(before);
    run.dispose();
    expect(tf.memory().numTensors).toBe(start);
  });

  it('leaves nothing behind where the model and Adam are disposed first', async () => {
    const start = tf.memory().numTensors;
    const run = setUp({ execution: 'graph' });
    await run.step(1);
    run.model.dispose();
    run.adam.dispose();
    run.executor.dispose();
    expect(tf.memory().numTensors).toBe(start);
  });

  it('predicts with the weights of the session, as the model does once they are synced', async () => {
    const run = setUp({ execution: 'graph' });
    await run.step(1);
    const { images, labels } = seededBatch(4, 1);
    const noiseSeed = tf.tensor1d([1, 2], 'int32');
    const { predictions, loss } = run.executor.evaluate({ images, labels }, noiseSeed);
    run.executor.sync();
    const logits = run.model.predict(images) as tf.Tensor4D;
    const expected = createLoss({ name: 'crossEntropy' })(logits, labels);
    expect(loss?.dataSync()[0]).toBeCloseTo(expected.dataSync()[0], 5);
    const ids = logits.argMax(3).dataSync();
    const differing = predictions.dataSync().filter((id, i) => id !== ids[i]);
    expect(differing.length).toBeLessThan(3); // logits that are equal but for rounding
    run.dispose();
  });

  it.each<[string, SegmentationLoss, string]>([
    [
      'reads values',
      (logits) => logits.mul(logits.mean().dataSync()[0]).mean(),
      'values of a tensor are read',
    ],
    ['draws random numbers', (logits) => logits.mul(tf.randomUniform([])).mean(), 'random numbers'],
    [
      'uses a tensor from elsewhere',
      (logits) => logits.mul(outside()).mean(),
      'outside of the step',
    ],
  ])('falls back with one note where a loss %s', async (_, loss, reason) => {
    const notes: string[] = [];
    const run = setUp({ execution: 'graph', loss, onNote: (text) => notes.push(text) });
    const tensors = tf.memory().numTensors;
    await run.step(1);
    await run.step(2);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('execution is eager');
    expect(notes[0]).toContain(reason);
    expect(run.executor.execution).toBe('eager');
    expect(run.adam.step).toBe(2);
    expect(tf.memory().numTensors).toBe(tensors);
    run.dispose();
  });
});

const elsewhere = tf.keep(tf.scalar(2));
/** Uploaded, as a tensor is that was computed with before. */
function outside(): tf.Tensor {
  return elsewhere;
}
elsewhere.add(1).dispose();
