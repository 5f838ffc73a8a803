/** Types and shapes of an op's outputs before it runs, from TensorFlow's own shape inference (native/shapes.cc). */
import { ownAddon } from '../ownAddon';
import { DryRunError } from './failures';
import { GraphBuilder } from './nodes';
import type { ConstantValue, NodeAttribute } from './nodes';
import { graphDef } from './savedModel';

/** A tensor that goes into an op, or comes out of it. */
export interface TensorType {
  /** Number of TensorFlow's DataType. */
  dtype: number;
  shape: readonly number[];
  /** Of a small constant, row-major: shapes, axes and margins are such. */
  values?: ConstantValue['values'];
}

export interface OpCall {
  op: string;
  attributes: Record<string, NodeAttribute>;
  inputs: readonly TensorType[];
  numOutputs: number;
}

type Inferred = { dtype: number; shape: number[] | null }[];
type Infer = (graph: Uint8Array, node: string) => Inferred;

/** The first output that only the op's own gradient reads: its size is the kernel's affair, and nobody asks for it. */
const FIRST_WORKSPACE: Readonly<Record<string, number>> = {
  FusedBatchNormV3: 5,
  _MklNativeFusedBatchNormEx: 5,
  _MklNativeMaxPool: 1,
};

const infer = ownAddon<{ outputs: Infer }>('graph_shapes.node')?.outputs;
const known = new Map<string, Inferred>();

/** Whether setup built the addon. */
export const hasShapeInference = infer !== undefined;

/** @throws DryRunError where TensorFlow cannot tell, or refuses the inputs, and where the addon was not built. */
export function outputShapes(call: OpCall): TensorType[] {
  const key = keyOf(call);
  const outputs = known.get(key) ?? inferred(call);
  known.set(key, outputs);
  return outputs.slice(0, call.numOutputs).map(({ dtype, shape }, i) => {
    if (shape !== null) return { dtype, shape };
    if (i >= (FIRST_WORKSPACE[call.op] ?? Infinity)) return { dtype, shape: [0] };
    throw new DryRunError(`the shape of an output of ${call.op} is not known before it runs`);
  });
}

function inferred({ op, attributes, inputs }: OpCall): Inferred {
  if (infer === undefined) throw new DryRunError('shape inference was not built by setup');
  const graph = new GraphBuilder('call');
  const names = inputs.map(({ dtype, shape, values }) =>
    values === undefined
      ? graph.placeholder(dtype, shape)
      : graph.constant({ dtype, shape, values }),
  );
  const node = graph.add(op, attributes, names);
  try {
    return infer(graphDef(graph.nodes), node);
  } catch (error) {
    throw new DryRunError((error as Error).message);
  }
}

/** Most calls of a network are alike. */
function keyOf({ op, attributes, inputs }: OpCall): string {
  const types = inputs.map(({ dtype, shape, values }) => [dtype, shape, values?.join()]);
  return JSON.stringify([op, attributes, types]);
}
