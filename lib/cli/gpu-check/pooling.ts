/** How long pooling takes beside a ReLU of the same tensor, which is as fast as its memory. */
import { tf } from '../../backend';
import { relu } from '../../ops/activations';
import { exampleValues } from '../../ops/example';
import { maxPool, maxUnpool } from '../../ops/maxPool';
import { spreadOf } from '../../measurement/spread';
import type { Spread } from '../../measurement/spread';

export interface PoolingQuestion {
  /** `[B,H,W,C]`. */
  shape: [number, number, number, number];
  rounds: number;
}

export interface PoolingTime {
  name: string;
  /** TensorFlow ops of the form that runs; empty for the portable twin. */
  ops: string[];
  /** Value and gradient. */
  milliseconds: Spread;
  /** Median over that of the ReLU. */
  timesRelu: number;
}

/** Value and gradient of the forms in use. */
export async function timePooling({ shape, rounds }: PoolingQuestion): Promise<PoolingTime[]> {
  const features = exampleValues<tf.Tensor4D>(shape);
  const pooled = tf.tidy(() => maxPool.run(features));
  const cases = [
    { op: relu, compute: valueAndGradient((x) => relu.run(x), features) },
    { op: maxPool, compute: valueAndGradient((x) => maxPool.run(x as tf.Tensor4D), features) },
    {
      op: maxUnpool,
      compute: valueAndGradient((x) => maxUnpool.run(x as tf.Tensor4D, features, pooled), pooled),
    },
  ];
  const times: { name: string; ops: string[]; milliseconds: Spread }[] = [];
  for (const { op, compute } of cases) {
    await timed(compute);
    const all: number[] = [];
    for (let round = 0; round < rounds; round++) all.push(await timed(compute));
    times.push({ name: op.name, ops: op.choice.ops, milliseconds: spreadOf(all) });
  }
  tf.dispose([features, pooled]);
  const floor = times[0].milliseconds.median;
  return times.map((time) => ({ ...time, timesRelu: time.milliseconds.median / floor }));
}

function valueAndGradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): () => tf.Tensor {
  return () => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => f(x).sum<tf.Scalar>())(x);
    return grad.slice([0, 0, 0, 0], [1, 1, 1, 1]).sum().add(value);
  };
}

/** Milliseconds until a value of the result is read: until all is computed. */
async function timed(compute: () => tf.Tensor): Promise<number> {
  const start = performance.now();
  const result = tf.tidy(compute);
  await result.data();
  result.dispose();
  return performance.now() - start;
}
