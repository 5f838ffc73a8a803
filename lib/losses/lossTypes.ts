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

/** The loss before averaging: `[B,H,W] float32`, 0 at ignored pixels, or a scalar where no pixel has a loss of its own. */
export type UnaveragedLoss = (
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  noiseSeed?: tf.Tensor1D,
) => tf.Tensor;

/** What a loss is called with. */
export interface LossInputs {
  logits: tf.Tensor4D;
  labels: tf.Tensor3D;
  noiseSeed?: tf.Tensor1D;
}

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

/**
 * What a loss by automatic differentiation is told of its batch. The tensors belong to whoever calls it: it disposes none.
 */
export interface LossContext {
  numClasses: number;
  /** `[B,H,W] float32`: 1 at valid pixels, 0 at void ones. */
  valid: tf.Tensor3D;
  /** `[]`: the number of valid pixels, at least 1. */
  validCount: tf.Scalar;
  /** `[2] int32`, of a loss that draws noise (`drawsNoise`): all its random numbers come from it. */
  noiseSeed?: tf.Tensor1D;
}

/**
 * A loss by automatic differentiation: logits `[B,H,W,C] float32`, labels `[B,H,W] int32` → the loss of each pixel `[B,H,W] float32`,
 * which is averaged over the valid pixels in the one place that does so, or a scalar, which is taken as it is.
 *
 * Both are clean: at void pixels the logits are 0 and the labels 0, so that nothing there can spread, and every label is a
 * class. What a pixel loss holds at void pixels counts for nothing, and the gradient there is 0. Without a valid pixel the
 * loss is 0 whatever this gives. It is called inside `tf.tidy`, on the gradient tape; it must not read values back
 * (`dataSync`, `arraySync`), or else a training step is no graph and goes op by op.
 */
export type LossFunction = (
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
  context: LossContext,
) => tf.Tensor;

/** A loss of the true class's odds, with the derivative that it states: fast, and accurate where probabilities are small. */
export interface AnalyticLoss {
  averaging: Averaging;
  /** Runs inside `tf.tidy`, outside the gradient tape. Noise is drawn from `noiseSeed` where it is given. */
  terms: (batch: PixelBatch, noiseSeed?: tf.Tensor1D) => LossTerms;
}

/** A loss of any function of logits and labels, differentiated automatically. */
export interface ComputedLoss {
  /** Of the loss of each pixel; a scalar is taken as it is. */
  averaging: Averaging;
  compute: LossFunction;
}

/** Σ weight·loss; each draws noise of its own. */
export interface CombinedLoss {
  sum: readonly { weight: number; loss: ConfiguredLoss }[];
}

/** One loss with its options set. */
export type ConfiguredLoss = AnalyticLoss | ComputedLoss | CombinedLoss;

/** A loss by name with options that are not checked yet. */
export interface NamedLoss {
  name: string;
  [option: string]: unknown;
}

/** What a loss is: its file exports it, a line of the table in `lib/losses.ts` names it. */
export interface LossDefinition<Options extends object> {
  /** As the paper, figures and tables call it. */
  title: string;
  /** Names of its options; the common ones and `name` go without saying. `classCounts` among them: it counts classes. */
  options: readonly (keyof Options & string)[];
  /**
   * How `lossLabel` writes an option: a symbol, `τ` for `τ = 2`, or the text of a value (default: the option's name and value).
   */
  symbols?: { readonly [Option in keyof Options]?: string | ((value: unknown) => string) };
  /** It draws noise: takes an option `seed` and the `noiseSeed` that it is called with (default false). */
  drawsNoise?: boolean;
  /** It has a loss of each pixel, and so a curve over p; false for one that is a scalar of the batch (default true). */
  perPixel?: boolean;
  /** Each class of each image has the same weight in the average whatever its pixels, as 1/|M| has it (default: no). */
  averagesByMask?: (options: Options) => boolean;
  /** Its gradient takes a part of it for a constant, and so is not that of finite differences (default: no). */
  stopsGradient?: (options: Options) => boolean;
  /** Its weight of every class at every pixel, β of PAT: logits `[…,C]` → `[…,C]` (default: none to show). */
  coefficient?: (options: Options) => (logits: tf.Tensor) => tf.Tensor;
  /** Options to try it with, where it needs some (default: none are needed). */
  example?: Options;
  /** The losses that it is made of, for what a run sets in each of them (default: none). */
  parts?: LossParts<Options>;
  /** Of a loss of `defineLoss`: what defines it, as text. */
  source?: string;
  /** The loss that trains an epoch, from 1 on, where that changes (default: the same in all). */
  atEpoch?: (options: Options, epoch: number) => NamedLoss;
  /** Checks the options and sets their defaults. `where` begins the error messages. */
  configure: (where: string, options: Options, nested: ConfigureNested) => ConfiguredLoss;
}

/** Checks and configures a loss inside another; `path` is where it stands, `terms[0].loss`. */
export type ConfigureNested = (path: string, config: unknown) => ConfiguredLoss;

/** The losses inside the options of a loss. */
export interface LossParts<Options> {
  of: (options: Options) => readonly NamedLoss[];
  /** Where in the options the one of this index stands: `terms[0].loss`. */
  path: (index: number) => string;
  /** The options with these losses in their places. */
  replaced: (options: Options, losses: readonly NamedLoss[]) => Options;
  /** Of the whole, from those of the parts and what was set (default: the title and the options). */
  label?: (options: Options, labels: readonly string[]) => string;
}
