/**
 * Batch normalization folded into the convolution before it, for inference:
 *
 *     γ·(W∗x − μ)/√(σ² + ε) + β = (s·W)∗x + (β − s·μ), s = γ/√(σ² + ε)
 *
 * A convolution, its bias and its ReLU are one kernel then: oneDNN's where it computes, else the one that TensorFlow makes of
 * them. oneDNN's keeps the weights of its first call, so that a graph is of one set of weights.
 */
import { tf } from '../backend';
import { dataTypes, typeOf } from './nodes';
import type { GraphNode, NodeAttribute } from './nodes';

/** What a convolution and the normalization after it work with. */
export interface FoldedWeights {
  /** W `[h,w,in,out]`, then γ, β, μ and σ² `[out]`. */
  weights: readonly tf.Variable[];
  /** ε. */
  epsilon: number;
}

/** The outputs that hold the variables of s·W and β − s·μ. */
export type FoldedHandles = readonly [kernel: string, bias: string];

const ONEDNN_NORMALIZATION = '_MklNativeFusedBatchNormEx';
const NORMALIZATIONS: readonly string[] = [ONEDNN_NORMALIZATION, 'FusedBatchNormV3'];
const T = typeOf(dataTypes.float32);

/**
 * `nodes` with every normalization by running averages folded that stands behind a convolution whose output nothing else
 * uses. A normalization's output keeps its name.
 *
 * @param outputs what is fetched
 * @param weightOf the weight that an output is a read of
 */
export function foldConvolutions(
  nodes: readonly GraphNode[],
  outputs: readonly string[],
  weightOf: (output: string) => tf.Variable | undefined,
  handlesOf: (folded: FoldedWeights) => FoldedHandles,
): GraphNode[] {
  const uses = countUses(nodes, outputs);
  const producers = new Map(nodes.map((node) => [`${node.name}:0`, node]));
  const gone = new Set<GraphNode>();
  const kept = nodes.flatMap((node) => {
    const convolution = producers.get(node.inputs[0]);
    if (convolution === undefined || uses.get(node.inputs[0]) !== 1) return [node];
    const folded = foldedWeights(convolution, node, weightOf);
    if (folded === undefined) return [node];
    gone.add(convolution);
    return foldedNodes(convolution, node, handlesOf(folded));
  });
  return kept.filter((node) => !gone.has(node));
}

/** s·W and β − s·μ; the caller disposes them. */
export function fold({ weights, epsilon }: FoldedWeights): [kernel: tf.Tensor, bias: tf.Tensor] {
  const [kernel, gamma, beta, mean, variance] = weights;
  return tf.tidy(() => {
    const scale = gamma.mul(variance.add(epsilon).rsqrt());
    return [kernel.mul(scale), beta.sub(mean.mul(scale))];
  });
}

/** Undefined where the nodes are something else than a convolution and a normalization by running averages. */
function foldedWeights(
  convolution: GraphNode,
  { op, inputs, attributes }: GraphNode,
  weightOf: (output: string) => tf.Variable | undefined,
): FoldedWeights | undefined {
  if (convolution.op !== 'Conv2D' || !NORMALIZATIONS.includes(op)) return undefined;
  const { epsilon, is_training: training } = attributes;
  if (epsilon?.kind !== 'float' || training?.value !== false) return undefined;
  const weights = [convolution.inputs[1], ...inputs.slice(1, 5)].flatMap(
    (input) => weightOf(input) ?? [],
  );
  return weights.length === 5 ? { weights, epsilon: epsilon.value } : undefined;
}

function foldedNodes(
  convolution: GraphNode,
  { name, op, attributes }: GraphNode,
  [kernel, bias]: FoldedHandles,
): GraphNode[] {
  const own = (part: string) => `${name}/${part}`;
  const read = (part: string, handle: string): GraphNode => {
    return { name: own(part), op: 'ReadVariableOp', attributes: { dtype: T }, inputs: [handle] };
  };
  const rectified = attributes.activation_mode?.value === 'Relu';
  const reads = [read('kernel', kernel), read('bias', bias)];
  const [x] = convolution.inputs;
  if (op === ONEDNN_NORMALIZATION) {
    const fused = { ...convolution.attributes, ...oneDnnConvolution(rectified) };
    const inputs = [x, `${own('kernel')}:0`, `${own('bias')}:0`];
    return [...reads, { name, op: '_MklNativeFusedConv2D', attributes: fused, inputs }];
  }
  const sum = rectified ? own('sum') : name;
  return [
    ...reads,
    { ...convolution, name: own('convolution'), inputs: [x, `${own('kernel')}:0`] },
    {
      name: sum,
      op: 'BiasAdd',
      attributes: { T, data_format: { kind: 'string', value: 'NHWC' } },
      inputs: [`${own('convolution')}:0`, `${own('bias')}:0`],
    },
    ...(rectified ? [{ name, op: 'Relu', attributes: { T }, inputs: [`${sum}:0`] }] : []),
  ];
}

/** What oneDNN's convolution has beside a Conv2D's attributes: bias and ReLU, and a kernel that it keeps as it arranged it at the first call. */
function oneDnnConvolution(rectified: boolean): Record<string, NodeAttribute> {
  return {
    num_args: { kind: 'int', value: 1 },
    TArgs: { kind: 'types', value: [dataTypes.float32] },
    fused_ops: { kind: 'strings', value: ['BiasAdd', ...(rectified ? ['Relu'] : [])] },
    is_filter_const: { kind: 'bool', value: true },
    _kernel: { kind: 'string', value: 'MklNameChangeOp' },
  };
}

function countUses(nodes: readonly GraphNode[], outputs: readonly string[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const output of [...outputs, ...nodes.flatMap(({ inputs }) => inputs)]) {
    uses.set(output, (uses.get(output) ?? 0) + 1);
  }
  return uses;
}
