/**
 * The table of networks. To add one: its file in `models/`, its line below, its twin in `tests/fixtures/networks.py`.
 * One of your own, outside the kit: `defineModel`.
 */
import { tf } from './backend';
import { checkKnownOptions, checkNumber, checkOneOf, invalid } from './check';
import type { OptionSpecs } from './losses/ownLoss';
import { attentionUnet } from './models/attentionUnet';
import { imageInput, initializeWeights } from './models/layers';
import { nestedUnet } from './models/nestedUnet';
import { checkOwnWeights, commonOptions, ownNetwork } from './models/ownNetwork';
import type { OwnNetworkDescription, OwnNetworkFunction } from './models/ownNetwork';
import { segnet } from './models/segnet';
import type { ModelOptions, ModelVariant, Network } from './models/modelTypes';
import { unet } from './models/unet';
import { probeNativeOps } from './ops';
import { Random } from './random';

export {
  loadTorchWeights,
  loadWeights,
  saveTorchWeights,
  saveWeights,
} from './models/torchWeights';
export type { OwnNetworkDescription, OwnNetworkFunction } from './models/ownNetwork';

const NETWORKS = { segnet, unet, attentionUnet, nestedUnet } satisfies Record<string, Network>;

/** A network of the kit, or of your own: `defineModel`. Only calls can tell a misspelt name: they throw. */
export type NetworkName = keyof typeof NETWORKS | (string & Record<never, never>);

/** A network by name. */
export interface ModelConfig extends ModelOptions {
  name: NetworkName;
  /** Those that a network of your own was defined with. */
  [option: string]: unknown;
}

/** The networks of the kit, in the order of the table. */
export const networkNames = Object.keys(NETWORKS) as (keyof typeof NETWORKS)[];

/** Networks of `defineModel`. */
const ownNetworks = new Map<string, Network>();

/** All names that `createModel` knows now: those of the kit, then those of `defineModel`. */
export function knownNetworks(): string[] {
  return [...networkNames, ...ownNetworks.keys()];
}

/** What is known of a network; undefined for a name that is none, or not defined yet. */
export function findNetwork(name: string): Network | undefined {
  return isBuiltIn(name) ? NETWORKS[name] : ownNetworks.get(name);
}

const isBuiltIn = (name: string): name is keyof typeof NETWORKS => Object.hasOwn(NETWORKS, name);

/** A network as figures and tables call it; one that is not known here, as its configuration does. */
export function networkTitle(name: NetworkName): string {
  return findNetwork(name)?.title ?? name;
}

/**
 * Makes a network of your own known by name: `createModel`, `runExperiment`, sweeps, figures and tables take it from then
 * on.
 *
 *     defineModel('plain', (image, { numClasses, width, depth }) => …, { options: { depth: 3 } });
 *     createModel({ name: 'plain', numClasses: 5, depth: 4 });
 *
 * @param name as configurations have it. A network of your own may be defined again, as when a cell runs twice: models
 *   created before stay as they are. The names of the kit's are taken.
 * @param build image `[B,H,W,inputChannels]` and options (`numClasses`, `width`, `inputChannels`, `seed` and its own) →
 *   logits `[B,H,W,numClasses]`, of `tf.layers`, the kit's `lib/models/layers`, or layer classes of your own. Kernels
 *   are drawn from the run's seed (He-normal); other weights keep their initializer, which must not draw without a seed.
 * @param description all optional, see `OwnNetworkDescription`.
 * @throws InputError for a name that is taken or no word, or a wrong description.
 */
export function defineModel<Specs extends OptionSpecs = Record<never, never>>(
  name: string,
  build: OwnNetworkFunction<Specs>,
  description: OwnNetworkDescription<Specs> = {},
): void {
  if (typeof name === 'string' && isBuiltIn(name)) {
    const remedy = 'Choose another.';
    throw invalid('defineModel', 'name', 'none of the networks of the kit', name, remedy);
  }
  checkKnownOptions('defineModel', description, ['title', 'sizeMultiple', 'options']);
  ownNetworks.set(name, ownNetwork(name, build, description));
}

const VARIANTS: ModelVariant[] = ['paper', 'authors'];

/**
 * Builds a network with seeded weights: `[B,H,W,inputChannels] float32` → logits `[B,H,W,numClasses] float32`, for any
 * B, H, W; sizes that a network cannot take (see `sizeMultiple`) throw an InputError that names the nearest ones.
 * Options: `width` 32, `inputChannels` 3, `seed` 0, `variant` 'paper', and those of a network of `defineModel`. Throws
 * InputError on unknown names, options or ranges. `model.apply(images, { training: true })` normalizes by the batch and
 * moves the running averages; `model.predict(images)` uses them.
 */
export function createModel(config: ModelConfig): tf.LayersModel {
  const where = 'createModel';
  const network = checkedNetwork(where, config);
  const { name, width = 32, inputChannels = 3, seed = 0, variant = 'paper', ...rest } = config;
  checkNumber(where, 'numClasses', rest.numClasses, { min: 2, integer: true });
  checkNumber(where, 'width', width, { min: 1, integer: true });
  checkNumber(where, 'inputChannels', inputChannels, { min: 1, integer: true });
  probeNativeOps();
  const random = new Random(seed);
  const build = () => {
    const [inputs, image] = imageInput(inputChannels, network.sizeMultiple(variant));
    const outputs = network.logits(image, { ...rest, width, inputChannels, seed, variant });
    const model = tf.model({ inputs, outputs, name: `${name}_${variant}` });
    initializeWeights(model, random.stream('init'));
    return model;
  };
  const model = build();
  if (!isBuiltIn(name)) checkOwnWeights(model, build);
  return model;
}

/**
 * The network of a configuration, checked for its name, the names of its options and its variant.
 *
 * @throws InputError that begins with `where`.
 */
function checkedNetwork(where: string, config: { name: string; variant?: unknown }): Network {
  const name = checkOneOf(where, 'name', config.name, knownNetworks());
  const network = findNetwork(name) as Network;
  checkKnownOptions(where, config, [...commonOptions, ...(network.options ?? [])]);
  const variants = isBuiltIn(name) ? VARIANTS : VARIANTS.slice(0, 1);
  checkOneOf(where, 'variant', config.variant ?? 'paper', variants);
  return network;
}

/** Height and width of an image must be multiples of this. */
export function sizeMultiple(name: NetworkName, variant: ModelVariant = 'paper'): number {
  return checkedNetwork('sizeMultiple', { name, variant }).sizeMultiple(variant);
}

/** Number of values that training changes. */
export function parameterCount(model: tf.LayersModel): number {
  return model.trainableWeights.reduce(
    (sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]),
    0,
  );
}
