/** A network of `defineModel` as a definition like those of the kit. */
import { tf } from '../backend';
import { checkNumber, described, InputError, invalid } from '../check';
import { resolvedOption, sourceOf } from '../losses/ownLoss';
import type { OptionSpecs, ResolvedOptions } from '../losses/ownLoss';
import { torchName } from './torchWeights';
import type { Network, ResolvedModelOptions } from './modelTypes';

/** What a network's function gets beside the image: the options that all have, and its own. */
export type OwnNetworkOptions<Specs extends OptionSpecs> = Omit<ResolvedModelOptions, 'variant'> &
  ResolvedOptions<Specs>;

/** Image `[B,H,W,inputChannels]` → logits `[B,H,W,numClasses]`, of `tf.layers` or layers of your own. */
export type OwnNetworkFunction<Specs extends OptionSpecs = OptionSpecs> = (
  image: tf.SymbolicTensor,
  options: OwnNetworkOptions<Specs>,
) => tf.SymbolicTensor;

/** What `defineModel` is told beside the function; all optional. */
export interface OwnNetworkDescription<Specs extends OptionSpecs = OptionSpecs> {
  /** In figures and tables (default: the name). */
  title?: string;
  /** Height and width of an image must be multiples of this (default 1). */
  sizeMultiple?: number;
  /** Options with their defaults or checks, as of `defineLoss` (default: none). */
  options?: Specs;
}

/** Options that every network takes. */
export const commonOptions = ['name', 'numClasses', 'width', 'inputChannels', 'seed', 'variant'];

/** Checks and assembles it. @throws InputError naming `defineModel`. */
export function ownNetwork<Specs extends OptionSpecs>(
  name: string,
  build: OwnNetworkFunction<Specs>,
  { title = name, sizeMultiple = 1, options: specs }: OwnNetworkDescription<Specs>,
): Network {
  const where = 'defineModel';
  if (typeof name !== 'string' || !/^[A-Za-z]\w*$/.test(name)) {
    throw invalid(where, 'name', 'a word of letters, digits and _', name);
  }
  if (typeof build !== 'function') {
    throw invalid(where, 'build', 'a function (image, options) → logits', build);
  }
  checkNumber(where, 'sizeMultiple', sizeMultiple, { min: 1, integer: true });
  const own = Object.entries(specs ?? {});
  const taken = own.find(([option]) => commonOptions.includes(option));
  if (taken !== undefined) {
    const remedy = 'Every network has these: choose another name.';
    throw invalid(where, 'options', `none of ${commonOptions.join(', ')}`, taken[0], remedy);
  }
  return {
    title,
    options: own.map(([option]) => option),
    sizeMultiple: () => sizeMultiple,
    source: sourceOf(build, { sizeMultiple, options: specs }),
    logits(image, given) {
      const at = `createModel ('${name}')`;
      const resolved = own.map(([option, spec]) => [
        option,
        resolvedOption(at, option, spec, (given as Record<string, unknown>)[option]),
      ]);
      const options = { ...given, ...Object.fromEntries(resolved) } as OwnNetworkOptions<Specs>;
      const logits = built(at, () => build(image, options));
      checkLogits(at, logits, given.numClasses);
      nameLayers(logits);
      return logits;
    },
  };
}

function built<Result>(where: string, build: () => Result): Result {
  try {
    return build();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { message } = error as Error;
    throw Object.assign(new InputError(`${where}: the network cannot be built: ${message}`), {
      cause: error,
    });
  }
}

function checkLogits(where: string, logits: tf.SymbolicTensor, numClasses: number): void {
  const expected = `a tensor of shape [B,H,W,${numClasses}], one logit for each class`;
  if (!(logits instanceof tf.SymbolicTensor)) throw invalid(where, 'logits', expected, logits);
  const { shape } = logits;
  if (shape.length === 4 && shape[3] === numClasses) return;
  throw invalid(
    where,
    'logits',
    expected,
    described(`[${shape.map((size) => size ?? '?').join(',')}]`),
  );
}

/**
 * tfjs numbers layers that were given no name through the whole process (`conv2d_Conv2D7`). Here they are numbered
 * within the network (`conv2d.0`): the seeds of the initial weights and the names in files follow them.
 */
function nameLayers(logits: tf.SymbolicTensor): void {
  const numbered = layersBefore(logits.sourceLayer).flatMap((layer) => {
    const [, kind, number] = /^(.*)_[A-Z]\w*?(\d+)$/.exec(layer.name) ?? [];
    const isAutomatic = layer.name === `${kind}_${layer.getClassName()}${number}`;
    return isAutomatic ? [{ layer, kind, number: Number(number) }] : [];
  });
  numbered.sort((a, b) => a.number - b.number);
  const count = new Map<string, number>();
  for (const { layer, kind } of numbered) {
    const place = count.get(kind) ?? 0;
    count.set(kind, place + 1);
    const name = `${kind}.${place}`;
    for (const weight of layer.weights) {
      const { originalName } = weight;
      const within = originalName.slice(originalName.lastIndexOf('/'));
      Object.assign(weight, { originalName: name + within });
    }
    layer.name = name;
  }
}

/** A layer, and those that its input passes through. */
function layersBefore(layer: tf.layers.Layer, seen = new Set<tf.layers.Layer>()) {
  if (!seen.has(layer)) {
    seen.add(layer);
    for (const node of layer.inboundNodes) {
      for (const before of node.inboundLayers) layersBefore(before, seen);
    }
  }
  return [...seen];
}

/**
 * Checks that the weights are the seed's, and that each has a name of its own in a file.
 *
 * @param again builds the network once more
 * @throws InputError for a weight that is drawn without a seed, or two of one name.
 */
export function checkOwnWeights(model: tf.LayersModel, again: () => tf.LayersModel): void {
  const names = model.weights.map(torchName);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    const remedy = 'Give the layers and their weights names of their own.';
    throw invalid('createModel', 'weights', 'of different names in a file', twice, remedy);
  }
  const drawn = model.weights.flatMap((weight, i) => (isConstant(weight.read()) ? [] : [i]));
  if (drawn.every((i) => model.weights[i].originalName.endsWith('kernel'))) return;
  const other = again();
  try {
    const unseeded = drawn.find((i) => !isEqual(model.weights[i].read(), other.weights[i].read()));
    if (unseeded === undefined) return;
    const remedy = 'Give its initializer a seed: options.seed.';
    const { originalName } = model.weights[unseeded];
    throw invalid('createModel', 'initial weights', 'the same each time', originalName, remedy);
  } finally {
    other.dispose();
  }
}

function isConstant(values: tf.Tensor): boolean {
  return tf.tidy(() => values.max().equal(values.min()).dataSync()[0] === 1);
}

function isEqual(a: tf.Tensor, b: tf.Tensor): boolean {
  return tf.tidy(() => a.equal(b).all().dataSync()[0] === 1);
}
