/** The caller of raw ops: attributes of every kind, several outputs and none, other backends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import {
  boolAttribute,
  executeOp,
  executeSingleOp,
  floatAttribute,
  intAttribute,
  nativeBackend,
  stringAttribute,
  typeAttribute,
} from '../../lib/ops/raw';
import { executedOps } from './executedOps';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe('executeOp', () => {
  it('takes type, float and bool attributes', () => {
    const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([3, 2, 1.1])];
    const attributes = { T: typeAttribute(a), tolerance: floatAttribute(0.5) };
    const near = executeSingleOp('ApproximateEqual', attributes, [a, b]);
    expect([...near.dataSync()]).toEqual([0, 1, 0]);
    const scale = { T: typeAttribute('float32'), transpose_b: boolAttribute(true) };
    const product = executeSingleOp('MatMul', scale, [a.as2D(1, 3), b.as2D(1, 3)]);
    expect(product.dataSync()[0]).toBeCloseTo(10.3);
  });

  it('takes int, int list and string attributes, and returns several outputs', () => {
    const x = tf.tensor4d([1, 5, 2, 3], [1, 2, 2, 1]);
    const pooled = executeSingleOp(
      'MaxPool',
      {
        T: typeAttribute(x),
        ksize: intAttribute([1, 2, 2, 1]),
        strides: intAttribute([1, 2, 2, 1]),
        padding: stringAttribute('VALID'),
      },
      [x],
    );
    expect([...pooled.dataSync()]).toEqual([5]);
    const parts = executeOp(
      'Unpack',
      { num: intAttribute(2), axis: intAttribute(0), T: typeAttribute(x) },
      [tf.tensor2d([1, 2, 3, 4], [2, 2])],
      2,
    );
    expect(parts.map((part) => [...part.dataSync()])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('passes resource handles, and runs ops without outputs', () => {
    const dtype = typeAttribute('float32');
    const name = { shared_name: stringAttribute('raw.test'), container: stringAttribute('') };
    const handle = executeSingleOp(
      'VarHandleOp',
      { dtype, shape: { kind: 'SHAPE', value: [2] }, ...name },
      [],
    );
    expect(executeOp('AssignVariableOp', { dtype }, [handle, tf.tensor1d([4, 5])], 0)).toEqual([]);
    const value = executeSingleOp('ReadVariableOp', { dtype }, [handle]);
    expect([...value.dataSync()]).toEqual([4, 5]);
  });

  it('takes TensorFlow’s own numbers of types', () => {
    const attributes = { SrcT: typeAttribute(1), DstT: typeAttribute(3) };
    expect(executeSingleOp('Cast', attributes, [tf.scalar(2.7)]).dtype).toBe('int32');
  });

  it('calls the binding that is in place at the time of the call', () => {
    const x = tf.scalar(-1);
    const names = executedOps(() => executeSingleOp('Relu', { T: typeAttribute(x) }, [x]));
    expect(names).toEqual(['Relu']);
  });

  it('keeps no tensor but its outputs', () => {
    const x = tf.scalar(-1);
    const before = tf.memory().numTensors;
    executeSingleOp('Relu', { T: typeAttribute(x) }, [x]).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the backend that is not native', async () => {
    await tf.setBackend('cpu');
    try {
      expect(nativeBackend()).toBeUndefined();
      expect(nativeBackend()).toBeUndefined();
      expect(() => executeOp('Relu', {}, [], 1)).toThrow(
        "executeOp: backend must be tensorflow, got 'cpu'",
      );
    } finally {
      await tf.setBackend('tensorflow');
    }
  });
});
