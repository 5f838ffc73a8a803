/**
 * A network as a TensorFlow graph of plain ops with its weights as constants, for programs that do not know the kit: images of
 * any number and size in, logits out. What a session of the kit's own runs is recorded instead (`recordedModel.ts`).
 */
import type { tf } from '../backend';
import { InputError } from '../check';
import { dataTypes, GraphBuilder, typeOf } from './nodes';
import type { GraphNode, NodeAttribute } from './nodes';

export interface ModelGraph {
  nodes: GraphNode[];
  /** `name:0` of the images `[B,H,W,channels]`, RGB 0 … 1, and of the logits `[B,H,W,C]`. */
  image: string;
  logits: string;
  channels: number;
  numClasses: number;
}

/** What a layer becomes: adds its nodes and returns its output. */
type Emit = (graph: Graph, inputs: string[], layer: tf.layers.Layer) => string;

const float = typeOf(dataTypes.float32);
const T = { T: float };
const ints = (value: number[]): NodeAttribute => ({ kind: 'ints', value });
const text = (value: string): NodeAttribute => ({ kind: 'string', value });
const flag = (value: boolean): NodeAttribute => ({ kind: 'bool', value });
const NHWC = { data_format: text('NHWC') };
/** Of convolutions; TensorFlow.js has no defaults. */
const same = { ...NHWC, padding: text('SAME'), dilations: ints([1, 1, 1, 1]) };
const settings = (layer: tf.layers.Layer) => layer.getConfig() as Record<string, unknown>;

/** The builder with what the layers share. */
class Graph extends GraphBuilder {
  integers(values: readonly number[], shape: number[] = [values.length]): string {
    return this.constant({ dtype: dataTypes.int32, shape, values: Int32Array.from(values) });
  }

  /** A layer's weight of this name. */
  weight(layer: tf.layers.Layer, name: string): string {
    const { shape, value } = weightOf(layer, name);
    return this.constant({ dtype: dataTypes.float32, shape, values: value });
  }

  op(op: string, inputs: readonly string[], attributes: Record<string, NodeAttribute> = T): string {
    return this.output(op, attributes, inputs);
  }

  /** a·factors of two lists of integers. */
  times(a: string, factors: readonly number[]): string {
    return this.op('Mul', [a, this.integers(factors)], { T: typeOf(dataTypes.int32) });
  }

  shape(x: string): string {
    return this.op('Shape', [x], { T: float, out_type: typeOf(dataTypes.int32) });
  }

  /** `x[begin:end:strides]`, to the end along the axes whose bit is set in `open`. */
  sliced(x: string, type: number, [begin, end, strides]: number[][], open = 0): string {
    const lists = [begin, end, strides].map((list) => this.integers(list));
    return this.op('StridedSlice', [x, ...lists], {
      ...{ T: typeOf(type), Index: typeOf(dataTypes.int32) },
      end_mask: { kind: 'int', value: open },
    });
  }

  joined(parts: readonly string[]): string {
    return this.op('ConcatV2', [...parts, this.integers([3], [])], {
      ...{ N: { kind: 'int', value: parts.length }, T: float, Tidx: typeOf(dataTypes.int32) },
    });
  }

  /** Twice the height and the width. */
  doubled(x: string, op: string, alignCorners: boolean): string {
    const size = this.sliced(this.shape(x), dataTypes.int32, [[1], [3], [1]]);
    return this.op(op, [x, this.times(size, [2, 2])], {
      ...{ T: float, align_corners: flag(alignCorners), half_pixel_centers: flag(false) },
    });
  }
}

const pooling = (size: number): Record<string, NodeAttribute> => ({
  ...{ T: float, ...NHWC, padding: text('SAME') },
  ...{ ksize: ints([1, size, size, 1]), strides: ints([1, 2, 2, 1]) },
});

