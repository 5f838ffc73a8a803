/** Which form of an op is chosen, and that a form that is missing, throws or differs is not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../lib/backend';
import { createModel } from '../lib/models';
import { compareNativeForms, probeNativeOps } from '../lib/ops';
import { differentiable } from '../lib/ops/differentiable';
import { exampleValues, valueAndGradients } from '../lib/ops/example';
import { FusedOp } from '../lib/ops/fusedOp';
import { maxPool } from '../lib/ops/maxPool';
import { executeSingleOp, nativeBackend } from '../lib/ops/raw';
import { executedOps, withBinding } from './ops/executedOps';
import { hasOneDnn } from './support/processor';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

type Double = (x: tf.Tensor) => tf.Tensor;

/** y = factor·x with the gradient `slope`·∂y. */
const scaled =
  (factor: number, slope: number): Double =>
  (x) =>
    differentiable({
      inputs: [x],
      forward: () => x.mul(factor),
      backward: (dy) => [dy.mul(slope)],
    });

function doubling(native: { ops: string[]; cpuOnly?: boolean; run: Double }[]) {
  const example = (run: Double) => valueAndGradients(run, [exampleValues([2, 3])]);
  return new FusedOp<Double>({ name: 'double', native, portable: (x) => x.mul(2), example });
}

describe('FusedOp', () => {
  it('takes the first form that agrees in value and gradient, and says why others do not', () => {
    const missing: Double = (x) => executeSingleOp('NoSuchOp', {}, [x]);
    const op = doubling([
      { ops: ['NoSuchOp'], run: missing },
      { ops: ['WrongValue'], run: scaled(2.01, 2) },
      { ops: ['WrongGradient'], run: scaled(2, 2.01) },
      { ops: ['NotANumber'], run: scaled(NaN, 2) },
      { ops: ['Right'], run: scaled(2, 2) },
      { ops: ['Later'], run: scaled(2, 2) },
    ]);
    const before = tf.memory().numTensors;
    const { ops, rejected } = op.choice;
    expect(tf.memory().numTensors).toBe(before);
    expect(ops).toEqual(['Right']);
    expect(rejected.map((each) => each.ops[0])).toEqual([
      'NoSuchOp',
      'WrongValue',
      'WrongGradient',
      'NotANumber',
    ]);
    expect(rejected[0].reason).toContain('NoSuchOp');
    expect(rejected[1].reason).toBe('other results than the portable form');
  });

  it('takes the portable twin where no form agrees, and remembers it', () => {
    let tries = 0;
    const op = doubling([
      {
        ops: ['Fails'],
        run: () => {
          tries += 1;
          throw new Error('no kernel');
        },
      },
    ]);
    expect([...op.run(tf.tensor1d([1, 2])).dataSync()]).toEqual([2, 4]);
    expect(op.choice.ops).toEqual([]);
    expect(op.choice.rejected).toEqual([{ ops: ['Fails'], reason: 'no kernel' }]);
    expect(tries).toBe(1);
  });

  it('tries no kernel of oneDNN on a GPU', () => {
    const backend = nativeBackend() as NonNullable<ReturnType<typeof nativeBackend>>;
    const original = backend.isUsingGpuDevice;
    const op = doubling([{ ops: ['_MklOnly'], cpuOnly: true, run: scaled(2, 2) }]);
    backend.isUsingGpuDevice = true;
    try {
      expect(op.select().rejected).toEqual([{ ops: ['_MklOnly'], reason: 'only on CPU' }]);
    } finally {
      backend.isUsingGpuDevice = original;
    }
    expect(op.select().ops).toEqual(original ? [] : ['_MklOnly']);
  });
});

describe('probeNativeOps', () => {
  it.skipIf(!hasOneDnn)('chooses a native form for every op with oneDNN, once', () => {
    for (const { name, ops } of probeNativeOps()) expect(ops, name).not.toEqual([]);
    expect(executedOps(() => probeNativeOps())).toEqual([]);
  });

  it('falls back where this TensorFlow has no kernel of oneDNN', () => {
    const choice = withBinding(
      (original) => ({
        executeOp: (name, ...rest) => {
          if (name.startsWith('_Mkl')) throw new Error(`${name} is not registered`);
          return original.executeOp(name, ...rest);
        },
      }),
      () => maxPool.select(),
    );
    expect(choice.ops).toEqual([]);
    expect(choice.rejected[0].reason).toBe('_MklNativeMaxPool is not registered');
    expect(choice.run).toBe(maxPool.definition.portable);
  });

  it('networks run on a backend that is not native, with the same numbers', async () => {
    const run = () => {
      const model = createModel({ name: 'segnet', numClasses: 3, width: 2, variant: 'authors' });
      const images = exampleValues<tf.Tensor4D>([1, 16, 16, 3]);
      const train = model.apply(images, { training: true }) as tf.Tensor;
      const values = [...train.dataSync(), ...(model.predict(images) as tf.Tensor).dataSync()];
      model.dispose();
      return values;
    };
    const native = run();
    await tf.setBackend('cpu');
    let portable: number[];
    try {
      expect(probeNativeOps().every(({ ops }) => ops.length === 0)).toBe(true);
      portable = run();
    } finally {
      await tf.setBackend('tensorflow');
    }
    expect(native).toHaveLength(portable.length);
    const worst = Math.max(...native.map((value, i) => Math.abs(value - portable[i])));
    expect(worst).toBeLessThan(1e-3);
  });
});

describe('networks', () => {
  it.each(['unet', 'segnet', 'attentionUnet', 'nestedUnet'] as const)(
    '%s: no composite of tfjs is left where a native op is',
    (name) => {
      const model = createModel({ name, numClasses: 3, width: 2 });
      const images = tf.ones([1, 16, 16, 3]);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const ops = executedOps(() => {
        const loss = () => (model.apply(images, { training: true }) as tf.Tensor).sum<tf.Scalar>();
        tf.variableGrads(loss, variables);
      });
      const used = new Set(ops);
      for (const composite of ['Rsqrt', 'Square', 'Mean', 'Step', 'Greater', 'MaxPoolGrad']) {
        expect(used, `${composite} in ${[...used].join()}`).not.toContain(composite);
      }
      expect(used).toContain('FusedBatchNormGradV3');
      model.dispose();
    },
  );
});

describe('compareNativeForms', () => {
  it('finds every form that runs far closer to its twin than is asked: the examples are well conditioned', () => {
    const running = compareNativeForms().filter(({ runs }) => runs);
    expect(running.map(({ op }) => op)).toContain('batch normalization (training)');
    for (const { op, difference } of running) expect([op, difference < 5e-6]).toEqual([op, true]);
  });
});
