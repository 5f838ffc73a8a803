/** What a loss is made of. `lib/losses.ts` holds the table, `reduce.ts` puts the parts together. */
import type { tf } from '../backend';

/**
 * Loss of a batch: logits `[B,H,W,C] float32`, labels `[B,H,W] int32` → scalar. A loss that draws noise draws it from
 * `noiseSeed`, `[2] int32`, where one is given, in place of its own generator; the others take no notice of it. A training
 * step recorded as a graph is fed a new one at every run.
 */
export type SegmentationLoss = (
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  noiseSeed?: tf.Tensor1D,
) => tf.Scalar;

/** Loss of every pixel, not averaged, 0 at ignored pixels: → `[B,H,W] float32`. `noiseSeed` as in `SegmentationLoss`. */
export type PixelwiseLoss = (
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  noiseSeed?: tf.Tensor1D,
) => tf.Tensor3D;

/** `'paper'` is the published formula; `'authors'` computes what the authors' code computes. */
export type LossVariant = 'paper' | 'authors';

export const lossVariants: readonly LossVariant[] = ['paper', 'authors'];

/** Options that every loss takes. */
export interface CommonLossOptions {
  /** Label of pixels that do not count, whatever their logits are (default 255). */
  ignoreIndex?: number;
  /**
   * Check label range and logits at every call (default true). It reads three numbers back from the device; turn it
   * off where nothing can be read, as when a training step is recorded as a graph.
   */
  validate?: boolean;
}

/** A batch with its ignored pixels taken out, N = B·H·W pixels in row-major order. */
export interface PixelBatch {
  shape: [images: number, height: number, width: number, classes: number];
  /** `[N,C] float32`; anything at ignored pixels. */
  logits: tf.Tensor2D;
  /** `[N] int32`, 0 … C; C at ignored pixels. */
  labels: tf.Tensor1D;
  /** `[N] float32`, computed when asked for; 1 at valid pixels, 0 at ignored ones. */
  valid: () => tf.Tensor1D;
}

/** p = softmax(z)_y of each pixel in the forms that losses are made of, each `[N]` and accurate where it is small. */
export interface PixelProbabilities {
  /** −log p. */
  crossEntropy: tf.Tensor1D;
  /** p. */
  hit: tf.Tensor1D;
  /** 1 − p. */
  miss: tf.Tensor1D;
}

/** A pixel's loss and its derivative by the log-odds u = log((1−p)/p) against the true class; both `[N]`. */
export interface PixelTerm {
  value: tf.Tensor1D;
  slope: tf.Tensor1D;
}

/** How one loss treats one batch. The softmax is taken of `scale·logits + offset + log(prior·factor)`. */
export interface LossTerms {
  /** Replaces the logits `[N,C]` first; `derivative` is elementwise, `[N,C]`. */
  transform?: (logits: tf.Tensor2D) => { logits: tf.Tensor2D; derivative: tf.Tensor2D };
  /** Factor on all logits (default 1). */
  scale?: number;
  /** Constant added to the scaled logits, `[N,C]` (default none). */
  offset?: tf.Tensor2D;
  /**
   * Positive factors on exp of the scaled logits (default none): of each class, `[C]`, or of each class at the pixels of
   * each label, `[label, class]`, where those of the label itself are 1.
   */
  prior?: tf.Tensor1D | tf.Tensor2D;
  /** Positive factors on exp of the scaled logits of the other classes, `[N,C]`; anything at ignored pixels (default none). */
  factor?: tf.Tensor2D;
  /** Constant subtracted from the scaled logit of the true class, `[N]` (default none). */
  margin?: tf.Tensor1D;
  /** Constant weight of each pixel, `[N]` (default 1). */
  weight?: tf.Tensor1D;
  /** The loss of each pixel from its p. */
  formula: (pixels: PixelProbabilities) => PixelTerm;
}

/**
 * How pixels are averaged: `'pixels'` (1/V)·Σ over the V valid pixels; `'mask'` Eq. 4, 1/|M_{i,c}| for each class of each
 * image, mean over the B images; `'elements'` Σ/(B·C·H·W), ignored pixels included in the count.
 */
export type Averaging = 'pixels' | 'mask' | 'elements';

/** One loss with its options set. */
export interface ConfiguredLoss {
  averaging: Averaging;
  /** Runs inside `tf.tidy`, outside the gradient tape. Noise is drawn from `noiseSeed` where it is given. */
  terms: (batch: PixelBatch, noiseSeed?: tf.Tensor1D) => LossTerms;
}

/** One line of the table in `lib/losses.ts`. */
export interface LossDefinition<Options extends object> {
  /** Names of its options; the common ones and `name` go without saying. */
  options: readonly (keyof Options & string)[];
  /** Checks the options and sets their defaults. `where` begins the error messages. */
  configure: (where: string, options: Options) => ConfiguredLoss;
}

/** What a loss by automatic differentiation is told beside logits and labels. */
export interface LossContext {
  numClasses: number;
  /** `[B,H,W] float32`, 1 at valid pixels. */
  valid: tf.Tensor3D;
  /** `[]`, number of valid pixels, at least 1. */
  validCount: tf.Scalar;
  noiseSeed?: tf.Tensor1D;
}

/** logits `[B,H,W,C]` are 0 and labels 0 at void pixels; → per-pixel `[B,H,W]` (averaged in one place) or a scalar. */
export type LossFunction = (
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  context: LossContext,
) => tf.Tensor;
