/** Shape rules of ops that work element by element, and of reductions. */
import { dataTypes } from '../nodes';
import { axisOf, assertKnown, rules, valuesOf } from './opCall';
import type { OpCall, ShapeRule, TensorType } from './opCall';

const { bool, int32 } = dataTypes;

const sameAsFirst: ShapeRule = ({ inputs: [{ dtype, shape }] }) => [{ dtype, shape }];

const boolOfFirst: ShapeRule = ({ inputs: [{ shape }] }) => [{ dtype: bool, shape }];

const cast: ShapeRule = ({ inputs: [{ shape }], attributes }) => [
  { dtype: attributes.DstT as number, shape },
];

const binary: ShapeRule = (call) => [{ dtype: call.inputs[0].dtype, shape: broadcast(call) }];

const comparison: ShapeRule = (call) => [{ dtype: bool, shape: broadcast(call) }];

/** The shape of all inputs together: an axis of 1, or one that is missing in front, is repeated. */
function broadcast(call: OpCall): number[] {
  const shapes = call.inputs.map(({ shape }) => shape);
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((size) => size !== 1) ?? 1;
    assertKnown(
      call,
      sizes.every((other) => other === 1 || other === size),
    );
    return size;
  });
}

/** Inputs: condition (or one for each row), values where it holds, values elsewhere. */
const select: ShapeRule = (call) => {
  const [, { dtype, shape }, other] = call.inputs;
  assertKnown(call, shape.join() === other.shape.join());
  return [{ dtype, shape }];
};

const reduction: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const axes = valuesOf(call, 1).map((axis) => axisOf(call, axis, shape.length));
  const kept = call.attributes.keep_dims === true;
  const reduced = shape.map((size, axis) => (axes.includes(axis) ? (kept ? 1 : -1) : size));
  return [{ dtype, shape: reduced.filter((size) => size !== -1) }];
};

const argReduction: ShapeRule = (call) => {
  const { shape } = call.inputs[0];
  const axis = axisOf(call, valuesOf(call, 1)[0], shape.length);
  const dtype = (call.attributes.output_type as number | undefined) ?? int32;
  return [{ dtype, shape: shape.filter((_, other) => other !== axis) }];
};

const scalar: ShapeRule = ({ inputs: [{ dtype }] }): TensorType[] => [{ dtype, shape: [] }];

/** γ or β of the channels is the gradient of what was added to them. */
const channels: ShapeRule = ({ inputs: [{ dtype, shape }] }) => [{ dtype, shape: shape.slice(-1) }];

export const elementwise: Readonly<Record<string, ShapeRule>> = {
  ...rules(
    'Abs BiasAdd Ceil Cumsum Elu Exp Expm1 Floor Log Log1p LogSoftmax LogicalNot Neg Reciprocal Relu Relu6 ReluGrad Round ' +
      'Rsqrt Sigmoid SigmoidGrad Sign Softmax Softplus Sqrt Square Tanh ZerosLike',
    sameAsFirst,
  ),
  ...rules('IsFinite IsInf IsNan', boolOfFirst),
  ...rules(
    'Add DivNoNan FloorDiv LogicalAnd LogicalOr Maximum Minimum Mul MulNoNan Pow RealDiv ' +
      'SquaredDifference Sub',
    binary,
  ),
  ...rules('Equal Greater GreaterEqual Less LessEqual NotEqual', comparison),
  ...rules('All Any Max Mean Min Prod Sum', reduction),
  ...rules('ArgMax ArgMin', argReduction),
  Cast: cast,
  Select: select,
  L2Loss: scalar,
  BiasAddGrad: channels,
};
