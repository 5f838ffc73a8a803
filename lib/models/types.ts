/** What `createModel` takes; every network is a builder of this shape. */
import type { tf } from '../backend';

export interface ModelOptions {
  numClasses: number;
  /** Channels of the first stage; deeper stages have multiples of it (default 32). */
  width?: number;
  /** Default 3 (RGB). */
  inputChannels?: number;
  /** Seed of the initial weights (default 0). */
  seed?: number;
}

/** Options with every default filled in. */
export type ResolvedModelOptions = Required<ModelOptions>;

/** Builds a network that maps `[B,H,W,inputChannels] float32` to logits `[B,H,W,numClasses] float32`. */
export type NetworkBuilder = (options: ResolvedModelOptions) => tf.LayersModel;
