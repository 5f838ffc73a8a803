/** The table of ops with a fast native form. Adding one = one file in ops/ and one line here. */
import { relu, sigmoid } from './ops/activations';
import { addBias } from './ops/addBias';
import {
  normalizeByAveragesRelu,
  normalizeByBatch,
  normalizeByBatchRelu,
} from './ops/batchNormalization';
import { maxPool, maxUnpool } from './ops/maxPool';
import { divideNoNan, multiplyNoNan } from './ops/noNan';
import type { FormReport } from './ops/fusedOp';

export type { FormReport } from './ops/fusedOp';

const OPS = [
  normalizeByBatch,
  normalizeByBatchRelu,
  normalizeByAveragesRelu,
  maxPool,
  maxUnpool,
  addBias,
  relu,
  sigmoid,
  multiplyNoNan,
  divideNoNan,
];

/** What runs for one op on the backend in use. */
export interface NativeOpReport {
  name: string;
  /** TensorFlow ops called; empty where tfjs's own operations compute it. */
  ops: string[];
  /** Faster forms that are not used, with the reason. */
  rejected: { ops: string[]; reason: string }[];
}

/**
 * Compares each native form with its portable twin on a small example, once per backend, and says what is used from now
 * on. Must have run before the ops of a step are recorded, as it executes ops and reads values.
 */
export function probeNativeOps(): NativeOpReport[] {
  return OPS.map(({ name, choice: { ops, rejected } }) => ({ name, ops, rejected }));
}

/** Every native form beside its portable twin on a small example, whether it is used or not. */
export function compareNativeForms(): FormReport[] {
  return OPS.flatMap((op) => op.compare());
}
