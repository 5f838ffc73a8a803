/**
 * |onehot(y) − p| of every class of every pixel, p = softmax(z): the errors that region losses are functions of, and the
 * gradient of such a function by the logits.
 *
 * An error is p_c for c ≠ y, and 1 − p_y summed from the other classes: each keeps its relative accuracy where it is small.
 */
import { tf } from '../backend';
import type { LossContext } from './lossTypes';

export interface ClassErrors {
  /** p, `[B,H,W,C]`. */
  probabilities: tf.Tensor4D;
  /** 1 at the class of the label; 0 elsewhere and at void pixels, `[B,H,W,C]`. */
  truth: tf.Tensor4D;
  /** p of the classes that are not the label's; 0 at the label's and at void pixels, `[B,H,W,C]`. */
  wrong: tf.Tensor4D;
  /** 1 − p of the label's class; anything at void pixels, `[B,H,W,1]`. */
  missing: tf.Tensor4D;
}

/** Has no gradient of its own: call it inside `tf.customGrad`. */
export function classErrors(
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  { valid, numClasses }: Pick<LossContext, 'valid' | 'numClasses'>,
): ClassErrors {
  const probabilities = tf.tidy(() => {
    // The native softmax multiplies by an approximate reciprocal: equal probabilities would differ by where they stand.
    const exponentials = tf.tidy(() => logits.sub(logits.max(3, true)).exp());
    return exponentials.div<tf.Tensor4D>(exponentials.sum(3, true));
  });
  const truth = tf.oneHot(labelsOrBeyond(labels, valid, numClasses), numClasses, 1, 0, 'float32');
  const wrong = tf.tidy(() => {
    const counted = probabilities.mul<tf.Tensor4D>(valid.expandDims(3));
    return counted.sub<tf.Tensor4D>(counted.mul(truth));
  });
  return {
    probabilities,
    truth: truth as tf.Tensor4D,
    wrong,
    missing: wrong.sum(3, true),
  };
}

/** The labels, C at void pixels, `[B,H,W] int32`. */
export function labelsOrBeyond(
  labels: tf.Tensor3D,
  valid: tf.Tensor3D,
  numClasses: number,
): tf.Tensor3D {
  return tf.where(valid.greater(0), labels, tf.fill(labels.shape, numClasses, 'int32'));
}

/**
 * ∂/∂z of a function of p whose derivative by p is `slope`: p_k·(s_k − Σ_j p_j·s_j), all `[B,H,W,C]`.
 *
 * Slopes are taken less that of the likeliest class: what is left of s_k − Σ_j p_j·s_j for a class with p near 1 is then a
 * sum of small numbers and no difference of large ones.
 */
export function probabilityGradient(probabilities: tf.Tensor4D, slope: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [numClasses] = slope.shape.slice(-1);
    const relative = tf.tidy(() => {
      const rows = tf.range(0, slope.size, numClasses, 'int32'); // [N]
      const likeliest = probabilities.argMax(3).flatten().add(rows); // [N]
      const reference = tf.gatherND(slope.flatten(), likeliest.expandDims(1));
      return slope.sub(reference.reshape([...slope.shape.slice(0, 3), 1]));
    });
    const mean = probabilities.mul(relative).sum(3, true); // [B,H,W,1]
    return relative.sub(mean).mul<tf.Tensor4D>(probabilities);
  });
}
