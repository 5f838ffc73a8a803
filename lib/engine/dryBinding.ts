/** A stand-in for the native binding under which a computation runs no op: outputs have a type and a shape, but no values. */
import type { TensorMetadata, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { tf } from '../backend';
import type { NativeBackend } from '../ops/raw';
import { DryRunError } from './failures';
import { nodeAttributes } from './opAttributes';
import { outputShapes } from './outputShapes';
import type { TensorType } from './outputShapes';

/** What tfjs's native backend knows of a tensor. */
interface TensorData {
  shape: number[];
  /** Number of TensorFlow's DataType. */
  dtype: number;
  /** Not uploaded yet. */
  values: TensorValues | null;
  id: number;
}

type TensorValues = Float32Array | Int32Array | Uint8Array;

/** The private parts of tfjs's native backend that uploads pass through. */
interface Uploads {
  tensorMap: { get(dataId: object): TensorData | undefined };
  getInputTensorIds?: (tensors: tf.Tensor[]) => number[];
}

/** Made-up numbers count down from here: tfjs frees no native tensor for a number below 0, and −1 is "not uploaded". */
const FIRST_ID = -2;

/** A shape, an axis or a list of margins has few numbers; a constant with more is known by its shape alone. */
const MOST_VALUES = 64;

/**
 * Calls `use` while the native backend has a dry binding, and undoes that. Tensors that were not uploaded stay so. Outputs
 * of ops must be disposed when `use` returns.
 *
 * @throws DryRunError where the shape of an output is not known, or values are needed; what `use` throws.
 */
export function runDry<Result>(backend: NativeBackend, use: () => Result): Result {
  const native = backend.binding;
  const uploads = backend as unknown as Uploads;
  const tensors = new Map<number, TensorType>();
  const placed = new WeakMap<TensorData, number>();
  const create = (tensor: TensorType): number => {
    const id = FIRST_ID - tensors.size;
    tensors.set(id, tensor);
    return id;
  };
  const idOf = ({ dataId }: tf.Tensor): number => {
    const data = uploads.tensorMap.get(dataId);
    if (!data) throw new DryRunError('a tensor of another kind is used');
    const { id, shape, dtype, values } = data;
    if (!values) {
      if (!tensors.has(id)) tensors.set(id, { shape, dtype });
      return id;
    }
    const known = placed.get(data);
    if (known !== undefined) return known;
    const created = backend.binding.createTensor(shape, dtype, values as Float32Array);
    placed.set(data, created);
    return created;
  };
  uploads.getInputTensorIds = (inputs) => inputs.map(idOf);
  backend.binding = dryBinding(native, tensors, create);
  try {
    return use();
  } finally {
    backend.binding = native;
    delete uploads.getInputTensorIds; // the prototype's counts again
  }
}

function dryBinding(
  native: TFJSBinding,
  tensors: ReadonlyMap<number, TensorType>,
  create: (tensor: TensorType) => number,
): TFJSBinding {
  const unusable = () => {
    throw new DryRunError('values of a tensor, or the session of a graph, are asked for');
  };
  const properties = Object.getOwnPropertyNames(native).map((key): [string, unknown] => {
    const value = (native as unknown as Record<string, unknown>)[key];
    return [key, typeof value === 'function' ? unusable : value];
  });
  const dry: Partial<TFJSBinding> = {
    createTensor: (shape, dtype, values) => {
      const known = values as TensorValues;
      const isSmall = known.length <= MOST_VALUES;
      return create({ shape: [...shape], dtype, values: isSmall ? known : undefined });
    },
    deleteTensor: (id) => native.deleteTensor(id), // made before: tfjs asks for no other
    executeOp: (op, attributes, inputs, numOutputs) => {
      const known = inputs.map((id) => {
        const tensor = tensors.get(id);
        if (!tensor) throw new DryRunError(`an input of ${op} is of unknown shape`);
        return tensor;
      });
      const types = known.map(({ dtype }) => dtype);
      const stated = nodeAttributes(native, op, attributes, types);
      return outputShapes({ op, inputs: known, attributes: stated, numOutputs }).map(
        ({ dtype, shape }): TensorMetadata => {
          const output = { dtype, shape: [...shape] };
          return { id: create(output), ...output };
        },
      );
    },
  };
  return Object.assign(Object.fromEntries(properties), dry) as unknown as TFJSBinding;
}
