/** Which computations give other bits when they are repeated: on a GPU, sums that threads add to in any order. */
import { tf } from '../../backend';
import { createLoss } from '../../losses';
import { addBias } from '../../ops/addBias';
import { normalizeByBatchRelu } from '../../ops/batchNormalization';
import { exampleValues, valueAndGradients } from '../../ops/example';
import { maxPool, maxUnpool } from '../../ops/maxPool';
import { checkedLosses } from './steps';

const REPETITIONS = 5;
const SHAPE = [4, 64, 64, 16];

/** Value and gradients of a computation. */
type Computation = () => tf.Tensor[];

export interface Repeated {
  name: string;
  /** Repetitions in which any bit of value or gradients differed from the first time. */
  different: number;
  repetitions: number;
}

/** Repeats what a step is made of on the same numbers. */
export async function repeatComputations(): Promise<Repeated[]> {
  const repeated: Repeated[] = [];
  for (const [name, compute] of Object.entries(computations())) {
    const first = await bytesOf(compute);
    let different = 0;
    for (let i = 0; i < REPETITIONS; i++) {
      if (!first.equals(await bytesOf(compute))) different += 1;
    }
    repeated.push({ name, different, repetitions: REPETITIONS });
  }
  return repeated;
}

function computations(): Record<string, Computation> {
  const features = () => exampleValues<tf.Tensor4D>(SHAPE);
  const perChannel = (add: number) => exampleValues<tf.Tensor1D>([SHAPE[3]]).add<tf.Tensor1D>(add);
  const kernel = () => exampleValues<tf.Tensor4D>([3, 3, SHAPE[3], SHAPE[3]]);
  return {
    convolution: () =>
      valueAndGradients((x, w) => tf.conv2d(x, w, 1, 'same'), [features(), kernel()]),
    'batch normalization + ReLU': () =>
      valueAndGradients(
        (x, gamma, beta) =>
          normalizeByBatchRelu.run(
            {
              x: x as tf.Tensor4D,
              gamma: gamma as tf.Tensor1D,
              beta: beta as tf.Tensor1D,
              movingMean: perChannel(0),
              movingVariance: perChannel(2),
            },
            { epsilon: 1e-5, momentum: 0.1, onAverages: () => undefined },
          ),
        [features(), perChannel(2), perChannel(0)],
      ),
    bias: () => valueAndGradients(addBias.run, [features(), perChannel(0)]),
    'max pooling': () => valueAndGradients(maxPool.run, [features()]),
    'max unpooling': () => {
      const pooled = maxPool.run(features());
      return valueAndGradients((x) => maxUnpool.run(x, features(), pooled), [pooled]);
    },
    'bilinear upsampling': () =>
      valueAndGradients(
        (x) => tf.image.resizeBilinear(x, [2 * SHAPE[1], 2 * SHAPE[2]], true),
        [features()],
      ),
    ...Object.fromEntries(checkedLosses.map((name) => [`loss ${name}`, lossOf(name)])),
  };
}

function lossOf(name: (typeof checkedLosses)[number]): Computation {
  const loss = createLoss({ name, validate: false });
  const [images, height, width, classes] = SHAPE;
  const labels = Int32Array.from(
    { length: images * height * width },
    (_, i) => Math.floor(i / 40) % classes,
  );
  return () => {
    const target = tf.tensor3d(labels, [images, height, width], 'int32');
    const seed = tf.tensor1d([1, 7], 'int32');
    return valueAndGradients(
      (logits) => loss(logits, target, seed),
      [exampleValues<tf.Tensor4D>(SHAPE)],
    );
  };
}

async function bytesOf(compute: Computation): Promise<Buffer> {
  const tensors = tf.tidy(compute);
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return Buffer.concat(
    values.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}
