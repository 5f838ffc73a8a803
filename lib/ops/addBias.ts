/** One number per channel added to all pixels; tfjs's gradient of it sums over three axes in a general reduction. */
import { tf } from '../backend';
import { differentiable } from './differentiable';
import { exampleValues, valueAndGradients } from './example';
import { FusedOp } from './fusedOp';
import { executeSingleOp, stringAttribute, typeAttribute } from './raw';

type AddBias = (x: tf.Tensor4D, bias: tf.Tensor1D) => tf.Tensor4D;

/** `x` `[B,H,W,C]` + `bias` `[C]`. */
export const addBias = new FusedOp<AddBias>({
  name: 'bias',
  native: [{ ops: ['BiasAdd', 'BiasAddGrad'], run: nativeAddBias }],
  portable: (x, bias) => tf.add(x, bias),
  example: (run) =>
    valueAndGradients(run, [
      exampleValues<tf.Tensor4D>([2, 3, 2, 5]),
      exampleValues<tf.Tensor1D>([5]),
    ]),
});

function nativeAddBias(x: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  const attributes = { T: typeAttribute(x), data_format: stringAttribute('NHWC') };
  return differentiable({
    inputs: [x, bias],
    forward: () => executeSingleOp('BiasAdd', attributes, [x, bias]) as tf.Tensor4D,
    backward: (dy) => [dy.clone(), executeSingleOp('BiasAddGrad', attributes, [dy])],
  });
}
