/**
 * Batch normalization (Ioffe & Szegedy, 2015) with PyTorch's running averages, alone and with the ReLU after it.
 * x, y `[B,H,W,C]`; γ, β, the running averages `[C]`; y = γ·(x − μ)/√(σ² + ε) + β, and max(y, 0) with ReLU.
 */
import { tf } from '../backend';
import { differentiable } from './differentiable';
import { exampleValues, valueAndGradients } from './example';
import { FusedOp } from './fusedOp';
import {
  boolAttribute,
  executeOp,
  floatAttribute,
  intAttribute,
  stringAttribute,
  typeAttribute,
} from './raw';
import type { Attributes } from './raw';
import { reluGradient } from './activations';

export interface BatchNormalizationInputs {
  x: tf.Tensor4D;
  gamma: tf.Tensor1D;
  beta: tf.Tensor1D;
  /** Running averages; constants for the gradient. */
  movingMean: tf.Tensor1D;
  movingVariance: tf.Tensor1D;
}

export interface BatchStatisticsOptions {
  /** ε. */
  epsilon: number;
  /** Share of the batch in the new running averages. */
  momentum: number;
  /** Is shown the new running averages: (1 − momentum)·old + momentum·(mean, unbiased variance) of the batch. */
  onAverages: (movingMean: tf.Tensor1D, movingVariance: tf.Tensor1D) => void;
}

type ByBatch = (inputs: BatchNormalizationInputs, options: BatchStatisticsOptions) => tf.Tensor4D;
type ByAverages = (inputs: BatchNormalizationInputs, epsilon: number) => tf.Tensor4D;

/** Normalizes by the batch's mean and biased variance. */
export const normalizeByBatch = new FusedOp<ByBatch>({
  name: 'batch normalization (training)',
  native: [
    { ops: ['FusedBatchNormV3', 'FusedBatchNormGradV3'], run: nativeByBatch('FusedBatchNormV3') },
  ],
  portable: portableByBatch,
  example: byBatchExample,
});

/** `normalizeByBatch`, then ReLU. */
export const normalizeByBatchRelu = new FusedOp<ByBatch>({
  name: 'batch normalization + ReLU (training)',
  native: [
    {
      ops: ['_MklNativeFusedBatchNormEx', 'ReluGrad', 'FusedBatchNormGradV3'],
      cpuOnly: true,
      run: nativeByBatch('_MklNativeFusedBatchNormEx'),
    },
    {
      ops: ['FusedBatchNormV3', 'Relu', 'ReluGrad', 'FusedBatchNormGradV3'],
      run: nativeByBatch('FusedBatchNormV3', 'relu'),
    },
  ],
  portable: (inputs, options) => tf.tidy(() => tf.relu(portableByBatch(inputs, options))),
  example: byBatchExample,
});

/** Normalizes by the running averages, then ReLU. Without ReLU tfjs's own operation is as fast as can be. */
export const normalizeByAveragesRelu = new FusedOp<ByAverages>({
  name: 'batch normalization + ReLU (inference)',
  native: [
    {
      ops: ['_MklNativeFusedBatchNormEx', 'ReluGrad', 'FusedBatchNormGradV3'],
      cpuOnly: true,
      run: nativeByAverages,
    },
  ],
  portable: (inputs, epsilon) => tf.tidy(() => tf.relu(normalizeByAverages(inputs, epsilon))),
  example: (run) => {
    const { x, gamma, beta, ...averages } = exampleInputs();
    const f = (...[x, gamma, beta]: [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D]) =>
      run({ x, gamma, beta, ...averages }, 1e-3);
    return valueAndGradients(f, [x, gamma, beta]);
  },
});

/** Normalizes by the running averages. */
export function normalizeByAverages(inputs: BatchNormalizationInputs, epsilon: number) {
  const { x, gamma, beta, movingMean, movingVariance } = inputs;
  return tf.batchNorm(x, movingMean, movingVariance, beta, gamma, epsilon);
}

/**
 * With x̂ the normalized values and means over B, H, W: ∂x = γ/σ·(∂y − mean(∂y) − x̂·mean(∂y·x̂)), ∂γ = Σ ∂y·x̂, ∂β = Σ ∂y.
 */
function portableByBatch(
  { x, gamma, beta, movingMean, movingVariance }: BatchNormalizationInputs,
  { epsilon, momentum, onAverages }: BatchStatisticsOptions,
): tf.Tensor4D {
  const axes = [0, 1, 2];
  const count = x.size / gamma.size;
  return differentiable({
    inputs: [x, gamma, beta],
    forward(save) {
      const mean = x.mean<tf.Tensor1D>(axes); // [C]
      const variance = x.sub(mean).square().mean<tf.Tensor1D>(axes); // [C]
      const unbiased = variance.mul(count / Math.max(count - 1, 1));
      onAverages(
        movingMean.mul(1 - momentum).add(mean.mul(momentum)),
        movingVariance.mul(1 - momentum).add(unbiased.mul(momentum)),
      );
      save(x, gamma, mean, variance);
      return tf.batchNorm(x, mean, variance, beta, gamma, epsilon);
    },
    backward(dy, [x, gamma, mean, variance]) {
      const inverseDeviation = variance.add(epsilon).rsqrt(); // [C]
      const normalized = x.sub(mean).mul(inverseDeviation); // [B,H,W,C]
      const dGamma = dy.mul(normalized).sum(axes); // [C]
      const dBeta = dy.sum(axes); // [C]
      const centred = dy.sub(dBeta.div(count)).sub(normalized.mul(dGamma.div(count)));
      return [centred.mul(gamma.mul(inverseDeviation)), dGamma, dBeta];
    },
  });
}

