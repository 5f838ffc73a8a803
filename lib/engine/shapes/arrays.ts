/** Shape rules of ops that make, cut, join and pick arrays. */
import { dataTypes } from '../nodes';
import { axisOf, assertKnown, rules, sizeOf, valuesOf } from './opCall';
import type { OpCall, ShapeRule, TensorType } from './opCall';

const reshape: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const wanted = valuesOf(call, 1);
  const known = sizeOf(wanted.filter((size) => size !== -1));
  const sizes = wanted.map((size) => (size === -1 ? sizeOf(shape) / known : size));
  assertKnown(call, sizes.every(Number.isInteger) && sizeOf(sizes) === sizeOf(shape));
  return [{ dtype, shape: sizes }];
};

const fill: ShapeRule = (call) => [{ dtype: call.inputs[1].dtype, shape: valuesOf(call, 0) }];

const random: ShapeRule = (call) => [
  { dtype: call.attributes.dtype as number, shape: valuesOf(call, 0) },
];

const range: ShapeRule = (call) => {
  const [[start], [limit], [delta]] = [0, 1, 2].map((input) => valuesOf(call, input));
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return [{ dtype: call.inputs[0].dtype, shape: [count] }];
};

const tile: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const repeats = valuesOf(call, 1);
  return [{ dtype, shape: shape.map((size, axis) => size * repeats[axis]) }];
};

const slice: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const begin = valuesOf(call, 1);
  const sizes = valuesOf(call, 2);
  return [{ dtype, shape: sizes.map((size, i) => (size === -1 ? shape[i] - begin[i] : size)) }];
};

const transpose: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  return [{ dtype, shape: valuesOf(call, 1).map((axis) => shape[axis]) }];
};

const pad: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const margins = valuesOf(call, 1); // before and after, for each axis
  const padded = shape.map((size, axis) => size + margins[2 * axis] + margins[2 * axis + 1]);
  return [{ dtype, shape: padded }];
};

const expandDims: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const axis = axisOf(call, valuesOf(call, 1)[0], shape.length + 1);
  return [{ dtype, shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)] }];
};

/** Inputs: the parts, then the axis. */
const concat: ShapeRule = (call) => {
  const parts = call.inputs.slice(0, -1);
  const [{ dtype, shape }] = parts;
  const axis = axisOf(call, valuesOf(call, parts.length)[0], shape.length);
  const joined = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  return [{ dtype, shape: resized(shape, axis, joined) }];
};

const split: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const sizes = valuesOf(call, 1);
  const axis = axisOf(call, valuesOf(call, 2)[0], shape.length);
  assertKnown(call, sizes.length === call.numOutputs && !sizes.includes(-1));
  return sizes.map((size) => ({ dtype, shape: resized(shape, axis, size) }));
};

const pack: ShapeRule = (call) => {
  const { inputs, attributes } = call;
  const [{ dtype, shape }] = inputs;
  const axis = axisOf(call, attributes.axis as number, shape.length + 1);
  return [{ dtype, shape: [...shape.slice(0, axis), inputs.length, ...shape.slice(axis)] }];
};

const unpack: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const axis = axisOf(call, call.attributes.axis as number, shape.length);
  const part: TensorType = { dtype, shape: shape.filter((_, other) => other !== axis) };
  assertKnown(call, call.numOutputs === shape[axis]);
  return Array.from({ length: call.numOutputs }, () => part);
};

/** The last axis is the new one. */
const oneHot: ShapeRule = (call) => {
  const { inputs, attributes } = call;
  assertKnown(call, attributes.axis === -1);
  return [{ dtype: inputs[2].dtype, shape: [...inputs[0].shape, ...valuesOf(call, 1)] }];
};

const gather: ShapeRule = (call) => {
  const [{ dtype, shape }, indices] = call.inputs;
  assertKnown(call, ((call.attributes.batch_dims as number | undefined) ?? 0) === 0);
  const axis = axisOf(call, valuesOf(call, 2)[0], shape.length);
  return [{ dtype, shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)] }];
};

const gatherNd: ShapeRule = ({ inputs: [{ dtype, shape }, indices] }) => {
  const picked = indices.shape[indices.shape.length - 1];
  return [{ dtype, shape: [...indices.shape.slice(0, -1), ...shape.slice(picked)] }];
};

/** Inputs: indices, values, the shape that they are put into. */
const scatterNd: ShapeRule = (call) => [{ dtype: call.inputs[1].dtype, shape: valuesOf(call, 2) }];

/** Inputs: values, how many of each row; outputs: the largest, and where they were. */
const topK: ShapeRule = (call) => {
  const [{ dtype, shape }] = call.inputs;
  const largest = [...shape.slice(0, -1), ...valuesOf(call, 1)];
  return [
    { dtype, shape: largest },
    { dtype: dataTypes.int32, shape: largest },
  ];
};

/** Inputs: values, their number of bins, weights. */
const bincount: ShapeRule = (call: OpCall) => [
  { dtype: call.inputs[2].dtype, shape: valuesOf(call, 1) },
];

function resized(shape: readonly number[], axis: number, size: number): number[] {
  return shape.map((other, i) => (i === axis ? size : other));
}

export const arrays: Readonly<Record<string, ShapeRule>> = {
  ...rules('StatelessRandomNormal StatelessRandomUniform', random),
  Bincount: bincount,
  ConcatV2: concat,
  ExpandDims: expandDims,
  Fill: fill,
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  Pack: pack,
  PadV2: pad,
  Range: range,
  Reshape: reshape,
  ScatterNd: scatterNd,
  Slice: slice,
  SplitV: split,
  Tile: tile,
  TopKV2: topK,
  Transpose: transpose,
  Unpack: unpack,
};
