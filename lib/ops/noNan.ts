/** Products and quotients that are 0 wherever one factor is 0, whatever NaN or Infinity the other holds. */
import { tf } from '../backend';
import { FusedOp } from './fusedOp';
import { executeSingleOp, typeAttribute } from './raw';

type Binary = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;

/** x·y, broadcast; 0 where y is 0. Has no gradient of its own: call it inside `tf.customGrad`. */
export const multiplyNoNan = new FusedOp<Binary>({
  name: 'product without NaN',
  native: [{ ops: ['MulNoNan'], run: nativeBinary('MulNoNan') }],
  portable: (x, y) => tf.where(y.notEqual(0), x.mul(y), 0),
  example,
});

/** x/y, broadcast; 0 where y is 0. Has no gradient of its own: call it inside `tf.customGrad`. */
export const divideNoNan = new FusedOp<Binary>({
  name: 'quotient without NaN',
  native: [{ ops: ['DivNoNan'], run: nativeBinary('DivNoNan') }],
  portable: (x, y) => tf.where(y.notEqual(0), x.div(y), 0),
  example,
});

function nativeBinary(op: 'MulNoNan' | 'DivNoNan'): Binary {
  return (x, y) => executeSingleOp(op, { T: typeAttribute(x) }, [x, y]);
}

function example(run: Binary): tf.Tensor[] {
  const x = tf.tensor2d([NaN, 1, 2, Infinity, -3, 4, -Infinity, 0, 5], [3, 3]);
  const y = tf.tensor2d([0, 2, 4, 0, -8, 0.5, 0, 0, 1], [3, 3]);
  const byRow = tf.tensor2d([0, 2, 0], [3, 1]);
  return [run(x, y), run(x.reshape([9]), y.reshape([9])), run(x.slice([0, 1], [1, 2]), byRow)];
}
