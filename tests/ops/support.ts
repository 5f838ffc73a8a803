/** What the tests of single ops share. */
import { expect } from 'vitest';
import { tf } from '../../lib/backend';
import type { FusedOp } from '../../lib/ops/fusedOp';
import { Random } from '../../lib/random';

/** Every form of an op, the portable twin last, with a title for `it.each`. */
export function formsOf<F>({ definition }: FusedOp<F>): { form: string; run: F }[] {
  const native = definition.native.map(({ ops, run }) => ({ form: ops.join(', '), run }));
  return [...native, { form: 'portable', run: definition.portable }];
}

/** Standard normal values. */
export function normal<T extends tf.Tensor>(shape: number[], seed: number): T {
  const random = new Random(seed);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal());
  return tf.tensor(values, shape) as T;
}

/**
 * Σ y·weighting of f's output y, and its gradient for `x` by central differences: independent of all gradient code.
 * f must be smooth or linear near x.
 */
export function finiteDifferences(
  f: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  weighting: tf.Tensor,
  step = 1e-2,
): number[] {
  const values = [...x.dataSync()];
  const at = (i: number, shift: number) =>
    tf.tidy(() => {
      const moved = values.map((value, j) => (j === i ? value + shift : value));
      return f(tf.tensor(moved, x.shape)).mul(weighting).sum().dataSync()[0];
    });
  return values.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

/** Value and gradients leave as many tensors as they found, once their results are disposed. */
export function expectNoTensorsLeft(compute: () => tf.Tensor[]): void {
  tf.dispose(compute());
  const before = tf.memory().numTensors;
  tf.dispose(compute());
  expect(tf.memory().numTensors).toBe(before);
}
