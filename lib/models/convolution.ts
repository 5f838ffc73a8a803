/** Convolution layers with the weights of tfjs's own (kernel, bias), whose bias is added by one native op. */
import { tf } from '../backend';
import { addBias } from '../ops/addBias';

interface ConvolutionConfig {
  filters: number;
  /** Side of the kernel. */
  kernelSize: number;
  useBias: boolean;
  name?: string;
}

abstract class KernelLayer extends tf.layers.Layer {
  protected kernel!: tf.LayerVariable;
  private bias?: tf.LayerVariable;

  constructor(protected readonly config: ConvolutionConfig) {
    super({ name: config.name });
  }

  override build(inputShape: tf.Shape): void {
    const { filters, kernelSize, useBias } = this.config;
    const channels = this.kernelChannels(inputShape[3] as number, filters);
    const add = (name: string, shape: number[]) =>
      this.addWeight(name, shape, 'float32', tf.initializers.zeros());
    this.kernel = add('kernel', [kernelSize, kernelSize, ...channels]);
    if (useBias) this.bias = add('bias', [filters]);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const y = this.convolve(x, this.kernel.read() as tf.Tensor4D);
      return this.bias ? addBias.run(y, this.bias.read() as tf.Tensor1D) : y;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, kernelSize, useBias } = this.config;
    return { ...super.getConfig(), filters, kernelSize, useBias };
  }

  /** The last two sizes of the kernel. */
  protected abstract kernelChannels(inputs: number, filters: number): [number, number];
  protected abstract convolve(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D;
}

/** `[B,H,W,*]` → `[B,H,W,filters]`, zero-padded. Weights: kernel `[k,k,*,filters]`, bias `[filters]`. */
export class Convolution extends KernelLayer {
  static readonly className = 'PatConvolution';

  override computeOutputShape([batch, height, width]: tf.Shape): tf.Shape {
    return [batch, height, width, this.config.filters];
  }

  protected kernelChannels(inputs: number, filters: number): [number, number] {
    return [inputs, filters];
  }

  protected convolve(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
    return tf.conv2d(x, kernel, 1, 'same');
  }
}
tf.serialization.registerClass(Convolution);

/** Of stride 2: `[B,H,W,*]` → `[B,2H,2W,filters]`. Weights: kernel `[k,k,filters,*]`, bias `[filters]`. */
export class TransposedConvolution extends KernelLayer {
  static readonly className = 'PatTransposedConvolution';

  override computeOutputShape([batch, height, width]: tf.Shape): tf.Shape {
    return [batch, height && height * 2, width && width * 2, this.config.filters];
  }

  protected kernelChannels(inputs: number, filters: number): [number, number] {
    return [filters, inputs];
  }

  protected convolve(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width] = x.shape;
    return tf.conv2dTranspose(
      x,
      kernel,
      [batch, height * 2, width * 2, this.config.filters],
      2,
      'same',
    );
  }
}
tf.serialization.registerClass(TransposedConvolution);
