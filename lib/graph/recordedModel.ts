/** Recording of computations with a model: its weights are read from a session's variables and stay as they are. */
import { tf } from '../backend';
import { dataTypes, GraphBuilder, typeOf } from './nodes';
import { dataTypeOf, record, TracingError } from './recorder';
import type { Program, ResidentGraph } from './residentGraph';

/** What a computation on the inputs became. */
export interface RecordedModel<Result> {
  graph: GraphBuilder;
  inputs: string[];
  result: Result;
  /** The output that stands for a tensor of the result. */
  nameOf: (tensor: tf.Tensor) => string;
  /** Nodes that assign the weights which the computation assigned (running averages). */
  assignments: string[];
}

/** What a computation works with. */
export interface ModelInputs {
  resident: ResidentGraph;
  weights: readonly tf.Variable[];
  /** Tensors like those to come. */
  examples: readonly tf.Tensor[];
}

/**
 * Runs `compute` once and records it; `complete` adds what else belongs to the program and returns the outputs to fetch.
 * All tensors are disposed and weights that `compute` assigned have their values again.
 *
 * @throws TracingError where it cannot be recorded; what `compute` throws.
 */
export function recordModel<Result>(
  name: string,
  { resident, weights, examples }: ModelInputs,
  compute: () => Result,
  complete: (recorded: RecordedModel<Result>) => string[],
): Program & { outputs: string[] } {
  const graph = new GraphBuilder(name);
  const inputs = examples.map((tensor) => graph.placeholder(dataTypeOf(tensor), tensor.shape));
  const reads = new Map<tf.Variable, string>();
  const dtype = typeOf(dataTypes.float32);
  const read = (variable: tf.Variable) => {
    const known = reads.get(variable);
    if (known !== undefined) return known;
    const output = graph.output('ReadVariableOp', { dtype }, [resident.handleOf(variable)]);
    reads.set(variable, output);
    return output;
  };
  const assign = (variable: tf.Variable, value: string) => {
    const after = reads.has(variable) ? [read(variable).split(':')[0]] : [];
    return graph.add('AssignVariableOp', { dtype }, [resident.handleOf(variable), value], after);
  };
  const known = [
    ...examples.map((tensor, i) => ({ tensor, name: () => inputs[i] })),
    ...weights.map((variable) => ({ tensor: variable, name: () => read(variable) })),
  ];
  let outputs: string[] = [];
  tf.tidy(() => {
    const originals = weights.map((variable) => variable.clone());
    const isAssigned = (variable: tf.Variable, i: number) =>
      variable.dataId !== originals[i].dataId;
    try {
      const { result, nameOf } = record(graph, known, compute);
      const assignments = weights
        .filter(isAssigned)
        .map((variable) => assign(variable, nameOf(variable)));
      outputs = complete({ graph, inputs, result, nameOf, assignments });
    } finally {
      weights.forEach((variable, i) => {
        if (isAssigned(variable, i)) variable.assign(originals[i]);
      });
    }
  });
  return { nodes: graph.nodes, inputs, outputs };
}

/** `['image', [2,32,32,3]]` → `image_2x32x32x3`: one program for each shape. */
export function programName(kind: string, tensor: tf.Tensor): string {
  return `${kind}_${tensor.shape.join('x')}`;
}

/** A model's weights. Throws TracingError for one that is not float32. */
export function weightVariables(model: tf.LayersModel): tf.Variable[] {
  return model.weights.map((weight) => {
    const variable = weight.read() as tf.Variable;
    if (variable.dtype === 'float32') return variable;
    throw new TracingError(`weights of type ${variable.dtype} in ${weight.originalName}`);
  });
}
