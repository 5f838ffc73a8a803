/** What `createModel` takes; every network is a builder of this shape. */
import type { tf } from '../backend';

/**
 * `paper`: the architecture as its paper has it, with batch normalization and the kit's width. `authors`: the network
 * of PAT's public code, tensor for tensor.
 */
export type ModelVariant = 'paper' | 'authors';

export interface ModelOptions {
  numClasses: number;
  /** Channels of the first stage; deeper stages have multiples of it (default 32). */
  width?: number;
  /** Default 3 (RGB). */
  inputChannels?: number;
  /** Seed of the initial weights (default 0). */
  seed?: number;
  /** Default 'paper'. */
  variant?: ModelVariant;
}

/** Options with every default filled in. */
export type ResolvedModelOptions = Required<ModelOptions>;

/** A network between its input (an image) and its logits `[B,H,W,numClasses] float32`. */
export interface Network {
  /** In figures and tables. */
  title: string;
  /** Height and width of an image must be multiples of this. */
  sizeMultiple(variant: ModelVariant): number;
  /** Names of options beside `ModelOptions` (default: none). */
  options?: readonly string[];
  /** Of a network of your own, which is not in the kit: what defines it, as text. */
  source?: string;
  /** Image `[B,H,W,inputChannels]` → logits `[B,H,W,numClasses]`. `options` hold those of its own, too. */
  logits(image: tf.SymbolicTensor, options: ResolvedModelOptions): tf.SymbolicTensor;
}
