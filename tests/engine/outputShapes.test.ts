import { describe, expect, it } from 'vitest';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { tf } from '../../lib/backend';
import { outputShapes } from '../../lib/engine/outputShapes';
import { UnknownShape } from '../../lib/engine/shapes/opCall';
import type { OpInput } from '../../lib/engine/shapes/opCall';
import { executeSingleOp, typeAttribute } from '../../lib/ops/raw';
import { watched } from '../support/watchedBinding';

/** Ops that ran during `use`; each must have given what its rule says. */
function checkedOps(use: () => void): string[] {
  const ops: string[] = [];
  const tensors = new Map<number, OpInput>();
  const watch = (native: TFJSBinding): Partial<TFJSBinding> => ({
    createTensor: (shape, dtype, values) => {
      const id = native.createTensor(shape, dtype, values);
      tensors.set(id, { shape: [...shape], dtype, values: values as Float32Array });
      return id;
    },
    executeOp: (op, attributes, ids, numOutputs) => {
      const outputs = native.executeOp(op, attributes, ids, numOutputs);
      const inputs = ids.map((id) => tensors.get(id) as OpInput);
      const values = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
      const expected = outputs.map(({ dtype, shape }) => ({ dtype, shape }));
      const call = { op, inputs, attributes: values, numOutputs };
      expect(outputShapes(call), op).toEqual(expected);
      for (const { id, dtype, shape } of outputs) tensors.set(id, { dtype, shape });
      ops.push(op);
      return outputs;
    },
  });
  watched(watch, () => tf.tidy(use));
  return ops;
}

const images = (): tf.Tensor4D => tf.randomUniform([2, 5, 7, 3], 0, 1, 'float32', 1);
const channels = () => tf.tensor1d([1, 2, 3]);
const filter = (): tf.Tensor4D => tf.randomUniform([3, 3, 3, 4], 0, 1, 'float32', 2);
const gradientOf = (f: (x: tf.Tensor4D) => tf.Tensor) =>
  tf.grad((x) => f(x as tf.Tensor4D))(images());

