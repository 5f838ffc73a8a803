/** Shape rules of convolution, pooling, resizing and batch normalization of images `[B,H,W,C]`. */
import { dataTypes } from '../nodes';
import { assertKnown, rules, sizeOf, valuesOf } from './opCall';
import type { OpCall, ShapeRule, TensorType } from './opCall';

const { float32 } = dataTypes;

/** Height and width of the outputs of a window of `window` pixels, as `padding` and `strides` have it. */
function windowed(call: OpCall, shape: readonly number[], window: readonly number[]): number[] {
  const { padding, data_format: format, strides, dilations } = call.attributes;
  assertKnown(call, format === 'NHWC' && (padding === 'SAME' || padding === 'VALID'));
  return [1, 2].map((axis) => {
    const dilation = (dilations as number[] | undefined)?.[axis] ?? 1;
    const covered = padding === 'SAME' ? 0 : (window[axis - 1] - 1) * dilation;
    return Math.ceil((shape[axis] - covered) / (strides as number[])[axis]);
  });
}

/** Inputs: images, filter `[h,w,C,D]`. */
const convolution: ShapeRule = (call) => {
  const [{ dtype, shape }, filter] = call.inputs;
  assertKnown(call, shape[3] === filter.shape[2]);
  const [height, width] = windowed(call, shape, filter.shape);
  return [{ dtype, shape: [shape[0], height, width, filter.shape[3]] }];
};

/** Inputs: shape of the images, filter, gradient of the output. */
const byImages: ShapeRule = (call) => [{ dtype: call.inputs[2].dtype, shape: valuesOf(call, 0) }];

/** Inputs: images, shape of the filter, gradient of the output. */
const byFilter: ShapeRule = (call) => [{ dtype: call.inputs[2].dtype, shape: valuesOf(call, 1) }];

const averagePoolGradient: ShapeRule = (call) => [
  { dtype: call.inputs[1].dtype, shape: valuesOf(call, 0) },
];

const pool: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  const window = (call.attributes.ksize as number[]).slice(1);
  return [{ dtype, shape: [shape[0], ...windowed(call, shape, window), shape[3]] }];
};

/** The second output is oneDNN's own: one byte for each maximum. */
const poolWithWorkspace: ShapeRule = (call) => {
  const [pooled] = pool(call);
  return [pooled, { dtype: dataTypes.uint8, shape: [sizeOf(pooled.shape)] }];
};

const likeInput =
  (input: number): ShapeRule =>
  ({ inputs }) => [{ dtype: inputs[input].dtype, shape: inputs[input].shape }];

/** Inputs: images, new height and width. */
const resize: ShapeRule = (call) => {
  const { dtype, shape } = call.inputs[0];
  return [{ dtype, shape: [shape[0], ...valuesOf(call, 1), shape[3]] }];
};

const resizeBilinear: ShapeRule = (call) => [{ ...resize(call)[0], dtype: float32 }];

/** Outputs: images, averages, variances, the statistics that the gradient needs, then a reserve (`workspace` of oneDNN). */
const batchNormalization =
  (workspace: 'none' | 'asImages'): ShapeRule =>
  ({ op, inputs: [{ dtype, shape }, { shape: channels }], attributes, numOutputs }) => {
    const statistics: TensorType = { dtype: float32, shape: channels };
    const isKept = workspace === 'asImages' && attributes.is_training === true;
    const reserve: TensorType = { dtype: float32, shape: [isKept ? sizeOf(shape) : 0] };
    const outputs = [{ dtype, shape }, statistics, statistics, statistics, statistics, reserve];
    return outputs.slice(0, op === 'FusedBatchNorm' ? 5 : numOutputs);
  };

/** Outputs: the gradients of images, γ and β, and two that are not used. */
const batchNormalizationGradient: ShapeRule = ({
  inputs: [, { dtype, shape }, { shape: gamma }],
}) => {
  const byChannel: TensorType = { dtype: float32, shape: gamma };
  const unused: TensorType = { dtype: float32, shape: [] };
  return [{ dtype, shape }, byChannel, byChannel, unused, unused];
};

export const images: Readonly<Record<string, ShapeRule>> = {
  ...rules('AvgPool MaxPool', pool),
  ...rules('FusedBatchNorm FusedBatchNormV3', batchNormalization('none')),
  ...rules('ResizeBilinearGrad', likeInput(1)),
  ...rules('MaxPoolGrad _MklNativeMaxPoolGrad', likeInput(0)),
  AvgPoolGrad: averagePoolGradient,
  Conv2D: convolution,
  Conv2DBackpropFilter: byFilter,
  Conv2DBackpropInput: byImages,
  FusedBatchNormGradV3: batchNormalizationGradient,
  ResizeBilinear: resizeBilinear,
  ResizeNearestNeighbor: resize,
  ResizeNearestNeighborGrad: resize,
  _MklNativeFusedBatchNormEx: batchNormalization('asImages'),
  _MklNativeMaxPool: poolWithWorkspace,
};
