/**
 * The one numeric core of all losses: the log-odds u = log((1−p)/p) against the true class, p = softmax(z)_y.
 *
 *     u = log Σ_{c≠y} exp(z_c) − z_y,   −log p = softplus(u),   1 − p = sigmoid(u),
 *     ∂u/∂z_c = softmax over the other classes (c ≠ y),   ∂u/∂z_y = −1.
 *
 * Every loss is a function of u. Neither u nor its derivatives cancel or overflow as p → 0 or p → 1, so values and
 * gradients keep their relative accuracy where 1 − p is below float32's resolution.
 */
import { tf } from '../backend';
import type { LossTerms, PixelBatch, PixelTerm } from './types';

/** Subtracted from a logit that must not count; beyond every logit, yet finite after subtracting two logits. */
const FAR = 2 ** 127;

export interface LogOdds {
  /** u, `[N]`. */
  value: tf.Tensor1D;
  /** ∂u/∂(scale·z + offset), `[N,C]`. */
  jacobian: tf.Tensor2D;
}

/** u of `scale·z + offset`, plus `margin`. Rows without a true class (ignored pixels) give finite numbers. */
export function logOdds(
  logits: tf.Tensor2D,
  { labels, shape }: PixelBatch,
  { scale = 1, offset, margin }: LossTerms,
): LogOdds {
  const numClasses = shape[3];
  const trueClass = tf.oneHot(labels, numClasses, 1, 0, 'float32'); // [N,C]
  // The inner scopes free each [N,C] tensor before the next is made: fresh memory costs more than the arithmetic.
  const far = trueClass.mul(FAR); // [N,C]
  const shifted = tf.tidy(() => {
    const reference = tf.tidy(() => logits.sub(far).max(1, true)); // largest other logit, [N,1]
    const difference = logits.sub(reference); // [N,C]
    const scaled = scale === 1 ? difference : difference.mul(scale);
    return offset ? scaled.add(offset) : scaled;
  });
  const own = tf.tidy(() => shifted.mul(trueClass).sum(1)); // [N]
  const others = tf.tidy(() => shifted.sub(far).exp()); // 0 at the true class, [N,C]
  tf.dispose([shifted, far]);
  const total = others.sum(1, true); // [N,1]
  const value = total.log().flatten().sub<tf.Tensor1D>(own); // [N]
  const jacobian = tf.tidy(() => others.div<tf.Tensor2D>(total).sub<tf.Tensor2D>(trueClass)); // [N,C]
  tf.dispose([others, trueClass]);
  return { value: margin ? value.add(margin) : value, jacobian };
}

/** −log p = softplus(u) with its derivative 1 − p. */
export function crossEntropyTerm(logOdds: tf.Tensor1D): PixelTerm {
  return { value: logOdds.softplus(), slope: logOdds.sigmoid() };
}
