/** What a batch's logits tell: classes, and losses beside the one that trains. */
import type { tf } from '../backend';
import type { SegmentationLoss } from '../losses';

/** The losses of one evaluation; what is absent is not computed. */
export interface EvaluationLosses {
  loss?: SegmentationLoss;
  /** Reported beside `loss`; the same function where `loss` is plain cross-entropy, which is then computed once. */
  crossEntropy?: SegmentationLoss;
}

/** Of one batch; whoever evaluates disposes it. */
export type BatchEvaluation = {
  /** Class of each pixel, `[B,H,W] int32`. */
  predictions: tf.Tensor3D;
  loss?: tf.Scalar;
  /** The tensor of `loss` where both are the same. */
  crossEntropy?: tf.Scalar;
};

/** Logits `[B,H,W,C] float32`, labels `[B,H,W] int32`; only `loss` sees the noise. */
export function evaluateLogits(
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  { loss, crossEntropy }: EvaluationLosses,
  noiseSeed?: tf.Tensor1D,
): BatchEvaluation {
  const value = loss?.(logits, labels, noiseSeed);
  return {
    predictions: logits.argMax<tf.Tensor3D>(3),
    loss: value,
    crossEntropy: crossEntropy === loss ? value : crossEntropy?.(logits, labels),
  };
}
