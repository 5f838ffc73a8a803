/** Noise drawn on the device, reproducible from the kit's generator. */
import { tf } from '../backend';
import { executeSingleOp, nativeBackend, typeAttribute } from '../ops/raw';
import type { Random } from '../random';

/**
 * All three have mean 0. `'gaussian'` N(0, σ²); `'uniform'` U(−√3σ, √3σ), whose standard deviation is σ; `'xavier'`
 * N(0, σ²·2/(C + C)), Glorot's variance for a layer from C to C channels with gain σ. The paper names the three
 * distributions and "different standard deviation" and says no more: that each of them is scaled by σ is our reading.
 */
export type NoiseDistribution = 'gaussian' | 'uniform' | 'xavier';

export const noiseDistributions: readonly NoiseDistribution[] = ['gaussian', 'uniform', 'xavier'];

export interface NoiseOptions {
  distribution: NoiseDistribution;
  sigma: number;
  /** Two int32 values; the same give the same noise. */
  seed: tf.Tensor1D;
}

/** The next seed of a generator, `[2] int32`. */
export function nextNoiseSeed(random: Random): tf.Tensor1D {
  return tf.tensor1d([random.integer(1, 0x7fffffff), random.integer(1, 0x7fffffff)], 'int32');
}

/** Draws noise of `shape` (last axis: channels). The numbers depend on the seed and the backend. */
export function drawNoise(
  shape: readonly number[],
  { distribution, sigma, seed }: NoiseOptions,
): tf.Tensor {
  const channels = shape[shape.length - 1];
  if (distribution === 'uniform') {
    const halfWidth = Math.sqrt(3) * sigma;
    return unitNoise('Uniform', shape, seed)
      .mul(2 * halfWidth)
      .sub(halfWidth);
  }
  const deviation = distribution === 'xavier' ? sigma / Math.sqrt(channels) : sigma;
  return unitNoise('Normal', shape, seed).mul(deviation);
}

/** U[0,1) or N(0,1), by one native op where there is one. */
function unitNoise(
  kind: 'Uniform' | 'Normal',
  shape: readonly number[],
  seed: tf.Tensor1D,
): tf.Tensor {
  if (!nativeBackend()) {
    const [first, second] = seed.dataSync<'int32'>();
    const mixed = Math.imul(first, 0x9e3779b1) ^ second || 1; // tfjs takes one number, and not 0
    return kind === 'Uniform'
      ? tf.randomUniform([...shape], 0, 1, 'float32', mixed)
      : tf.randomNormal([...shape], 0, 1, 'float32', mixed);
  }
  const attributes = {
    dtype: typeAttribute('float32'),
    T: typeAttribute('int32'),
    Tseed: typeAttribute('int32'),
  };
  const shapeTensor = tf.tensor1d([...shape], 'int32');
  return executeSingleOp(`StatelessRandom${kind}`, attributes, [shapeTensor, seed]);
}
