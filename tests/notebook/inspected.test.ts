import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { figure } from '../../lib/figures/figure';
import { dataFrame } from '../../lib/notebook';
import { withShown } from '../../lib/notebook/lastExpression';
import type { MimeBundle } from '../../lib/notebook/output';

describe('what a cell’s last expression shows', () => {
  it('is shape, dtype and first values of a tensor, and nothing leaks', () => {
    const before = tf.memory().numTensors;
    const tensor = tf.range(0, 12).reshape([3, 4]);
    const held = tf.memory().numTensors;
    expect(inspect(tensor)).toBe('Tensor [3,4] float32: 0, 1, 2, 3, 4, 5, 6, 7, …');
    expect(inspect({ loss: tf.scalar(0.25) })).toBe('{ loss: Tensor [] float32: 0.25 }');
    expect(tf.memory().numTensors).toBe(held + 1);
    tensor.dispose();
    expect(inspect(tensor)).toBe('Tensor [3,4] float32, disposed');
    tf.disposeVariables();
    expect(before).toBeLessThan(held);
  });

  it('is the first rows of a data frame', () => {
    const frame = dataFrame(Array.from({ length: 30 }, (_, i) => ({ i, square: i * i })));
    const lines = inspect(frame).split('\n');
    expect(lines[0]).toMatch(/^ *i +square$/);
    expect(lines).toHaveLength(1 + 20 + 1);
    expect(lines[21]).toBe('(30 rows × 2 columns, the first 20)');
  });

  it('is a picture for a figure and a table for a frame; other values stay text', () => {
    const bundles: MimeBundle[] = [];
    const printed: unknown[][] = [];
    const log = withShown(
      (...values) => printed.push(values),
      (bundle) => bundles.push(bundle),
    );
    log(figure({ name: 'own', data: [{ y: [1, 2] }] }));
    log(dataFrame([{ a: 1 }]));
    log({ a: 1 });
    log('a', 1);
    expect(bundles.map((bundle) => Object.keys(bundle)[0])).toEqual([
      'application/vnd.plotly.v1+json',
      'text/html',
    ]);
    expect(printed).toEqual([[{ a: 1 }], ['a', 1]]);
  });
});
