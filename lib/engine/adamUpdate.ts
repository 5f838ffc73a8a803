/** The part of a training step's graph that updates variables. */
import { dataTypes, typeOf } from './nodes';
import type { GraphBuilder } from './nodes';

/** Outputs of one trainable variable's handles and of its gradient. */
export interface UpdatedVariable {
  variable: string;
  firstMoment: string;
  secondMoment: string;
  gradient: string;
}

/** Outputs of the scalars of Adam's update θ ← θ − rate·m/(√v + epsilon). */
export interface AdamScalars {
  beta1: string;
  beta2: string;
  /** η·√(1−β₂ᵗ)/(1−β₁ᵗ). */
  rate: string;
  /** ε·√(1−β₂ᵗ). */
  epsilon: string;
}

const FLOAT = typeOf(dataTypes.float32);

/** The bool output: all values of `summary` are finite and `wrongLabels` is 0. */
export function soundness(graph: GraphBuilder, summary: string, wrongLabels: string): string {
  const finite = graph.output('IsFinite', { T: FLOAT }, [summary]);
  const axis = graph.constant({ dtype: dataTypes.int32, shape: [1], values: Int32Array.of(0) });
  const reduction = { keep_dims: { kind: 'bool' as const, value: false } };
  const allFinite = graph.output('All', { ...reduction, Tidx: typeOf(dataTypes.int32) }, [
    finite,
    axis,
  ]);
  const none = graph.output('Equal', { T: FLOAT }, [wrongLabels, graph.scalar(0)]);
  return graph.output('LogicalAnd', {}, [allFinite, none]);
}

/**
 * Updates all variables where `sound` holds and none where it does not; returns the node to wait for in either case.
 * As `sound` depends on every gradient, no update begins while a weight is still read: none is copied.
 */
export function gatedAdam(
  graph: GraphBuilder,
  sound: string,
  variables: readonly UpdatedVariable[],
  { beta1, beta2, rate, epsilon }: AdamScalars,
): string {
  const attributes = {
    T: FLOAT,
    use_locking: { kind: 'bool' as const, value: false },
    use_nesterov: { kind: 'bool' as const, value: false },
  };
  const zero = graph.scalar(0); // the powers of β are in `rate` and `epsilon`, in double precision
  const updates = variables.map(({ variable, firstMoment, secondMoment, gradient }) => {
    const gate = graph.add('Switch', { T: FLOAT }, [gradient, sound]);
    const slots = [variable, firstMoment, secondMoment];
    const scalars = [zero, zero, rate, beta1, beta2, epsilon];
    return graph.add('ResourceApplyAdam', attributes, [...slots, ...scalars, `${gate}:1`]);
  });
  const gate = graph.add('Switch', { T: FLOAT }, [zero, sound]);
  const applied = graph.output('Identity', { T: FLOAT }, [`${gate}:1`], updates);
  return graph.add('Merge', { T: FLOAT, N: { kind: 'int', value: 2 } }, [`${gate}:0`, applied]);
}
