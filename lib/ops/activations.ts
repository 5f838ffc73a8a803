/** ReLU and the logistic sigmoid, whose gradients tfjs composes of two to four ops. */
import { tf } from '../backend';
import { differentiable } from './differentiable';
import { exampleValues, valueAndGradients } from './example';
import { FusedOp } from './fusedOp';
import { executeOp, typeAttribute } from './raw';

type Activation = (x: tf.Tensor) => tf.Tensor;

/** max(x, 0), any shape; the gradient at 0 is 0. */
export const relu = new FusedOp<Activation>({
  name: 'ReLU',
  native: [{ ops: ['Relu', 'ReluGrad'], run: activation(tf.relu, reluGradient) }],
  portable: (x) => tf.relu(x),
  example: (run) => valueAndGradients(run, [exampleValues([3, 7])]),
});

/** 1/(1 + e⁻ˣ), any shape. */
export const sigmoid = new FusedOp<Activation>({
  name: 'sigmoid',
  native: [{ ops: ['Sigmoid', 'SigmoidGrad'], run: activation(tf.sigmoid, sigmoidGradient) }],
  portable: (x) => tf.sigmoid(x),
  example: (run) => valueAndGradients(run, [exampleValues([3, 7])]),
});

/** ∂y → ∂x of y = max(x, 0), native backend only. */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return executeOp('ReluGrad', { T: typeAttribute(y) }, [dy, y], 1)[0];
}

function sigmoidGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return executeOp('SigmoidGrad', { T: typeAttribute(y) }, [y, dy], 1)[0];
}

function activation(
  value: (x: tf.Tensor) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): Activation {
  return (x) =>
    differentiable({
      inputs: [x],
      forward(save) {
        const y = value(x);
        save(y);
        return y;
      },
      backward: (dy, [y]) => [gradient(dy, y)],
    });
}
