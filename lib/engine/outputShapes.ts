/** Types and shapes of an op's outputs before it runs: one small rule for each type of op that the kit's networks and losses have. */
import { arrays } from './shapes/arrays';
import { elementwise } from './shapes/elementwise';
import { images } from './shapes/images';
import { assertKnown } from './shapes/opCall';
import type { OpCall, ShapeRule, TensorType } from './shapes/opCall';

const table: Readonly<Record<string, ShapeRule>> = { ...elementwise, ...arrays, ...images };

/** Throws UnknownShape for an op, or inputs, without a rule. */
export function outputShapes(call: OpCall): TensorType[] {
  assertKnown(call, Object.hasOwn(table, call.op));
  const outputs = table[call.op](call);
  assertKnown(call, outputs.length === call.numOutputs);
  const isShape = (shape: readonly number[]) =>
    shape.every((size) => Number.isInteger(size) && size >= 0);
  assertKnown(
    call,
    outputs.every(({ shape }) => isShape(shape)),
  );
  return outputs;
}
