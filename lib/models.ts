/** The table of networks. Adding one = one file in models/ and one line here. */
import type { tf } from './backend';
import { checkKnownOptions, checkNumber, checkOneOf } from './check';
import { initializeWeights } from './models/layers';
import type { ModelOptions, NetworkBuilder } from './models/types';
import { unet } from './models/unet';
import { Random } from './random';

const NETWORKS = { unet } satisfies Record<string, NetworkBuilder>;

export type NetworkName = keyof typeof NETWORKS;

export interface ModelConfig extends ModelOptions {
  name: NetworkName;
}

/** Names that `createModel` takes. */
export const networkNames = Object.keys(NETWORKS) as NetworkName[];

/**
 * Builds a network with seeded weights: `[B,H,W,inputChannels] float32` → logits `[B,H,W,numClasses]`.
 * Options: `width` 32, `inputChannels` 3, `seed` 0. Throws InputError on unknown names, options or ranges.
 */
export function createModel(config: ModelConfig): tf.LayersModel {
  const where = 'createModel';
  const { name, numClasses, width = 32, inputChannels = 3, seed = 0 } = config;
  checkKnownOptions(where, config, ['name', 'numClasses', 'width', 'inputChannels', 'seed']);
  checkOneOf(where, 'name', name, networkNames);
  checkNumber(where, 'numClasses', numClasses, { min: 2, integer: true });
  checkNumber(where, 'width', width, { min: 1, integer: true });
  checkNumber(where, 'inputChannels', inputChannels, { min: 1, integer: true });
  const model = NETWORKS[name]({ numClasses, width, inputChannels, seed });
  initializeWeights(model, new Random(seed).stream('init'));
  return model;
}
