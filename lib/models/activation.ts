/** Activations as layers; tfjs's own have slower gradients. */
import { tf } from '../backend';
import { relu, sigmoid } from '../ops/activations';

const ACTIVATIONS = { relu, sigmoid };

export type ActivationName = keyof typeof ACTIVATIONS;

interface ActivationConfig {
  activation: ActivationName;
  name?: string;
}

/** ReLU or logistic sigmoid; the shape stays. */
export class Activation extends tf.layers.Layer {
  static readonly className = 'PatActivation';
  private readonly activation: ActivationName;

  constructor({ activation, ...options }: ActivationConfig) {
    super(options);
    this.activation = activation;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return ACTIVATIONS[this.activation].run(Array.isArray(inputs) ? inputs[0] : inputs);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.activation };
  }
}
tf.serialization.registerClass(Activation);
