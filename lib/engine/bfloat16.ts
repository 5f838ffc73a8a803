/**
 * Mixed precision of a recorded computation: convolutions and what lies between them in bfloat16, all else in float32.
 *
 * As in Micikevicius et al. (ICLR 2018), weights, their moments and update, running averages, the statistics of batch
 * normalization, logits, loss and the norms of gradients stay float32. bfloat16 has the exponents of float32, so that no
 * loss is scaled.
 */
import { dataTypes, GraphBuilder, typeOf } from './nodes';
import type { GraphNode } from './nodes';

/**
 * When an op is computed in bfloat16: 'always'; or 'between' convolutions: an input is in bfloat16, and the output leads
 * to a convolution by ops of the table alone; 'betweenAll': the same where all inputs are in bfloat16.
 */
type Condition = 'always' | 'between' | 'betweenAll';

interface Rule {
  when: Condition;
  /** Inputs of the op's type T; 'parts': all but the last one. */
  inputs: readonly number[] | 'parts';
}

const { float32, bfloat16 } = dataTypes;
const ADDITION: Rule = { when: 'betweenAll', inputs: [0, 1] };

/** Not BiasAddGrad: TensorFlow's CPU kernel sums in bfloat16, in which 256 + 1 is 256. */
const RULES: Readonly<Record<string, Rule>> = {
  Conv2D: { when: 'always', inputs: [0, 1] },
  Conv2DBackpropInput: { when: 'always', inputs: [1, 2] },
  Conv2DBackpropFilter: { when: 'always', inputs: [0, 2] },
  BiasAdd: { when: 'between', inputs: [0, 1] },
  FusedBatchNormV3: { when: 'between', inputs: [0] },
  _MklNativeFusedBatchNormEx: { when: 'between', inputs: [0] },
  FusedBatchNormGradV3: { when: 'between', inputs: [0, 1] },
  Relu: { when: 'between', inputs: [0] },
  ReluGrad: { when: 'between', inputs: [0, 1] },
  MaxPool: { when: 'between', inputs: [0] },
  MaxPoolGrad: { when: 'between', inputs: [0, 1, 2] },
  _MklNativeMaxPool: { when: 'between', inputs: [0] },
  _MklNativeMaxPoolGrad: { when: 'between', inputs: [0, 1, 2] },
  AvgPool: { when: 'between', inputs: [0] },
  AvgPoolGrad: { when: 'between', inputs: [1] },
  ConcatV2: { when: 'between', inputs: 'parts' },
  SplitV: { when: 'between', inputs: [0] },
  Add: ADDITION,
  AddV2: ADDITION,
  Mul: { when: 'betweenAll', inputs: [0, 1] },
};

/** The nodes of a program with those of the table in bfloat16; each value is cast at most once. */
export function toBfloat16(nodes: readonly GraphNode[]): GraphNode[] {
  const { low, names } = lowered(nodes, leadingToConvolution(nodes, lowered(nodes).names));
  const casts = new Casts(nodes);
  const rewritten = nodes.map((node) => {
    const rule = names.has(node.name) ? ruleOf(node) : undefined;
    const typed = rule ? typedInputs(node, rule) : [];
    const inputs = node.inputs.map((input, i) => {
      if (typed.includes(i)) return low.has(input) ? input : casts.of(input, bfloat16);
      return low.has(input) ? casts.of(input, float32) : input;
    });
    if (!rule) return { ...node, inputs };
    return { ...node, inputs, attributes: { ...node.attributes, T: typeOf(bfloat16) } };
  });
  return [...rewritten, ...casts.nodes];
}

function ruleOf({ op, attributes }: GraphNode): Rule | undefined {
  return attributes.T?.value === float32 ? RULES[op] : undefined;
}

/** Names of the nodes that are computed in bfloat16, and their outputs that are; only nodes of `allowed`, if given. */
function lowered(nodes: readonly GraphNode[], allowed?: ReadonlySet<string>) {
  const low = new Set<string>();
  const names = new Set<string>();
  for (const node of nodes) {
    const rule = ruleOf(node);
    if (!rule || allowed?.has(node.name) === false) continue;
    const areLow = typedInputs(node, rule).map((i) => low.has(node.inputs[i]));
    const holds = {
      always: true,
      between: areLow.some(Boolean),
      betweenAll: areLow.every(Boolean),
    };
    if (!holds[rule.when]) continue;
    names.add(node.name);
    for (const output of typedOutputs(node)) low.add(output);
  }
  return { low, names };
}

/** Names of those of `candidates` of which an output of type T leads to a convolution by candidates alone. */
function leadingToConvolution(
  nodes: readonly GraphNode[],
  candidates: ReadonlySet<string>,
): Set<string> {
  const wanted = new Set<string>(); // outputs
  const leading = new Set<string>();
  for (const node of [...nodes].reverse()) {
    const rule = candidates.has(node.name) ? ruleOf(node) : undefined;
    if (!rule) continue;
    const isWanted = typedOutputs(node).some((output) => wanted.has(output));
    if (rule.when !== 'always' && !isWanted) continue;
    leading.add(node.name);
    for (const i of typedInputs(node, rule)) wanted.add(node.inputs[i]);
  }
  return leading;
}

/** Numbers of the inputs of type T. */
function typedInputs({ inputs }: GraphNode, rule: Rule): readonly number[] {
  if (rule.inputs !== 'parts') return rule.inputs;
  const count = inputs.filter((input) => !input.startsWith('^')).length;
  return Array.from({ length: count - 1 }, (_, i) => i);
}

/** Outputs of type T: all of SplitV, the first of others. */
function typedOutputs({ name, attributes }: GraphNode): string[] {
  const count = (attributes.num_split?.value as number | undefined) ?? 1;
  return Array.from({ length: count }, (_, i) => `${name}:${i}`);
}

/** Cast nodes, one for each value and type. */
class Casts {
  private readonly graph: GraphBuilder;
  private readonly outputs = new Map<string, string>();

  constructor(nodes: readonly GraphNode[]) {
    const program = nodes[0]?.name.split('/')[0] ?? '';
    this.graph = new GraphBuilder(`${program}/precision`);
  }

  get nodes(): readonly GraphNode[] {
    return this.graph.nodes;
  }

  of(value: string, type: number): string {
    const known = this.outputs.get(value);
    if (known !== undefined) return known;
    const from = type === bfloat16 ? float32 : bfloat16;
    const attributes = {
      SrcT: typeOf(from),
      DstT: typeOf(type),
      Truncate: { kind: 'bool' as const, value: false },
    };
    const output = this.graph.output('Cast', attributes, [value]);
    this.outputs.set(value, output);
    return output;
  }
}
