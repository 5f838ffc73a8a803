/**
 * Batch normalization (Ioffe & Szegedy, 2015) with PyTorch's running statistics. tfjs has the layer, but keeps a
 * running average of the biased variance, so that evaluation would differ from every published PyTorch run.
 */
import { tf } from '../backend';
import {
  normalizeByAverages,
  normalizeByAveragesRelu,
  normalizeByBatch,
  normalizeByBatchRelu,
} from '../ops/batchNormalization';

const EPSILON = 1e-5;
/** Share of the batch in the running averages. */
const MOMENTUM = 0.1;

export interface BatchNormalizationOptions {
  name?: string;
  /** Applied to the normalized values, as one op with them (default 'linear': none). */
  activation?: 'linear' | 'relu';
}

/**
 * y = γ·(x − μ)/√(σ² + ε) + β per channel, `[B,H,W,C]` → the same shape; ε = 1e-5; then ReLU with `activation: 'relu'`.
 * In training μ and σ² are the batch's (biased variance) and the running averages move by a tenth towards the batch's
 * mean and unbiased variance; else they are the running averages. Weights: gamma, beta, moving_mean, moving_variance.
 */
export class BatchNormalization extends tf.layers.Layer {
  static readonly className = 'PatBatchNormalization';
  private readonly activation: 'linear' | 'relu';
  private gamma!: tf.LayerVariable;
  private beta!: tf.LayerVariable;
  private movingMean!: tf.LayerVariable;
  private movingVariance!: tf.LayerVariable;

  constructor({ activation = 'linear', ...options }: BatchNormalizationOptions = {}) {
    super(options);
    this.activation = activation;
  }

  override build(inputShape: tf.Shape): void {
    const channels = [inputShape[inputShape.length - 1] as number];
    const add = (name: string, initial: 'zeros' | 'ones', trainable: boolean) =>
      this.addWeight(name, channels, 'float32', tf.initializers[initial](), undefined, trainable);
    this.gamma = add('gamma', 'ones', true);
    this.beta = add('beta', 'zeros', true);
    this.movingMean = add('moving_mean', 'zeros', false);
    this.movingVariance = add('moving_variance', 'ones', false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const values = {
      x: (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D,
      gamma: this.gamma.read() as tf.Tensor1D,
      beta: this.beta.read() as tf.Tensor1D,
      movingMean: this.movingMean.read() as tf.Tensor1D,
      movingVariance: this.movingVariance.read() as tf.Tensor1D,
    };
    const rectified = this.activation === 'relu';
    if (kwargs.training) {
      const onAverages = (mean: tf.Tensor1D, variance: tf.Tensor1D) => {
        this.movingMean.write(mean);
        this.movingVariance.write(variance);
      };
      const byBatch = rectified ? normalizeByBatchRelu : normalizeByBatch;
      return byBatch.run(values, { epsilon: EPSILON, momentum: MOMENTUM, onAverages });
    }
    if (rectified) return normalizeByAveragesRelu.run(values, EPSILON);
    return normalizeByAverages(values, EPSILON);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.activation };
  }
}
tf.serialization.registerClass(BatchNormalization);
