/** tfjs's kernel of `tf.gather` reads the indices to check them, which a recording cannot do. TensorFlow checks them itself. */
import { tf } from '../backend';
import { executeSingleOp, intAttribute, typeAttribute } from '../ops/raw';

/** Has `tf.gather` read no values until the function that it returns is called. */
export function gatherUnread(): () => void {
  const original = tf.getKernel('GatherV2', 'tensorflow');
  replaceBy({ kernelName: 'GatherV2', backendName: 'tensorflow', kernelFunc: gather });
  return () => replaceBy(original);
}

function replaceBy(kernel: tf.KernelConfig): void {
  tf.unregisterKernel('GatherV2', 'tensorflow');
  tf.registerKernel(kernel);
}

const gather: tf.KernelFunc = ({ inputs, attrs }) => {
  const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor };
  const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
  const attributes = {
    batch_dims: intAttribute(batchDims),
    Tparams: typeAttribute(x),
    Tindices: typeAttribute(indices),
    Taxis: typeAttribute('int32'),
  };
  return tf.tidy(() =>
    executeSingleOp('GatherV2', attributes, [x, indices, tf.scalar(axis, 'int32')]),
  );
};
