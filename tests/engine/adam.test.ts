import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { Adam } from '../../lib/engine/adam';
import { expectClose } from '../support/closeness';

describe('Adam', () => {
  it('moves by the learning rate at first, whatever the size of the gradient', () => {
    const variable = tf.variable(tf.tensor1d([1, 1, 1]));
    const gradient = tf.tensor1d([5, -1e-3, 0]);
    const adam = new Adam([variable]);
    adam.apply([gradient], 0.1);
    expectClose(variable.dataSync(), [0.9, 1.1 - 1e-6, 1], { absolute: 1e-6 });
    adam.dispose();
    tf.dispose([variable, gradient]);
  });

  it('follows its formula in float64 over several steps, without tensors left', () => {
    const options = { beta1: 0.8, beta2: 0.95, epsilon: 1e-3 };
    const steps = [0.3, -0.2, 0.9, 0.05, -1.2];
    let [theta, m, v] = [2, 0, 0];
    const variable = tf.variable(tf.tensor1d([theta]));
    const adam = new Adam([variable], options);
    const tensors = tf.memory().numTensors;
    steps.forEach((gradient, i) => {
      const rate = 0.05 / (i + 1);
      m = options.beta1 * m + (1 - options.beta1) * gradient;
      v = options.beta2 * v + (1 - options.beta2) * gradient ** 2;
      const first = m / (1 - options.beta1 ** (i + 1));
      const second = v / (1 - options.beta2 ** (i + 1));
      theta -= (rate * first) / (Math.sqrt(second) + options.epsilon);
      const given = tf.tensor1d([gradient]);
      adam.apply([given], rate);
      given.dispose();
    });
    expectClose(variable.dataSync(), [theta], { absolute: 1e-6 });
    expect(adam.step).toBe(5);
    expect(tf.memory().numTensors).toBe(tensors);
    adam.dispose();
    variable.dispose();
  });
});
