/**
 * Batch normalization (Ioffe & Szegedy, 2015) with PyTorch's running statistics. tfjs has the layer, but keeps a
 * running average of the biased variance, so that evaluation would differ from every published PyTorch run.
 */
import { tf } from '../backend';

/** Per-channel statistics `[C]` of one batch. */
interface Moments {
  mean: tf.Tensor1D;
  /** Biased: the mean squared deviation. */
  variance: tf.Tensor1D;
}

const EPSILON = 1e-5;
/** Share of the batch in the running averages. */
const MOMENTUM = 0.1;

/**
 * y = γ·(x − μ)/√(σ² + ε) + β per channel, `[B,H,W,C]` → the same shape; ε = 1e-5.
 * In training μ and σ² are the batch's (biased variance) and the running averages move by a tenth towards the batch's
 * mean and unbiased variance; else they are the running averages. Weights: gamma, beta, moving_mean, moving_variance.
 */
export class BatchNormalization extends tf.layers.Layer {
  static readonly className = 'PatBatchNormalization';
  private gamma!: tf.LayerVariable;
  private beta!: tf.LayerVariable;
  private movingMean!: tf.LayerVariable;
  private movingVariance!: tf.LayerVariable;

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
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    const gamma = this.gamma.read() as tf.Tensor1D;
    const beta = this.beta.read() as tf.Tensor1D;
    if (kwargs.training) {
      const count = x.size / x.shape[3];
      return normalizeByBatch(x, gamma, beta, (moments) => this.track(moments, count));
    }
    const mean = this.movingMean.read() as tf.Tensor1D;
    const variance = this.movingVariance.read() as tf.Tensor1D;
    return tf.batchNorm(x, mean, variance, beta, gamma, EPSILON);
  }

  /** Moves the running averages towards a batch of `count` values per channel. */
  private track({ mean, variance }: Moments, count: number): void {
    const unbiased = variance.mul(count / Math.max(count - 1, 1));
    for (const [average, value] of [
      [this.movingMean, mean],
      [this.movingVariance, unbiased],
    ] as const) {
      average.write(
        average
          .read()
          .mul(1 - MOMENTUM)
          .add(value.mul(MOMENTUM)),
      );
    }
  }
}
tf.serialization.registerClass(BatchNormalization);

/**
 * Normalizes `x` `[B,H,W,C]` by its own moments, which `onMoments` is shown. With x̂ the normalized values and means
 * over B, H, W: ∂x = γ/σ·(∂y − mean(∂y) − x̂·mean(∂y·x̂)), ∂γ = Σ ∂y·x̂, ∂β = Σ ∂y.
 */
export function normalizeByBatch(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  onMoments: (moments: Moments) => void = () => {},
): tf.Tensor4D {
  const axes = [0, 1, 2];
  const operation = tf.customGrad<tf.Tensor4D>((...inputs) => {
    const [x, gamma, beta] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    const save = inputs[3] as unknown as tf.GradSaveFunc;
    const mean = x.mean<tf.Tensor1D>(axes); // [C]
    const variance = x.sub(mean).square().mean<tf.Tensor1D>(axes); // [C]
    onMoments({ mean, variance });
    save([x, gamma, mean, variance]);
    return {
      value: tf.batchNorm(x, mean, variance, beta, gamma, EPSILON),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, gamma, mean, variance] = saved;
        const inverseDeviation = variance.add(EPSILON).rsqrt(); // [C]
        const normalized = x.sub(mean).mul(inverseDeviation); // [B,H,W,C]
        const dGamma = dy.mul(normalized).sum(axes); // [C]
        const dBeta = dy.sum(axes); // [C]
        const count = x.size / gamma.size;
        const centred = dy.sub(dBeta.div(count)).sub(normalized.mul(dGamma.div(count)));
        return [centred.mul(gamma.mul(inverseDeviation)), dGamma, dBeta];
      },
    };
  });
  return operation(x, gamma, beta);
}