const emitters: Readonly<Record<string, Emit>> = {
  PatImageSize: (_graph, [x]) => x,
  PatConvolution(graph, [x], layer) {
    const attributes = { ...T, ...same, strides: ints([1, 1, 1, 1]) };
    return withBias(
      graph,
      graph.op('Conv2D', [x, graph.weight(layer, 'kernel')], attributes),
      layer,
    );
  },
  PatTransposedConvolution(graph, [x], layer) {
    const filters = settings(layer).filters as number;
    const int = { T: typeOf(dataTypes.int32) };
    const sides = graph.times(graph.shape(x), [1, 2, 2, 0]);
    const size = graph.op('AddV2', [sides, graph.integers([0, 0, 0, filters])], int);
    const attributes = { ...T, ...same, strides: ints([1, 2, 2, 1]) };
    const inputs = [size, graph.weight(layer, 'kernel'), x];
    return withBias(graph, graph.op('Conv2DBackpropInput', inputs, attributes), layer);
  },
  PatBatchNormalization(graph, [x], layer) {
    const names = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
    const y = graph.op('FusedBatchNormV3', [x, ...names.map((name) => graph.weight(layer, name))], {
      ...{ T: float, U: float, ...NHWC, is_training: flag(false) },
      epsilon: { kind: 'float', value: 1e-5 },
    });
    return settings(layer).activation === 'relu' ? graph.op('Relu', [y]) : y;
  },
  PatActivation: (graph, [x], layer) =>
    graph.op(settings(layer).activation === 'relu' ? 'Relu' : 'Sigmoid', [x]),
  PatMaxPooling: (graph, [x]) => graph.op('MaxPool', [x], pooling(2)),
  PatMaxUnpooling: unpooled,
  PatBilinearUpsampling: (graph, [x]) => graph.doubled(x, 'ResizeBilinear', true),
  UpSampling2D: (graph, [x]) => graph.doubled(x, 'ResizeNearestNeighbor', false),
  AveragePooling2D: (graph, [x]) => graph.op('AvgPool', [x], pooling(1)),
  Concatenate: (graph, parts) => graph.joined(parts),
  Add: (graph, parts) => parts.reduce((a, b) => graph.op('AddV2', [a, b])),
  Multiply: (graph, parts) => parts.reduce((a, b) => graph.op('Mul', [a, b])),
};

/** Each value of `x` at the first maximum of its window of the features: as `comparedRoute` in lib/ops/maxPool. */
function unpooled(graph: Graph, [x, features, pooled]: string[]): string {
  const int = { T: typeOf(dataTypes.int32) };
  const whole = graph.times(graph.shape(pooled), [1, 2, 2, 1]);
  const beyond = graph.op('Sub', [whole, graph.shape(features)], int); // of odd sides
  const edges = graph.op('Pack', [graph.integers([0, 0, 0, 0]), beyond], {
    ...{ N: { kind: 'int', value: 2 }, axis: { kind: 'int', value: 1 }, ...int },
  });
  const padded = { T: float, Tpaddings: typeOf(dataTypes.int32) };
  const even = graph.op('PadV2', [features, edges, graph.scalar(-3e38)], padded);
  let taken: string | undefined;
  const parts = [0, 1, 2, 3].map((place) => {
    const begin = [0, place >> 1, place & 1, 0];
    const corners = [begin, [0, 0, 0, 0], [1, 2, 2, 1]];
    const values = graph.sliced(even, dataTypes.float32, corners, 15);
    const isMaximum = graph.op('Equal', [values, pooled]);
    const cast = { SrcT: typeOf(dataTypes.bool), DstT: float };
    let isFirst = graph.op('Cast', [isMaximum], cast);
    if (taken !== undefined) {
      isFirst = graph.op('Mul', [isFirst, graph.op('Sub', [graph.scalar(1), taken])]);
    }
    taken = taken === undefined ? isFirst : graph.op('AddV2', [taken, isFirst]);
    return graph.op('Mul', [x, isFirst]);
  });
  const spread = { ...T, ...NHWC, block_size: { kind: 'int', value: 2 } as const };
  const all = graph.op('DepthToSpace', [graph.joined(parts)], spread);
  const inputs = [all, graph.integers([0, 0, 0, 0]), graph.shape(features)];
  return graph.op('Slice', inputs, { T: float, Index: typeOf(dataTypes.int32) });
}

function withBias(graph: Graph, y: string, layer: tf.layers.Layer): string {
  if (settings(layer).useBias !== true) return y;
  return graph.op('BiasAdd', [y, graph.weight(layer, 'bias')], { ...T, ...NHWC });
}

function weightOf(layer: tf.layers.Layer, name: string) {
  const found = layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
  if (found === undefined) throw new Error(`${layer.name} has no weight ${name}`);
  return { shape: found.shape as number[], value: found.read().dataSync<'float32'>() };
}

/** @throws InputError that begins with `where` for a layer that is none of the kit's networks. */
export function modelGraph(where: string, model: tf.LayersModel): ModelGraph {
  const graph = new Graph('pat');
  const outputs = new Map<string, string>();
  const [input, logits] = [model.inputs[0], model.outputs[0]];
  const channels = input.shape[3] as number;
  const image = graph.placeholder(dataTypes.float32, [-1, -1, -1, channels]);
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    if (kind === 'InputLayer') {
      outputs.set(layer.name, image);
      continue;
    }
    const emit = emitters[kind];
    if (emit === undefined) {
      throw new InputError(
        `${where}: the network must have layers of the kit's networks, got ${layer.name} of class ${kind}. ` +
          'Export its weights: --to torch.',
      );
    }
    const before = [layer.input].flat().map(({ sourceLayer }) => outputs.get(sourceLayer.name));
    outputs.set(layer.name, emit(graph, before as string[], layer));
  }
  const last = outputs.get(logits.sourceLayer.name) as string;
  return {
    nodes: graph.nodes,
    ...{ image, channels, numClasses: logits.shape[3] as number },
    logits: graph.output('Identity', { T: float }, [last]),
  };
}
