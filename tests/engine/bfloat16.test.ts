import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { toBfloat16 } from '../../lib/engine/bfloat16';
import { dataTypes, GraphBuilder, typeOf } from '../../lib/engine/nodes';
import type { GraphNode, NodeAttribute } from '../../lib/engine/nodes';
import { ResidentGraph } from '../../lib/engine/residentGraph';

const { float32, bfloat16, int32 } = dataTypes;
const FLOAT = { T: typeOf(float32) };

/** Nodes as a step has them: two convolutions with batch normalization and a skip connection, logits, a loss, gradients. */
function exampleStep() {
  const graph = new GraphBuilder('step_1');
  const op = (
    name: string,
    inputs: string[],
    attributes: Record<string, NodeAttribute> = {},
    after: string[] = [],
  ) => graph.output(name, { ...FLOAT, ...attributes }, inputs, after);
  const image = graph.placeholder(float32, [1, 4, 4, 2]);
  const kernels = [0, 1, 2].map((i) => op('ReadVariableOp', [`variables/VarHandleOp_${i}:0`]));
  const scale = op('ReadVariableOp', ['variables/VarHandleOp_3:0']);
  const bias = op('ReadVariableOp', ['variables/VarHandleOp_4:0']);
  const first = op('Conv2D', [image, kernels[0]]);
  const statistics = [scale, scale, scale, scale];
  const normalized = op('FusedBatchNormV3', [first, ...statistics]);
  const assigned = op('AssignVariableOp', ['variables/VarHandleOp_3:0', `${nodeOf(normalized)}:1`]);
  const y = op('Relu', [normalized]);
  const second = op('Conv2D', [y, kernels[1]]);
  const axis = graph.constant({ dtype: int32, shape: [], values: Int32Array.of(3) });
  const skip = op('ConcatV2', [y, second, axis], { N: { kind: 'int', value: 2 } });
  const last = op('Conv2D', [skip, kernels[2]]);
  const logits = op('BiasAdd', [last, bias]);
  const squared = op('Mul', [logits, logits]);
  const loss = op('Sum', [squared, axis]);
  const dLogits = op('Mul', [logits, graph.scalar(2)]);
  const dBias = op('BiasAddGrad', [dLogits]);
  const dSkip = op('Conv2DBackpropInput', [axis, kernels[2], dLogits]);
  const split = op('SplitV', [dSkip, axis, axis], { num_split: { kind: 'int', value: 2 } });
  const dSecond = op('Conv2DBackpropInput', [axis, kernels[1], `${nodeOf(split)}:1`]);
  const dY = op('Add', [split, dSecond]);
  const dNormalized = op('ReluGrad', [dY, y]);
  const saved = [3, 4, 5].map((i) => `${nodeOf(normalized)}:${i}`);
  const dFirst = op('FusedBatchNormGradV3', [dNormalized, first, scale, ...saved]);
  const dKernel = op('Conv2DBackpropFilter', [image, axis, dFirst]);
  const dLow = op('Add', [split, split]); // leads nowhere
  const count = op('Add', [axis, axis], { T: typeOf(int32) });
  const norm = op('L2Loss', [dKernel]);
  const out = op('Identity', [norm], {}, [nodeOf(assigned)]);
  return {
    graph,
    image,
    kernels,
    logits,
    squared,
    loss,
    dLogits,
    dBias,
    dY,
    dFirst,
    dLow,
    count,
    out,
  };
}

const nodeOf = (output: string) => output.split(':')[0];
const isLow = ({ attributes }: GraphNode) => attributes.T?.value === bfloat16;

function rewritten() {
  const example = exampleStep();
  const nodes = toBfloat16(example.graph.nodes);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const at = (output: string) => byName.get(nodeOf(output)) as GraphNode;
  /** What an input is, and its type where it is a cast. */
  const source = (input: string) => {
    const node = at(input);
    return node.op === 'Cast' ? [node.inputs[0], node.attributes.DstT.value] : [input, undefined];
  };
  return { ...example, nodes, at, source };
}

