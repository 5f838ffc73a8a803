/** Nodes of a TensorFlow graph, and a builder that names them. */

/** Numbers of TensorFlow's DataType that the kit's graphs have. */
export const dataTypes = {
  float32: 1,
  int32: 3,
  uint8: 4,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
};

/** Values of a constant, row-major; their bytes are those of `dtype`. */
export interface ConstantValue {
  dtype: number;
  shape: readonly number[];
  values: Float32Array | Int32Array | Uint8Array;
}

/** One attribute of a node. */
export type NodeAttribute =
  | { kind: 'type' | 'int' | 'float'; value: number }
  | { kind: 'ints' | 'floats' | 'shape' | 'types'; value: readonly number[] }
  | { kind: 'bool'; value: boolean }
  | { kind: 'string'; value: string }
  | { kind: 'strings'; value: readonly string[] }
  | { kind: 'tensor'; value: ConstantValue };

export interface GraphNode {
  name: string;
  op: string;
  /** `name:output`, then control inputs as `^name`. */
  inputs: string[];
  attributes: Record<string, NodeAttribute>;
}

/** Shorthand for a type attribute. */
export const typeOf = (dtype: number): NodeAttribute => ({ kind: 'type', value: dtype });

/** Collects nodes under names `prefix/op_number`. A node's output is named `name:0`, its second `name:1`. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  private readonly constants = new Map<string, string>();

  constructor(private readonly prefix: string) {}

  /** Adds a node and returns its name; `after`: names of nodes that must have run before it. */
  add(
    op: string,
    attributes: Record<string, NodeAttribute>,
    inputs: readonly string[],
    after: readonly string[] = [],
  ): string {
    const name = `${this.prefix}/${op}_${this.nodes.length}`;
    const control = after.map((other) => `^${other}`);
    this.nodes.push({ name, op, attributes, inputs: [...inputs, ...control] });
    return name;
  }

  /** Adds an op with one output and returns the name of that. */
  output(
    op: string,
    attributes: Record<string, NodeAttribute>,
    inputs: readonly string[],
    after: readonly string[] = [],
  ): string {
    return `${this.add(op, attributes, inputs, after)}:0`;
  }

  /** The output of a constant; equal small ones share a node. */
  constant(value: ConstantValue): string {
    const { dtype, shape, values } = value;
    const key = values.length <= 64 ? `${dtype} ${shape.join()} ${bytesOf(values)}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known !== undefined) return known;
    const attributes = { dtype: typeOf(dtype), value: { kind: 'tensor' as const, value } };
    const output = this.output('Const', attributes, []);
    if (key !== undefined) this.constants.set(key, output);
    return output;
  }

  scalar(value: number): string {
    return this.constant({
      dtype: dataTypes.float32,
      shape: [],
      values: Float32Array.of(value),
    });
  }

  placeholder(dtype: number, shape: readonly number[]): string {
    const attributes = { dtype: typeOf(dtype), shape: { kind: 'shape' as const, value: shape } };
    return this.output('Placeholder', attributes, []);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ConstantValue['values']): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
