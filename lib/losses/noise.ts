/** Noise drawn on the device, reproducible from the kit's generator. */
import { tf } from '../backend';
import type { Random } from '../random';

/**
 * All three have mean 0. `'gaussian'` N(0, σ²); `'uniform'` U(−√3σ, √3σ), whose standard deviation is σ; `'xavier'`
 * N(0, σ²·2/(C + C)), Glorot's variance for a layer from C to C channels with gain σ. The paper names the three
 * distributions and "different standard deviation" and says no more: that each of them is scaled by σ is our reading.
 */
export type NoiseDistribution = 'gaussian' | 'uniform' | 'xavier';

export const noiseDistributions: readonly NoiseDistribution[] = ['gaussian', 'uniform', 'xavier'];

/** What `drawNoise` needs of the native backend; other backends have none of it. */
interface NativeBackend {
  binding?: { TF_ATTR_TYPE: number; TF_FLOAT: number; TF_INT32: number };
  executeSingleOutput?: (
    op: string,
    attributes: { name: string; type: number; value: number }[],
    inputs: tf.Tensor[],
  ) => tf.Tensor;
}

export interface NoiseOptions {
  distribution: NoiseDistribution;
  sigma: number;
  /** Gives one seed a call. */
  random: Random;
}

/** Draws noise of `shape` (last axis: channels). The numbers depend on the generator's position and the backend. */
export function drawNoise(
  shape: readonly number[],
  { distribution, sigma, random }: NoiseOptions,
): tf.Tensor {
  const channels = shape[shape.length - 1];
  if (distribution === 'uniform') {
    const halfWidth = Math.sqrt(3) * sigma;
    return unitNoise('Uniform', shape, random)
      .mul(2 * halfWidth)
      .sub(halfWidth);
  }
  const deviation = distribution === 'xavier' ? sigma / Math.sqrt(channels) : sigma;
  return unitNoise('Normal', shape, random).mul(deviation);
}

/** U[0,1) or N(0,1), by one native op where there is one. */
function unitNoise(
  kind: 'Uniform' | 'Normal',
  shape: readonly number[],
  random: Random,
): tf.Tensor {
  const seed = [random.integer(1, 0x7fffffff), random.integer(1, 0x7fffffff)];
  const { binding, executeSingleOutput } = nativeBackend();
  if (!binding || !executeSingleOutput) {
    return kind === 'Uniform'
      ? tf.randomUniform([...shape], 0, 1, 'float32', seed[0])
      : tf.randomNormal([...shape], 0, 1, 'float32', seed[0]);
  }
  const attributes = [
    { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
    { name: 'Tseed', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  const inputs = [tf.tensor1d([...shape], 'int32'), tf.tensor1d(seed, 'int32')];
  return executeSingleOutput(`StatelessRandom${kind}`, attributes, inputs);
}

function nativeBackend(): NativeBackend {
  const backend = tf.backend() as unknown as NativeBackend;
  return {
    binding: backend.binding,
    executeSingleOutput: backend.executeSingleOutput?.bind(backend),
  };
}
