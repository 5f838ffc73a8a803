/** The table of networks. Adding one = one file in models/ and one line here. */
import { tf } from './backend';
import { checkKnownOptions, checkNumber, checkOneOf } from './check';
import { attentionUnet } from './models/attentionUnet';
import { imageInput, initializeWeights } from './models/layers';
import { nestedUnet } from './models/nestedUnet';
import { segnet } from './models/segnet';
import type { ModelOptions, ModelVariant, Network } from './models/types';
import { unet } from './models/unet';
import { probeNativeOps } from './ops';
import { Random } from './random';

export { loadTorchWeights, loadWeights, saveWeights } from './models/torchWeights';

const NETWORKS = { segnet, unet, attentionUnet, nestedUnet } satisfies Record<string, Network>;

export type NetworkName = keyof typeof NETWORKS;

export interface ModelConfig extends ModelOptions {
  name: NetworkName;
}

/** Names that `createModel` takes. */
export const networkNames = Object.keys(NETWORKS) as NetworkName[];

const VARIANTS: ModelVariant[] = ['paper', 'authors'];
const OPTIONS = ['name', 'numClasses', 'width', 'inputChannels', 'seed', 'variant'];

/**
 * Builds a network with seeded weights: `[B,H,W,inputChannels] float32` → logits `[B,H,W,numClasses] float32`, for any
 * B, H, W; sizes that a network cannot take (see `sizeMultiple`) throw an InputError that names the nearest ones.
 * Options: `width` 32, `inputChannels` 3, `seed` 0, `variant` 'paper'. Throws InputError on unknown names, options or
 * ranges. `model.apply(images, { training: true })` normalizes by the batch and moves the running averages;
 * `model.predict(images)` uses them.
 */
export function createModel(config: ModelConfig): tf.LayersModel {
  const where = 'createModel';
  checkKnownOptions(where, config, OPTIONS);
  const { name, numClasses, width = 32, inputChannels = 3, seed = 0, variant = 'paper' } = config;
  checkOneOf(where, 'name', name, networkNames);
  checkOneOf(where, 'variant', variant, VARIANTS);
  checkNumber(where, 'numClasses', numClasses, { min: 2, integer: true });
  checkNumber(where, 'width', width, { min: 1, integer: true });
  checkNumber(where, 'inputChannels', inputChannels, { min: 1, integer: true });
  probeNativeOps();
  const random = new Random(seed);
  const network: Network = NETWORKS[name];
  const [inputs, image] = imageInput(inputChannels, network.sizeMultiple(variant));
  const outputs = network.logits(image, { numClasses, width, inputChannels, seed, variant });
  const model = tf.model({ inputs, outputs, name: `${name}_${variant}` });
  initializeWeights(model, random.stream('init'));
  return model;
}

/** Height and width of an image must be multiples of this. */
export function sizeMultiple(name: NetworkName, variant: ModelVariant = 'paper'): number {
  checkOneOf('sizeMultiple', 'name', name, networkNames);
  checkOneOf('sizeMultiple', 'variant', variant, VARIANTS);
  const network: Network = NETWORKS[name];
  return network.sizeMultiple(variant);
}

/** Number of values that training changes. */
export function parameterCount(model: tf.LayersModel): number {
  return model.trainableWeights.reduce(
    (sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]),
    0,
  );
}