type ForwardOp = 'FusedBatchNormV3' | '_MklNativeFusedBatchNormEx';

/** The second op does ReLU itself. */
function nativeByBatch(op: ForwardOp, after?: 'relu'): ByBatch {
  const rectified = after === 'relu' || op === '_MklNativeFusedBatchNormEx';
  return ({ x, gamma, beta, movingMean, movingVariance }, options) =>
    differentiable({
      inputs: [x, gamma, beta],
      forward(save) {
        const attributes = forwardAttributes(op, x, options.epsilon, options.momentum);
        const inputs = [x, gamma, beta, movingMean, movingVariance];
        const [normalized, ...rest] = executeOp(op, attributes, inputs, 6);
        const [newMean, newVariance, mean, variance, workspace] = rest;
        options.onAverages(newMean as tf.Tensor1D, newVariance as tf.Tensor1D);
        const y = after === 'relu' ? tf.relu(normalized) : normalized;
        // oneDNN's workspace is as large as x, and for a gradient of its own.
        const kept = op === 'FusedBatchNormV3' ? workspace : tf.tensor1d([]);
        save(x, gamma, mean, variance, kept, ...(rectified ? [y] : []));
        return y as tf.Tensor4D;
      },
      backward(dy, [x, gamma, mean, variance, workspace, y]) {
        const inner = rectified ? reluGradient(dy, y) : dy;
        return gradient(inner, [x, gamma, mean, variance, workspace], options.epsilon, true);
      },
    });
}

function nativeByAverages(inputs: BatchNormalizationInputs, epsilon: number): tf.Tensor4D {
  const { x, gamma, beta, movingMean, movingVariance } = inputs;
  const op = '_MklNativeFusedBatchNormEx';
  return differentiable({
    inputs: [x, gamma, beta],
    forward(save) {
      const attributes = forwardAttributes(op, x, epsilon);
      const [y] = executeOp(op, attributes, [x, gamma, beta, movingMean, movingVariance], 6);
      save(x, gamma, movingMean, movingVariance, y);
      return y as tf.Tensor4D;
    },
    backward(dy, [x, gamma, mean, variance, y]) {
      const reserved = [x, gamma, mean, variance, tf.tensor1d([])];
      return gradient(reluGradient(dy, y), reserved, epsilon, false);
    },
  });
}

/** With `momentum`: by the batch, else by the running averages. */
function forwardAttributes(
  op: ForwardOp,
  x: tf.Tensor,
  epsilon: number,
  momentum?: number,
): Attributes {
  const attributes = {
    ...commonAttributes(x, epsilon, momentum !== undefined),
    exponential_avg_factor: floatAttribute(momentum ?? 1),
  };
  if (op === 'FusedBatchNormV3') return attributes;
  return {
    ...attributes,
    num_side_inputs: intAttribute(0),
    activation_mode: stringAttribute('Relu'),
    _kernel: stringAttribute('MklNameChangeOp'),
  };
}

function gradient(dy: tf.Tensor, saved: tf.Tensor[], epsilon: number, training: boolean) {
  const attributes = commonAttributes(saved[0], epsilon, training);
  return executeOp('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
}

function commonAttributes(x: tf.Tensor, epsilon: number, training: boolean) {
  return {
    T: typeAttribute(x),
    U: typeAttribute('float32'),
    epsilon: floatAttribute(epsilon),
    data_format: stringAttribute('NHWC'),
    is_training: boolAttribute(training),
  };
}

function byBatchExample(run: ByBatch): tf.Tensor[] {
  const { x, gamma, beta, ...averages } = exampleInputs();
  const moved: tf.Tensor[] = [];
  const onAverages = (...both: tf.Tensor[]) => moved.push(...both.map((t) => tf.keep(t.clone())));
  const options = { epsilon: 1e-3, momentum: 0.25, onAverages };
  const f = (...[x, gamma, beta]: [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D]) =>
    run({ x, gamma, beta, ...averages }, options);
  try {
    return [...valueAndGradients(f, [x, gamma, beta]), ...moved];
  } catch (error) {
    tf.dispose(moved);
    throw error;
  }
}

function exampleInputs(): BatchNormalizationInputs {
  return {
    x: exampleValues([2, 3, 3, 4]),
    gamma: tf.tensor1d([0.5, 1, -2, 1.5]),
    beta: tf.tensor1d([0, 0.5, 1, -0.5]),
    movingMean: tf.tensor1d([0.1, -0.2, 0.3, 0]),
    movingVariance: tf.tensor1d([1, 0.5, 2, 1.5]),
  };
}
