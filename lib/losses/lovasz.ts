import { tf } from '../backend';
import { checkOneOf } from '../check';
import { classErrors, labelsOrBeyond, probabilityGradient } from './classErrors';
import { shares } from './region';
import type { LossContext, LossDefinition } from './lossTypes';

export interface LovaszOptions {
  /** What is averaged over (default `'batch'`). */
  over?: 'batch' | 'image';
}

/**
 * Lovász-softmax loss (Berman et al. 2018), the convex extension of the Jaccard loss of a set of errors:
 *
 *     L = mean of Σ_k e_(k) · (J_k − J_{k−1}),   e = |y − p| in descending order, J_k = 1 − I_k/U_k
 *
 * for each class with labels, in the batch or in each image; p = softmax(z), y one-hot, I_k the pixels of the class that the k
 * largest errors leave, U_k what they add to its pixels. The weights J_k − J_{k−1} are constants for the gradient. Equal errors
 * may stand in any order: the value is the same and the gradient is one of its sub-gradients.
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar; 0 where nothing is labelled.
 * - Options: `over` ('batch'), what the errors and the mean go over; 'image' leaves out images without a labelled pixel.
 * - Errors that float32 holds for equal, such as two of 1 − 1e-9, count as equal.
 */
export const lovasz: LossDefinition<LovaszOptions> = {
  title: 'Lovász',
  options: ['over'],
  perPixel: false,
  configure: (where, { over = 'batch' }) => {
    checkOneOf(where, 'over', over, ['batch', 'image']);
    return {
      averaging: 'pixels',
      compute: (logits, labels, context) => {
        const groups = over === 'batch' ? 1 : logits.shape[0];
        const compute = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
          const [z, save] = inputs as [tf.Tensor4D, tf.GradSaveFunc];
          const { value, probabilities, slope } = evaluate(z, labels, context, groups);
          save([probabilities, slope]);
          return {
            value,
            gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
              const [p, byP] = saved as tf.Tensor4D[];
              return probabilityGradient(p, byP.mul(dy));
            },
          };
        });
        return compute(logits);
      },
    };
  },
};

/** The loss and its derivative by p, `[B,H,W,C]`. */
function evaluate(logits: tf.Tensor4D, labels: tf.Tensor3D, context: LossContext, groups: number) {
  const { probabilities, truth, wrong, missing } = classErrors(logits, labels, context);
  const errors = tf.tidy(() => wrong.add<tf.Tensor4D>(truth.mul(missing)));
  tf.dispose([wrong, missing]);
  const weights = lovaszWeights(errors, labels, context, groups);
  const value = errors.mul(weights).sum(3).sum();
  // At the label's class the error falls as p grows.
  const slope = tf.tidy(() => weights.sub<tf.Tensor4D>(weights.mul(truth).mul(2)));
  tf.dispose([errors, weights, truth]);
  return { value, probabilities, slope };
}

/**
 * By how much the Jaccard loss of a class grows with each of its errors, times the share of the class: `[B,H,W,C]`, 0 at
 * void pixels and for absent classes. With the errors in descending order, I of the class's pixels left and U pixels in
 * the union after each, an error of the class itself adds 1/U and another one I/(U·(U − 1)): the differences of 1 − I/U,
 * without subtracting numbers that are nearly equal.
 */
function lovaszWeights(
  errors: tf.Tensor4D,
  labels: tf.Tensor3D,
  { valid, numClasses }: LossContext,
  groups: number,
): tf.Tensor4D {
  return tf.tidy(() => {
    const size = labels.size / groups; // P pixels in each of G groups
    const keys = tf.tidy(() =>
      errors
        .add(valid.sub(1).expandDims(3)) // void pixels come last, after valid ones without error
        .reshape([groups, size, numClasses])
        .transpose([0, 2, 1]),
    ); // [G,C,P]
    const { indices } = tf.topk(keys, size, true); // [G,C,P]
    const firstPixels = tf.range(0, labels.size, size, 'int32').reshape([groups, 1, 1]);
    const slots = labelsOrBeyond(labels, valid, numClasses).flatten();
    const ordered = tf.gatherND(slots, indices.add(firstPixels).expandDims(3)); // [G,C,P]
    const own = ordered.equal(tf.range(0, numClasses, 1, 'int32').expandDims(1));
    const found = own.toInt().cumsum(2); // pixels of the class so far
    const labelled = found.slice([0, 0, size - 1]); // [G,C,1]
    const left = labelled.sub(found); // I
    const union = left.add(tf.range(1, size + 1, 1, 'int32')).toFloat(); // U
    const step = tf.where(
      own,
      union.reciprocal(),
      left.toFloat().div(union.mul(union.sub(1).maximum(1))),
    );
    const present = labelled.greater(0).toFloat(); // [G,C,1]
    const share = shares(present.as2D(groups, numClasses), 'image').expandDims(2);
    const firstSlots = tf.range(0, errors.size, size, 'int32').reshape([groups, numClasses, 1]);
    const positions = indices.add(firstSlots).reshape([-1, 1]);
    const byClass = tf.scatterND(positions, step.mul(share).flatten(), [errors.size]);
    return byClass.reshape([groups, numClasses, size]).transpose([0, 2, 1]).reshape(errors.shape);
  });
}