describe('toBfloat16', () => {
  it('computes what lies between convolutions in bfloat16, and all else in float32', () => {
    const { graph, nodes } = rewritten();
    const low = nodes.filter(isLow).map(({ op }) => op);
    expect(low).toEqual([
      ...['Conv2D', 'FusedBatchNormV3', 'Relu', 'Conv2D', 'ConcatV2', 'Conv2D'],
      ...['Conv2DBackpropInput', 'SplitV', 'Conv2DBackpropInput', 'Add', 'ReluGrad'],
      ...['FusedBatchNormGradV3', 'Conv2DBackpropFilter'],
    ]);
    expect(nodes.filter(({ op }) => op !== 'Cast').map(({ name }) => name)).toEqual(
      graph.nodes.map(({ name }) => name),
    );
  });

  it('leaves logits and the loss in float32, though a loss multiplies two low numbers', () => {
    const { at, source, logits, squared, dLogits, dBias } = rewritten();
    for (const output of [logits, squared, dLogits, dBias]) expect(isLow(at(output))).toBe(false);
    expect(source(at(logits).inputs[0])[1]).toBe(float32);
    expect(at(logits).inputs[1]).toMatch(/ReadVariableOp/);
  });

  it('casts each value once', () => {
    const { nodes, image, kernels, dLogits } = rewritten();
    const casts = nodes.filter(({ op }) => op === 'Cast');
    const cast = casts.map(
      ({ inputs, attributes }) => `${inputs[0]} ${attributes.DstT.value as number}`,
    );
    expect(new Set(cast).size).toBe(cast.length);
    expect(new Set(casts.map(({ name }) => name)).size).toBe(casts.length);
    // The image is read by a convolution and by a gradient, two of the kernels by a convolution and a gradient.
    for (const value of [image, ...kernels, dLogits]) expect(cast).toContain(`${value} 14`);
    expect(casts.every(({ name }) => name.startsWith('step_1/'))).toBe(true);
  });

  it('keeps statistics, norms of gradients and control inputs', () => {
    const { at, source, nodes, dFirst, out, kernels } = rewritten();
    const normalization = nodes.find(({ op }) => op === 'FusedBatchNormV3') as GraphNode;
    expect(normalization.inputs.slice(1).every((input) => !input.includes('Cast'))).toBe(true);
    const assign = nodes.find(({ op }) => op === 'AssignVariableOp') as GraphNode;
    expect(assign.inputs[1]).toBe(`${normalization.name}:1`);
    expect(at(dFirst).inputs.slice(2)).toEqual([
      expect.stringContaining('ReadVariableOp'),
      ...[3, 4, 5].map((i) => `${normalization.name}:${i}`),
    ]);
    const norm = at(at(out).inputs[0]);
    expect(isLow(norm)).toBe(false);
    expect(source(norm.inputs[0])[1]).toBe(float32);
    expect(at(out).inputs[1]).toBe(`^${assign.name}`);
    expect(kernels.every((kernel) => at(kernel).attributes.T.value === float32)).toBe(true);
  });

  it('leaves ops of other types, ops that lead nowhere, computations without convolutions, and what it is given alone', () => {
    const { at, count, dLow, graph } = rewritten();
    expect(isLow(at(dLow))).toBe(false);
    expect(at(count).attributes.T.value).toBe(int32);
    expect(graph.nodes.some(isLow)).toBe(false);
    const loss = new GraphBuilder('loss');
    const x = loss.placeholder(float32, [2]);
    loss.output('Add', FLOAT, [loss.output('Relu', FLOAT, [x]), x]);
    expect(toBfloat16(loss.nodes)).toEqual(loss.nodes);
    expect(toBfloat16([])).toEqual([]);
  });
});

describe('kernels in bfloat16', () => {
  /** Runs the op on ones `[1,64,64,1]` in bfloat16; outputs in float32. */
  function onOnes(
    op: string,
    inputs: (ones: string, graph: GraphBuilder) => string[],
    attributes: Record<string, NodeAttribute>,
    { output = 0, type = bfloat16 } = {},
  ): number[] {
    const graph = new GraphBuilder('sums');
    const cast = (value: string, from: number, to: number) =>
      graph.output('Cast', { SrcT: typeOf(from), DstT: typeOf(to) }, [value]);
    const input = graph.placeholder(float32, [1, 64, 64, 1]);
    const given = inputs(cast(input, float32, bfloat16), graph);
    const node = graph.add(op, { T: typeOf(bfloat16), ...attributes }, given);
    const result = cast(`${node}:${output}`, type, float32);
    const resident = new ResidentGraph();
    resident.add('sums', { nodes: graph.nodes, inputs: [input] });
    return tf.tidy(() => {
      const [values] = resident.run('sums', [tf.ones([1, 64, 64, 1])], [result], false);
      resident.dispose();
      return [...values.dataSync()];
    });
  }
  const vector = (graph: GraphBuilder, dtype: number, values: Int32Array | Float32Array) =>
    graph.constant({ dtype, shape: [values.length], values });

  it('sum in float32 in the gradient of a kernel', () => {
    const sizes = (graph: GraphBuilder) => vector(graph, int32, Int32Array.of(1, 1, 1, 1));
    const sum = onOnes('Conv2DBackpropFilter', (ones, graph) => [ones, sizes(graph), ones], {
      strides: { kind: 'ints', value: [1, 1, 1, 1] },
      padding: { kind: 'string', value: 'SAME' },
      data_format: { kind: 'string', value: 'NHWC' },
    });
    expect(sum).toEqual([4096]); // in bfloat16 it would stop at 256
  });

  it('sum in float32 in batch normalization', () => {
    const attributes: Record<string, NodeAttribute> = {
      U: typeOf(float32),
      epsilon: { kind: 'float', value: 1 },
      is_training: { kind: 'bool', value: true },
      data_format: { kind: 'string', value: 'NHWC' },
    };
    const scale = (graph: GraphBuilder) => vector(graph, float32, Float32Array.of(1));
    const mean = onOnes(
      'FusedBatchNormV3',
      (ones, graph) => [ones, ...Array.from({ length: 4 }, () => scale(graph))],
      { ...attributes, exponential_avg_factor: { kind: 'float', value: 1 } },
      { output: 3, type: float32 },
    );
    expect(mean).toEqual([1]);
    const dBeta = onOnes(
      'FusedBatchNormGradV3',
      (ones, graph) => [ones, ones, ...Array.from({ length: 4 }, () => scale(graph))],
      attributes,
      { output: 2, type: float32 },
    );
    expect(dBeta).toEqual([4096]);
  });
});
