import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { divideNoNan, multiplyNoNan } from '../../lib/ops/noNan';

describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  const compute = async (f: () => tf.Tensor) => {
    await tf.setBackend(backend);
    try {
      const result = tf.tidy(f);
      const values = Array.from(result.dataSync());
      result.dispose();
      return values;
    } finally {
      await tf.setBackend('tensorflow');
    }
  };
  const wild = () => tf.tensor2d([NaN, Infinity, -Infinity, 3, 4, -5], [2, 3]);

  it('a product with 0 is 0, whatever the other factor', async () => {
    expect(await compute(() => multiplyNoNan.run(wild(), tf.tensor2d([0, 2], [2, 1])))).toEqual([
      0, 0, 0, 6, 8, -10,
    ]);
  });

  it('a quotient by 0 is 0; NaN stays where it counts', async () => {
    const y = () => tf.tensor2d([2, 0, 0, 0, 2, 5], [2, 3]);
    expect(await compute(() => divideNoNan.run(wild(), y()))).toEqual([NaN, 0, 0, 0, 2, -1]);
  });
});
