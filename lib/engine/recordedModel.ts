/** Recording of computations with a model: its weights are read from a session's variables and stay as they are. */
import { tf } from '../backend';
import { dataTypes, GraphBuilder, typeOf } from './nodes';
import { DryRunError, isUnrecordable, TracingError } from './failures';
import { dataTypeOf, record } from './recorder';
import type { NameOf, RecordingMode } from './recorder';
import type { Program } from './residentGraph';

/** What a computation on the inputs became. */
export interface RecordedModel<Result> {
  graph: GraphBuilder;
  inputs: string[];
  result: Result;
  /** The output that stands for a tensor of the result. */
  nameOf: NameOf;
  /** Nodes that assign the weights which the computation assigned (running averages). */
  assignments: string[];
}

/** What a computation works with. */
export interface ModelInputs {
  /** The output that holds a weight's variable. */
  handleOf: (weight: tf.Variable) => string;
  weights: readonly tf.Variable[];
  /** Tensors like those to come. */
  examples: readonly tf.Tensor[];
}

/** A program, with the outputs to fetch. */
type RecordedProgram = Program & { outputs: string[] };

/**
 * Runs `compute` once, dry if possible, and records it; `complete` adds what else belongs to the program and returns the
 * outputs to fetch. All tensors are disposed and variables that `compute` assigned have their values again.
 *
 * @throws TracingError where it cannot be recorded; what `compute` throws.
 */
export function recordModel<Result>(
  name: string,
  given: ModelInputs,
  compute: () => Result,
  complete: (recorded: RecordedModel<Result>) => string[],
): RecordedProgram {
  try {
    return recordModelBy('dry', name, given, compute, complete);
  } catch (error) {
    if (!isUnrecordable(error)) throw error;
    return recordModelBy('real', name, given, compute, complete); // slower, but it knows all shapes and values
  }
}

/** As `recordModel`, in one mode; a dry recording also throws DryRunError. */
function recordModelBy<Result>(
  mode: RecordingMode,
  name: string,
  { handleOf, weights, examples }: ModelInputs,
  compute: () => Result,
  complete: (recorded: RecordedModel<Result>) => string[],
): RecordedProgram {
  const graph = new GraphBuilder(name);
  const inputs = examples.map((tensor) => graph.placeholder(dataTypeOf(tensor), tensor.shape));
  const reads = new Map<tf.Variable, string>();
  const dtype = typeOf(dataTypes.float32);
  const read = (variable: tf.Variable) => {
    const known = reads.get(variable);
    if (known !== undefined) return known;
    const output = graph.output('ReadVariableOp', { dtype }, [handleOf(variable)]);
    reads.set(variable, output);
    return output;
  };
  const assign = (variable: tf.Variable, value: string) => {
    const after = reads.has(variable) ? [read(variable).split(':')[0]] : [];
    return graph.add('AssignVariableOp', { dtype }, [handleOf(variable), value], after);
  };
  const known = [
    ...examples.map((tensor, i) => ({ tensor, name: () => inputs[i] })),
    ...weights.map((variable) => ({ tensor: variable, name: () => read(variable) })),
  ];
  // A variable that is no weight keeps what a real recording assigns to it, but must not keep what has no values.
  const kept = mode === 'dry' ? variablesBeside(weights) : [];
  const whole = (nameOf: NameOf) =>
    unassigned([...weights, ...kept], (assigned) => {
      const result = compute();
      if (kept.some(assigned)) throw new DryRunError('a variable that is no weight is assigned');
      const assignments = weights
        .filter(assigned)
        .map((variable) => assign(variable, nameOf(variable)));
      return complete({ graph, inputs, result, nameOf, assignments });
    });
  const outputs = record(graph, known, whole, mode);
  return { nodes: graph.nodes, inputs, outputs };
}

/** All of tfjs's variables but these. */
function variablesBeside(weights: readonly tf.Variable[]): tf.Variable[] {
  const all = Object.values(tf.engine().state.registeredVariables);
  return all.filter((variable) => !variable.isDisposed && !weights.includes(variable));
}

/** Calls `use` with a test whether it has assigned a variable; then disposes its tensors and gives the variables their values back. */
function unassigned<Result>(
  variables: readonly tf.Variable[],
  use: (isAssigned: (variable: tf.Variable) => boolean) => Result,
): Result {
  const originals = new Map<tf.Variable, tf.Tensor>();
  const isAssigned = (variable: tf.Variable) => variable.dataId !== originals.get(variable)?.dataId;
  tf.engine().startScope();
  try {
    for (const variable of variables) originals.set(variable, variable.clone());
    return use(isAssigned);
  } finally {
    for (const [variable, original] of originals) {
      if (isAssigned(variable)) variable.assign(original);
    }
    tf.engine().endScope();
  }
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
