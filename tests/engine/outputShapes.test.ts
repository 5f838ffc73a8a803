/** Types and shapes before an op runs, against those that it has when it ran. */
import { describe, expect, it } from 'vitest';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { tf } from '../../lib/backend';
import { DryRunError } from '../../lib/engine/failures';
import { dataTypes, typeOf } from '../../lib/engine/nodes';
import { nodeAttributes } from '../../lib/engine/opAttributes';
import { hasShapeInference, outputShapes } from '../../lib/engine/outputShapes';
import type { TensorType } from '../../lib/engine/outputShapes';
import { watched } from '../support/watchedBinding';

/** Ops that ran during `use`; each must have given what was told before. */
function checkedOps(use: () => void): string[] {
  const ops: string[] = [];
  const tensors = new Map<number, TensorType>();
  const watch = (native: TFJSBinding): Partial<TFJSBinding> => ({
    createTensor: (shape, dtype, values) => {
      const id = native.createTensor(shape, dtype, values);
      tensors.set(id, { shape: [...shape], dtype, values: values as Float32Array });
      return id;
    },
    executeOp: (op, attributes, ids, numOutputs) => {
      const inputs = ids.map((id) => tensors.get(id) as TensorType);
      const types = inputs.map(({ dtype }) => dtype);
      const stated = nodeAttributes(native, op, attributes, types);
      const told = outputShapes({ op, inputs, attributes: stated, numOutputs });
      const outputs = native.executeOp(op, attributes, ids, numOutputs);
      expect(told, op).toEqual(outputs.map(({ dtype, shape }) => ({ dtype, shape })));
      for (const { id, dtype, shape } of outputs) tensors.set(id, { dtype, shape });
      ops.push(op);
      return outputs;
    },
  });
  watched(watch, () => tf.tidy(use));
  return ops;
}

const images = (): tf.Tensor4D => tf.ones([2, 5, 7, 3]);
const rows = () => tf.tensor2d([3, 1, 2, 6, 5, 4], [2, 3]);

const cases: [ops: string, use: () => void][] = [
  [
    'Sum Mean Max ArgMax',
    () => [rows().sum(1, true), rows().mean(0), rows().max(), rows().argMax(-1)],
  ],
  [
    'Reshape Transpose Tile PadV2',
    () =>
      rows()
        .reshape([3, -1])
        .transpose()
        .tile([2, 1])
        .pad([
          [0, 1],
          [2, 0],
        ]),
  ],
  ['Slice StridedSlice', () => rows().slice([0, 1], [2, -1]).stridedSlice([0, 0], [2, 2], [1, 2])],
  [
    'ConcatV2 SplitV Pack Unpack',
    () => tf.stack(tf.unstack(tf.concat(tf.split(rows(), [1, 2], 1), 1)), 1),
  ],
  [
    'GatherV2 GatherNd',
    () => [
      rows().gather([1, 0, 1], 1),
      tf.gatherND(rows(), tf.tensor2d([[0, 1]], [1, 2], 'int32')),
    ],
  ],
  [
    'OneHot Range Fill Cast',
    () => [tf.oneHot(tf.range(0, 4, 1, 'int32'), 5), tf.fill([2, 3], 1).toInt()],
  ],
  [
    'TopKV2 Cumsum BatchMatMulV2',
    () => [tf.topk(rows(), 2), rows().cumsum(1), rows().matMul(rows(), false, true)],
  ],
  [
    'Conv2D Conv2DBackpropInput Conv2DBackpropFilter MaxPool MaxPoolGrad',
    () => {
      const filter = tf.ones<tf.Rank.R4>([3, 2, 3, 4]);
      const f = (x: tf.Tensor4D, kernel: tf.Tensor4D) =>
        x.conv2d(kernel, [2, 1], 'valid').maxPool(2, 2, 'same').mean();
      return tf.grads(f as (...x: tf.Tensor[]) => tf.Scalar)([images(), filter]);
    },
  ],
  [
    'ResizeBilinear ResizeBilinearGrad',
    () => tf.grad((x) => tf.image.resizeBilinear(x as tf.Tensor4D, [9, 4]))(images()),
  ],
  [
    'Bincount Select Greater',
    () => [tf.bincount(tf.tensor1d([1, 1, 0], 'int32'), [], 4), rows().where(rows().greater(2), 0)],
  ],
];

describe.skipIf(!hasShapeInference)('outputShapes (needs the addon that setup builds)', () => {
  it.each(cases)('tells what %s give', (ops, use) => {
    const ran = checkedOps(use);
    for (const op of ops.split(' ')) expect(ran).toContain(op);
  });

  const float = { dtype: dataTypes.float32, shape: [2, 3] };
  const T = typeOf(dataTypes.float32);

  it('refuses inputs that do not fit, and an op that is not known', () => {
    const sum = { op: 'AddV2', attributes: { T }, numOutputs: 1 };
    const others = { ...float, shape: [2, 4] };
    expect(() => outputShapes({ ...sum, inputs: [float, others] })).toThrow(DryRunError);
    expect(() => outputShapes({ ...sum, inputs: [float, others] })).toThrow(/must be equal/);
    expect(() => outputShapes({ ...sum, op: 'NoSuchOp', inputs: [float] })).toThrow(/NoSuchOp/);
  });

  it('refuses a shape that depends on values which are not known', () => {
    const attributes = { T, Tshape: typeOf(dataTypes.int32) };
    const shape = { dtype: dataTypes.int32, shape: [2] };
    const call = { op: 'Reshape', attributes, numOutputs: 1 };
    expect(() => outputShapes({ ...call, inputs: [float, shape] })).toThrow(
      'the shape of an output of Reshape is not known before it runs',
    );
    const values = Int32Array.of(3, -1);
    expect(outputShapes({ ...call, inputs: [float, { ...shape, values }] })).toEqual([
      { dtype: dataTypes.float32, shape: [3, 2] },
    ]);
  });
});
