import { describe, expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import type * as dryBinding from '../../lib/engine/dryBinding';
import { DryRunError, TracingError } from '../../lib/engine/failures';
import type { GraphNode } from '../../lib/engine/nodes';
import { ResidentGraph } from '../../lib/engine/residentGraph';
import { savedModel } from '../../lib/engine/savedModel';
import { TrainingGraph } from '../../lib/engine/trainingGraph';
import { createLoss, lossNames } from '../../lib/losses';
import { exampleLoss } from '../losses/support';
import type { LossConfig, SegmentationLoss } from '../../lib/losses';
import { createModel, networkNames } from '../../lib/models';
import type { NetworkName } from '../../lib/models';
import { trainableVariables } from '../../lib/models/layers';
import type { ModelVariant } from '../../lib/models/modelTypes';
import { Adam } from '../../lib/engine/adam';
import { nativeOpsOf } from '../support/watchedBinding';

const allowed = vi.hoisted(() => ({ dry: true }));
vi.mock('../../lib/engine/dryBinding', async (importOriginal) => {
  const original = await importOriginal<typeof dryBinding>();
  const runDry: typeof original.runDry = (backend, use) => {
    if (allowed.dry) return original.runDry(backend, use);
    throw new DryRunError('not allowed');
  };
  return { ...original, runDry };
});

const CLASSES = 3;

interface Setup {
  network?: NetworkName;
  variant?: ModelVariant;
  loss: SegmentationLoss;
  /** Height and width of the images. */
  size?: [number, number];
}

/** The nodes of a step and of an evaluation, and the native ops that their recording ran. */
function recorded(
  mode: 'dry' | 'real',
  { network = 'unet', variant = 'paper', loss, size = [32, 32] }: Setup,
) {
  const model = createModel({ name: network, variant, numClasses: CLASSES, width: 2, seed: 5 });
  const adam = new Adam(trainableVariables(model));
  const add = vi.spyOn(ResidentGraph.prototype, 'add');
  const graph = new TrainingGraph({ model, adam, loss, ignoreIndex: 255 });
  const variables = [...model.weights.map((weight) => weight.read() as tf.Variable)];
  const before = variables.map(({ dataId }) => dataId);
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  allowed.dry = mode === 'dry';
  const shapes: [number, number, number, number][] = [[2, ...size, 3]];
  const ops = nativeOpsOf(() => {
    try {
      graph.prepare({ steps: shapes, evaluations: shapes });
    } finally {
      allowed.dry = true;
      expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
      expect(variables.map(({ dataId }) => dataId)).toEqual(before);
    }
  });
  const programs = add.mock.calls.map(([, { nodes }]) => nodes);
  add.mockRestore();
  graph.dispose();
  adam.dispose();
  model.dispose();
  return { programs, ops };
}

function expectSameGraphs(setup: () => Setup): void {
  const dry = recorded('dry', setup());
  const real = recorded('real', setup());
  expect(dry.ops).toEqual([]);
  expect(real.ops.length).toBeGreaterThan(300);
  expect(dry.programs).toHaveLength(2);
  dry.programs.forEach((nodes, i) => {
    const names = (all: readonly GraphNode[]) => all.map(({ name }) => name);
    expect(names(nodes)).toEqual(names(real.programs[i]));
    // Types, inputs, attributes and constants too: the files are the same byte for byte.
    expect(Buffer.compare(savedModel(nodes), savedModel(real.programs[i]))).toBe(0);
  });
}

const counts = [40, 0, 7];
const losses: LossConfig[] = [
  ...lossNames.map(exampleLoss),
  { name: 'pat', variant: 'authors' },
  { name: 'pat', normalizer: 'pixels' },
  { name: 'pat', coefficient: 'inverse', epsilon: 0.02 },
  { name: 'pat', sharpness: 'classes', temperature: 2 },
  { name: 'pat', sharpness: 3, stopGradient: true },
  { name: 'focal', gamma: 1 },
  { name: 'focal', gamma: 3 },
  { name: 'focal', variant: 'authors' },
  { name: 'classBalanced', variant: 'authors' },
  { name: 'classBalanced', normalize: 'classes', classCounts: counts },
  { name: 'classBalanced', normalize: 'none', beta: 0.9 },
  { name: 'classBalancedFocal', variant: 'authors', gamma: 1 },
  { name: 'balancedSoftmax', variant: 'authors' },
  { name: 'balancedSoftmax', classCounts: counts },
  { name: 'ldam', variant: 'authors', maxMargin: 0.2, scale: 10 },
  { name: 'ldam', classCounts: counts },
  { name: 'blv', variant: 'authors', sigma: 1 },
  { name: 'blv', distribution: 'uniform', classCounts: counts },
  { name: 'blv', distribution: 'xavier' },
].map((config) => ({ ...config, validate: false }));

const variants: ModelVariant[] = ['paper', 'authors'];
const networks = networkNames.flatMap((network) =>
  variants.map((variant) => ({ network, variant })),
);

/** Sorts, sums up, multiplies matrices, turns around, convolves by depth. */
const unusualLoss: SegmentationLoss = (logits, labels) => {
  const [batch, height, width, classes] = logits.shape;
  const rows = logits.reshape<tf.Tensor2D>([batch * height * width, classes]);
  const { indices } = tf.topk(labels.flatten(), 10, true);
  const sums = rows.gather(indices).cumsum(1).erf().mean();
  const products = rows.matMul(rows, true).atan().clipByValue(-0.5, 0.5).square().mean();
  const even = labels.mod(2).toFloat().expandDims(3);
  const kernel = tf.ones<tf.Rank.R4>([3, 3, classes, 1]);
  const smooth = tf.depthwiseConv2d(logits.reverse(2), kernel, 1, 'same');
  return tf.addN([sums, products, smooth.mul(even).tan().mean()].map((term) => term.asScalar()));
};

describe('a dry recording', () => {
  it.each(losses)('gives the same graph as a real one: %o', (config) => {
    expectSameGraphs(() => ({ loss: createLoss(config) }));
  });

  it.each(networks)('gives the same graph as a real one: $network ($variant)', (which) => {
    for (const size of [
      [32, 32],
      [48, 80],
    ] as [number, number][]) {
      expectSameGraphs(() => ({
        ...which,
        size,
        loss: createLoss({ name: 'pat', validate: false }),
      }));
    }
  });

  it("gives the same graph as a real one for a user's loss of ops that no loss of the kit has", () => {
    expectSameGraphs(() => ({ loss: unusualLoss }));
  });

  it('refuses an op whose output has a size that depends on values', () => {
    const loss: SegmentationLoss = (logits, labels) =>
      logits.mean().mul(tf.unique(labels.flatten()).values.size);
    expect(() => recorded('dry', { loss })).toThrow(
      new TracingError("the size of the op UniqueV2's output depends on values"),
    );
  });

  it('gives way to a real one where values of a computed constant are read', () => {
    const loss: SegmentationLoss = (logits) => {
      const [factor] = tf.tensor1d([2]).square().dataSync();
      return logits.mul(factor).mean();
    };
    expect(recorded('dry', { loss }).ops).toContain('Square');
  });

  it('gives way to a real one where another variable is assigned, which keeps its value until then', () => {
    const seen = tf.tidy(() => tf.variable(tf.scalar(1)));
    const values: number[] = [];
    const loss: SegmentationLoss = (logits) => {
      values.push(seen.isDisposed ? NaN : 0);
      seen.assign(logits.max());
      return logits.mean();
    };
    recorded('dry', { loss });
    expect(values).toEqual([0, 0, 0, 0]);
    expect(Number.isFinite(seen.dataSync()[0])).toBe(true);
    seen.dispose();
  });

  it('leaves tensors that were not uploaded as they were', () => {
    const factor = tf.scalar(3);
    const read = vi.fn(() => factor.dataSync()[0]);
    const loss: SegmentationLoss = (logits) => logits.mul(factor).mul(read()).mean();
    expect(recorded('dry', { loss }).ops).toEqual([]);
    expect(read).toHaveReturnedWith(3);
    expect(factor.square().dataSync()[0]).toBe(9);
    factor.dispose();
  });

  it('leaves no tensor behind where the loss throws', () => {
    const loss: SegmentationLoss = (logits) => {
      logits.square();
      throw new RangeError('no loss today');
    };
    expect(() => recorded('dry', { loss })).toThrow('no loss today');
  });
});