/** Ops that the calls below them run, beside others. */
const calls: [ops: string, use: () => void][] = [
  [
    'Abs Ceil Elu Exp Expm1 Floor Log Log1p Neg Reciprocal Relu Relu6 Round Rsqrt Sign Softplus Sqrt Square Tanh',
    () => {
      const x = images();
      const all = [
        x.abs(),
        x.ceil(),
        x.elu(),
        x.exp(),
        x.expm1(),
        x.floor(),
        x.log(),
        x.log1p(),
        x.neg(),
      ];
      all.push(x.reciprocal(), x.relu(), x.relu6(), x.round(), x.rsqrt(), x.sign(), x.softplus());
      return [...all, x.sqrt(), x.square(), x.tanh()];
    },
  ],
  [
    'Sigmoid SigmoidGrad ReluGrad',
    () => [
      gradientOf((x) => x.sigmoid()),
      executeSingleOp('SigmoidGrad', { T: typeAttribute('float32') }, [images(), images()]),
      executeSingleOp('ReluGrad', { T: typeAttribute('float32') }, [images(), images()]),
    ],
  ],
  [
    'Softmax LogSoftmax',
    () => [
      images().softmax(),
      executeSingleOp('LogSoftmax', { T: typeAttribute('float32') }, [images()]),
    ],
  ],
  ['IsFinite IsInf IsNan', () => [images().isFinite(), images().isInf(), images().isNaN()]],
  [
    'Add Sub Mul RealDiv Select ZerosLike FloorDiv Maximum Minimum Pow SquaredDifference',
    () => {
      const [x, y] = [images(), channels()];
      const whole = (tensor: tf.Tensor) => tf.floorDiv(tensor.toInt(), tf.scalar(2, 'int32'));
      const all = [
        x.add(y),
        y.sub(x),
        x.mul(y.reshape([1, 1, 1, 3])),
        x.div(y),
        whole(x),
        x.divNoNan(x),
      ];
      return [...all, x.maximum(y), x.minimum(0.5), x.pow(tf.scalar(2)), x.squaredDifference(y)];
    },
  ],
  [
    'Equal Greater GreaterEqual Less LessEqual NotEqual LogicalAnd LogicalOr LogicalNot Select',
    () => {
      const [x, y] = [images(), channels()];
      const both = x.less(y).logicalAnd(x.lessEqual(y)).logicalOr(x.greater(y)).logicalNot();
      const other = [x.greaterEqual(y), x.equal(y), x.notEqual(y)];
      return [...other, tf.where(both, x, x.neg())];
    },
  ],
  [
    'Sum Mean Max Min Prod All Any',
    () => {
      const x = images();
      const all = [
        x.sum(),
        x.sum([0, -1]),
        x.mean(2, true),
        x.max([1, 2]),
        x.min(-1, true),
        x.prod(0),
      ];
      return [...all, x.greater(0.5).all(3), x.greater(0.5).any([0, 1])];
    },
  ],
  ['ArgMax ArgMin', () => [images().argMax(-1), images().argMin(0)]],
  ['Cast', () => [images().toInt(), images().toInt().toFloat(), images().toBool()]],
  ['Reshape', () => [images().flatten(), images().reshape([-1, 3]), images().reshape([2, 35, -1])]],
  [
    'Fill Range',
    () => [tf.fill([2, 3], 4, 'int32'), tf.range(0, 7, 2, 'int32'), tf.range(5, 0, -2)],
  ],
  ['Tile Transpose', () => [images().tile([2, 1, 1, 3]), images().transpose([0, 3, 1, 2])]],
  ['Slice', () => [images().slice([0, 1, 2, 0], [1, -1, 3, -1]), images().slice(1)]],
  [
    'PadV2',
    () =>
      images().pad([
        [0, 0],
        [1, 2],
        [0, 3],
        [0, 0],
      ]),
  ],
  ['ExpandDims', () => [images().expandDims(0), images().expandDims(-1), images().expandDims(2)]],
  ['ConcatV2 SplitV', () => tf.concat(images().split([1, 2], -1), 3)],
  ['Pack Unpack', () => tf.stack(images().unstack(2), -1)],
  [
    'OneHot',
    () =>
      tf.oneHot(
        tf.tensor2d(
          [
            [1, 2],
            [0, 5],
          ],
          [2, 2],
          'int32',
        ),
        3,
      ),
  ],
  [
    'GatherV2',
    () =>
      images().gather(
        tf.tensor2d(
          [
            [0, 1],
            [2, 3],
          ],
          [2, 2],
          'int32',
        ),
        1,
      ),
  ],
  [
    'GatherNd',
    () =>
      tf.gatherND(
        images(),
        tf.tensor2d(
          [
            [0, 1],
            [1, 4],
          ],
          [2, 2],
          'int32',
        ),
      ),
  ],
  [
    'TopKV2 Cumsum ScatterNd',
    () => {
      const { values, indices } = tf.topk(tf.tensor2d([3, 1, 2, 5, 9, 7], [2, 3]), 2);
      const put = tf.scatterND(tf.tensor2d([2, 0], [2, 1], 'int32'), tf.tensor1d([7, 8]), [4]);
      return [values, indices.cumsum(1), put];
    },
  ],
  ['Bincount', () => tf.bincount(tf.tensor1d([0, 2, 9], 'int32'), tf.tensor1d([], 'int32'), 4)],
  [
    'Conv2D Conv2DBackpropInput',
    () => {
      const of = (strides: number, pad: 'same' | 'valid') => (x: tf.Tensor4D) =>
        x.conv2d(filter(), strides, pad);
      const dilated = images().conv2d(filter(), 1, 'valid', 'NHWC', 2);
      return [
        gradientOf(of(1, 'same')),
        gradientOf(of(2, 'same')),
        gradientOf(of(2, 'valid')),
        dilated,
      ];
    },
  ],
  [
    'Conv2DBackpropFilter',
    () => tf.grad((w) => images().conv2d(w as tf.Tensor4D, [2, 1], 'valid'))(filter()),
  ],
  [
    'BiasAdd BiasAddGrad',
    () => {
      const type = { T: typeAttribute('float32') };
      return [
        executeSingleOp('BiasAdd', type, [images(), channels()]),
        executeSingleOp('BiasAddGrad', type, [images()]),
      ];
    },
  ],
  [
    'MaxPool MaxPoolGrad',
    () => [gradientOf((x) => x.maxPool(2, 2, 'valid')), images().maxPool(3, 2, 'same')],
  ],
  [
    'AvgPool AvgPoolGrad',
    () => [gradientOf((x) => x.avgPool(2, 2, 'same')), images().avgPool(3, 1, 'valid')],
  ],
  ['ResizeBilinear ResizeBilinearGrad', () => gradientOf((x) => x.resizeBilinear([10, 4], true))],
  [
    'ResizeNearestNeighbor ResizeNearestNeighborGrad',
    () => gradientOf((x) => x.resizeNearestNeighbor([10, 4])),
  ],
  [
    'DivNoNan MulNoNan',
    () => {
      const type = { T: typeAttribute('float32') };
      return ['DivNoNan', 'MulNoNan'].map((op) =>
        executeSingleOp(op, type, [images(), channels()]),
      );
    },
  ],
  ['L2Loss', () => executeSingleOp('L2Loss', { T: typeAttribute('float32') }, [images()])],
  [
    'StatelessRandomNormal StatelessRandomUniform',
    () =>
      ['Normal', 'Uniform'].map((kind) =>
        executeSingleOp(
          `StatelessRandom${kind}`,
          {
            dtype: typeAttribute('float32'),
            T: typeAttribute('int32'),
            Tseed: typeAttribute('int32'),
          },
          [tf.tensor1d([3, 4], 'int32'), tf.tensor1d([1, 2], 'int32')],
        ),
      ),
  ],
];

describe('outputShapes', () => {
  it.each(calls)('says what TensorFlow gives: %s', (ops, use) => {
    expect(checkedOps(use)).toEqual(expect.arrayContaining(ops.split(' ')));
  });

  const float = 1;
  const call = (op: string, inputs: OpInput[], attributes = {}) => ({
    op,
    inputs,
    attributes,
    numOutputs: 1,
  });

  it('knows nothing of other ops, of shapes that do not fit, and of what depends on values that are not known', () => {
    const x: OpInput = { dtype: float, shape: [2, 3] };
    const shape: OpInput = { dtype: 3, shape: [2] };
    const wrong = [
      call('NoSuchOp', [x]),
      call('toString', [x]),
      call('Add', [x, { dtype: float, shape: [4] }]),
      call('Reshape', [x, shape]),
      call('Reshape', [x, { ...shape, values: [4, 2] }]),
      call('Reshape', [x, { ...shape, values: [4, -1] }]),
      call('Sum', [x, { dtype: 3, shape: [1], values: [2] }]),
      { ...call('Exp', [x]), numOutputs: 2 },
      call('Unpack', [x], { axis: 1 }),
    ];
    for (const one of wrong) expect(() => outputShapes(one), one.op).toThrow(UnknownShape);
  });
});
