/**
 * Loads TensorFlow once, natively, and says what it runs on. Everything else imports `tf` from here:
 *
 *     import { tf } from './lib/backend';
 */
import './oneDnn';
import { mapStackTracesAgain } from './nodeCompatibility';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { showAs, tensorText } from './tensorText';

mapStackTracesAgain();

showAs(tf.Tensor.prototype, tensorText);

export { tf };

/** What TensorFlow runs on. */
export interface DeviceReport {
  /** `'GPU'` when TensorFlow placed its kernels on an NVIDIA GPU, else `'CPU'`. */
  device: 'CPU' | 'GPU';
  /** tfjs backend name; `'tensorflow'` is the native one. */
  backend: string;
  tensorflow: string;
  tfjs: string;
  node: string;
  /** Of TensorFlow's thread pools: `TF_NUM_INTRAOP_THREADS`, else the logical cores that the process may use. */
  threads: number;
}

interface NativeBackend {
  isUsingGpuDevice?: boolean;
  binding?: { TF_Version?: string };
}

/** Reports the device, the thread count and the versions in use. */
export function deviceReport(): DeviceReport {
  const native = tf.backend() as unknown as NativeBackend;
  return {
    device: native.isUsingGpuDevice ? 'GPU' : 'CPU',
    backend: tf.getBackend(),
    tensorflow: native.binding?.TF_Version ?? 'none (portable backend)',
    tfjs: tf.version.tfjs,
    node: process.version,
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism(),
  };
}
