/**
 * Adam with its state in the open, so that a checkpoint holds all of it: tfjs's own keeps the powers of its decay rates
 * in float32 variables that it recomputes, not restores.
 */
import { tf } from '../backend';

export interface AdamOptions {
  /** Decay rate of the first moment (default 0.9). */
  beta1?: number;
  /** Decay rate of the second moment (default 0.999). */
  beta2?: number;
  /** Added to the denominator (default 1e-8, as in PyTorch). */
  epsilon?: number;
}

/** The moments of one variable, of its shape. */
interface Moments {
  first: tf.Variable;
  second: tf.Variable;
}

/**
 * Adam (Kingma & Ba, 2015): m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
 * θ ← θ − η·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε), t counted from 1. β₁, β₂ are rounded to float32, as the native update
 * has them.
 */
export class Adam {
  /** Updates done, t. */
  step = 0;
  /** In the order of the variables. */
  readonly moments: readonly Moments[];
  /** With their defaults; β₁ and β₂ are rounded to float32. */
  readonly options: Readonly<Required<AdamOptions>>;

  constructor(
    readonly variables: readonly tf.Variable[],
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
  ) {
    this.options = { beta1: Math.fround(beta1), beta2: Math.fround(beta2), epsilon };
    // Not zerosLike, which would fill memory that a graph never needs.
    const zeros = ({ shape }: tf.Variable) => tf.tidy(() => tf.variable(tf.zeros(shape), false));
    this.moments = variables.map((variable) => ({
      first: zeros(variable),
      second: zeros(variable),
    }));
  }

  /** One update; `gradients` in the order of the variables. The caller disposes them. */
  apply(gradients: readonly tf.Tensor[], learningRate: number): void {
    const { beta1, beta2 } = this.options;
    this.step += 1;
    const { rate, epsilon } = this.scalars(this.step, learningRate);
    tf.tidy(() => {
      this.variables.forEach((variable, i) => {
        const { first, second } = this.moments[i];
        const gradient = gradients[i];
        first.assign(first.mul(beta1).add(gradient.mul(1 - beta1)));
        second.assign(second.mul(beta2).add(gradient.square().mul(1 - beta2)));
        variable.assign(variable.sub(first.mul(rate).div(second.sqrt().add(epsilon))));
      });
    });
  }

  /** The scalars of the update's other form θ ← θ − rate·m/(√v + epsilon) at step t. */
  scalars(step: number, learningRate: number): { rate: number; epsilon: number } {
    const { beta1, beta2, epsilon } = this.options;
    const secondBias = Math.sqrt(1 - beta2 ** step);
    return {
      rate: (learningRate * secondBias) / (1 - beta1 ** step),
      epsilon: epsilon * secondBias,
    };
  }

  dispose(): void {
    for (const { first, second } of this.moments) tf.dispose([first, second]);
  }
}
