/**
 * A network's weights in safetensors files, under PyTorch's state-dict names and in PyTorch's layout: the files of the
 * authors' networks can be read, and what the kit saves can be loaded in PyTorch.
 *
 * | kit (`LAYER/…`) | PyTorch (`LAYER.…`) | layout |
 * |---|---|---|
 * | kernel of a convolution | weight | `[h,w,in,out]` ↔ `[out,in,h,w]` |
 * | kernel of a transposed convolution | weight | `[h,w,out,in]` ↔ `[in,out,h,w]` |
 * | gamma, beta | weight, bias | same |
 * | moving_mean, moving_variance | running_mean, running_var | same |
 */
import { tf } from '../backend';
import { InputError, shapeText } from '../check';
import { readSafetensors, writeSafetensors } from './safetensors';
import type { StoredTensor } from './safetensors';

const TORCH_NAMES: Record<string, string> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** PyTorch counts batches here; nothing in the kit needs it. */
const COUNTER = /\.num_batches_tracked$/;

/**
 * The PyTorch state-dict name of a weight: `encoder.0.seq.1/gamma` → `encoder.0.seq.1.weight`. Weights of your own layers
 * keep their names.
 */
export function torchName({ originalName }: tf.LayerVariable): string {
  const path = originalName.split('/');
  const part = path.pop() as string;
  return [...path, TORCH_NAMES[part] ?? part].join('.');
}

/**
 * Loads a state dict of the authors' PyTorch networks, saved as safetensors in float32, into a model of
 * `variant: 'authors'`. Throws InputError that lists every missing, unexpected and misshaped tensor; the model is then
 * as it was.
 */
export async function loadTorchWeights(model: tf.LayersModel, file: string): Promise<void> {
  await load('loadTorchWeights', model, file);
}

/** Loads what `saveWeights` wrote; errors as in `loadTorchWeights`. */
export async function loadWeights(model: tf.LayersModel, file: string): Promise<void> {
  await load('loadWeights', model, file);
}

/** Saves all weights and running statistics, replacing `file` only once everything is on the disk. */
export async function saveWeights(model: tf.LayersModel, file: string): Promise<void> {
  await save(model, file, await torchTensors(model));
}

/**
 * Saves a state dict that `load_state_dict` of the same network in PyTorch takes as it is, `num_batches_tracked` (0) of each
 * batch normalization included: of `variant: 'authors'` the inverse of `loadTorchWeights`. The names of `variant: 'paper'`
 * are those of the layers: `bench/torchNetworks.py` has its networks in PyTorch.
 */
export async function saveTorchWeights(model: tf.LayersModel, file: string): Promise<void> {
  const tensors = await torchTensors(model);
  const counters = [...tensors.keys()].filter((name) => name.endsWith('.running_var'));
  for (const name of counters) {
    const counter = name.replace(/running_var$/, 'num_batches_tracked');
    tensors.set(counter, { shape: [], values: BigInt64Array.of(0n) });
  }
  await save(model, file, tensors);
}

async function torchTensors(model: tf.LayersModel): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const weight of model.weights) tensors.set(torchName(weight), await toTorch(weight));
  return tensors;
}

function save({ name }: tf.LayersModel, file: string, tensors: Map<string, StoredTensor>) {
  return writeSafetensors(file, tensors, { format: 'pt', model: name });
}

async function load(where: string, model: tf.LayersModel, file: string): Promise<void> {
  const { tensors } = await readSafetensors(file);
  const weights = new Map(model.weights.map((weight) => [torchName(weight), weight]));
  const problems: string[] = [];
  for (const [name, weight] of weights) {
    const stored = tensors.get(name);
    const shape = torchShape(weight);
    if (!stored) problems.push(`missing: ${name} ${shapeText(shape)}`);
    else if (shapeText(stored.shape) !== shapeText(shape)) {
      const shapes = `${shapeText(stored.shape)} in the file, ${shapeText(shape)} in the model`;
      problems.push(`misshaped: ${name}, ${shapes}`);
    } else if (!(stored.values instanceof Float32Array)) {
      problems.push(`not float32: ${name}`);
    }
  }
  for (const [name, { shape }] of tensors) {
    if (weights.has(name) || COUNTER.test(name)) continue;
    problems.push(`unexpected: ${name} ${shapeText(shape)}`);
  }
  if (problems.length > 0) {
    throw new InputError(
      `${where}: ${file} must hold the tensors of the model '${model.name}', got ${problems.length} ` +
        `that do not fit. Create the model with the network, variant, width and classes of the file.\n  ` +
        problems.join('\n  '),
    );
  }
  for (const [name, weight] of weights) {
    const { values, shape } = tensors.get(name) as StoredTensor;
    tf.tidy(() => {
      const tensor = tf.tensor(values as Float32Array, shape);
      weight.write(shape.length === 4 ? tensor.transpose(FROM_TORCH) : tensor);
    });
  }
}

/** `[out,in,h,w]` → `[h,w,in,out]`, and `[in,out,h,w]` → `[h,w,out,in]`; `TO_TORCH` undoes it. */
const FROM_TORCH = [2, 3, 1, 0];
const TO_TORCH = [3, 2, 0, 1];

function torchShape(weight: tf.LayerVariable): number[] {
  const shape = weight.shape as number[];
  return shape.length === 4 ? TO_TORCH.map((axis) => shape[axis]) : shape;
}

async function toTorch(weight: tf.LayerVariable): Promise<StoredTensor> {
  const value = weight.read();
  const turned = value.rank === 4 ? value.transpose(TO_TORCH) : value.clone();
  const values = (await turned.data()) as Float32Array;
  turned.dispose();
  return { shape: torchShape(weight), values };
}
