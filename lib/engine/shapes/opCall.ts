/** What a shape rule is told of one call of an op, and what it answers. */

/** Type and shape of a tensor. */
export interface TensorType {
  /** Number of TensorFlow's DataType. */
  dtype: number;
  shape: readonly number[];
}

/** A tensor that goes into an op. */
export interface OpInput extends TensorType {
  /** Values of a plain constant, row-major. */
  values?: ArrayLike<number>;
}

export interface OpCall {
  op: string;
  inputs: readonly OpInput[];
  /** Values of the attributes, as the binding takes them. */
  attributes: Readonly<Record<string, unknown>>;
  numOutputs: number;
}

/** The outputs of an op, from its inputs alone. Throws UnknownShape for a call that it does not cover. */
export type ShapeRule = (call: OpCall) => TensorType[];

/** The outputs of an op cannot be told without running it. */
export class UnknownShape extends Error {}

/** Throws UnknownShape unless `condition` holds. */
export function assertKnown(call: OpCall, condition: boolean): asserts condition {
  if (!condition) throw new UnknownShape(`the outputs of ${call.op} are not known before it runs`);
}

/** The values of an input that must be a plain constant. */
export function valuesOf(call: OpCall, input: number): number[] {
  const values = call.inputs[input]?.values;
  assertKnown(call, values !== undefined);
  return Array.from(values);
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The axis, counted from 0, of one that may be counted from the end; `rank`: number of axes. */
export function axisOf(call: OpCall, axis: number, rank: number): number {
  assertKnown(call, Number.isInteger(axis) && axis >= -rank && axis < rank);
  return axis < 0 ? axis + rank : axis;
}

/** The same rule for several ops. */
export function rules(ops: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(ops.split(' ').map((op) => [op, rule]));
}
