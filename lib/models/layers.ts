/** Blocks that the networks share, and their seeded initialisation. */
import { tf } from '../backend';
import type { Random } from '../random';

/** Batch normalization as PyTorch has it: ε = 1e-5, running averages keep 0.9 of the past. */
const BATCH_NORM = { epsilon: 1e-5, momentum: 0.9 };

/** 3×3 convolution without bias, batch normalization, ReLU: `[B,H,W,*]` → `[B,H,W,filters]`. */
export function convBatchNormRelu(
  x: tf.SymbolicTensor,
  filters: number,
  name: string,
): tf.SymbolicTensor {
  const convolution = tf.layers.conv2d({
    filters,
    kernelSize: 3,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'zeros',
    name: `${name}_conv`,
  });
  const normalization = tf.layers.batchNormalization({ ...BATCH_NORM, name: `${name}_norm` });
  const activation = tf.layers.reLU({ name: `${name}_relu` });
  return [convolution, normalization, activation].reduce(applyLayer, x);
}

/** 2×2 max pooling: `[B,H,W,C]` → `[B,H/2,W/2,C]`. */
export function maxPool(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return applyLayer(x, tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name }));
}

/** 2×2 transposed convolution of stride 2: `[B,H,W,*]` → `[B,2H,2W,filters]`. */
export function upConvolution(
  x: tf.SymbolicTensor,
  filters: number,
  name: string,
): tf.SymbolicTensor {
  const options = { filters, kernelSize: 2, strides: 2, name };
  return applyLayer(x, tf.layers.conv2dTranspose({ ...options, kernelInitializer: 'zeros' }));
}

/** 1×1 convolution to class logits: `[B,H,W,*]` → `[B,H,W,numClasses]`. */
export function classifier(x: tf.SymbolicTensor, numClasses: number): tf.SymbolicTensor {
  const options = { filters: numClasses, kernelSize: 1, name: 'logits' };
  return applyLayer(x, tf.layers.conv2d({ ...options, kernelInitializer: 'zeros' }));
}

/** Channel concatenation: `[B,H,W,C1]`, `[B,H,W,C2]` → `[B,H,W,C1+C2]`. */
export function concatenate(parts: tf.SymbolicTensor[], name: string): tf.SymbolicTensor {
  return tf.layers.concatenate({ name }).apply(parts) as tf.SymbolicTensor;
}

/**
 * He-normal kernels (standard deviation √(2 / fan-in)), zero biases. Each layer draws from a stream of its own
 * name, so a change in one layer leaves the others as they were.
 */
export function initializeWeights(model: tf.LayersModel, random: Random): void {
  for (const layer of model.layers) {
    const kernel = layer.weights.find((weight) => weight.originalName.endsWith('/kernel'));
    if (!kernel) continue;
    const shape = kernel.shape as number[];
    const [height, width, third, fourth] = shape;
    // A transposed convolution stores [kh, kw, out, in] and each output pixel of stride 2 sees one tap.
    const transposed = layer.getClassName() === 'Conv2DTranspose';
    const fanIn = transposed ? fourth : height * width * third;
    const stream = random.stream(layer.name);
    const deviation = Math.sqrt(2 / fanIn);
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      stream.normal(0, deviation),
    );
    const initial = tf.tensor(values, shape);
    kernel.write(initial);
    initial.dispose();
  }
}

/** The variables that training changes, in layer order. */
export function trainableVariables(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

function applyLayer(x: tf.SymbolicTensor, layer: tf.layers.Layer): tf.SymbolicTensor {
  return layer.apply(x) as tf.SymbolicTensor;
}
