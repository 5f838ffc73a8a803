/** Typed calls of TensorFlow's own ops, by name, through the binding of the native backend. */
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { tf } from '../backend';
import { invalid } from '../check';

/** What the kit uses of the native backend. `binding` may be replaced (a recording copy): read it at each call. */
export interface NativeBackend {
  binding: TFJSBinding;
  isUsingGpuDevice: boolean;
  executeMultipleOutputs(
    name: string,
    attributes: { name: string; type: number; value: AttributeValue['value'] }[],
    inputs: tf.Tensor[],
    numOutputs: number,
  ): tf.Tensor[];
}

/** One attribute of an op, before the binding's numbers for kinds and types are known. */
export interface AttributeValue {
  kind: 'TYPE' | 'INT' | 'FLOAT' | 'BOOL' | 'STRING' | 'SHAPE';
  value: boolean | number | string | number[];
}

/** Attributes of an op by name. One that is left out gets its default or is inferred from the inputs. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The native backend, or undefined while another one is in use. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : undefined;
}

/** A type attribute: the dtype of a tensor, a dtype of tfjs, or a number of TensorFlow's DataType (14: bfloat16). */
export function typeAttribute(type: tf.Tensor | tf.DataType | number): AttributeValue {
  const dtype = type instanceof tf.Tensor ? type.dtype : type;
  return { kind: 'TYPE', value: dtype };
}

/** An int or list(int) attribute. */
export function intAttribute(value: number | number[]): AttributeValue {
  return { kind: 'INT', value };
}

/** A float or list(float) attribute. */
export function floatAttribute(value: number | number[]): AttributeValue {
  return { kind: 'FLOAT', value };
}

/** A bool attribute. */
export function boolAttribute(value: boolean): AttributeValue {
  return { kind: 'BOOL', value };
}

/** A string attribute. */
export function stringAttribute(value: string): AttributeValue {
  return { kind: 'STRING', value };
}

/**
 * Runs the op `name` and returns its `numOutputs` outputs, none for an op that returns nothing; the enclosing `tf.tidy`
 * owns them. Resource handles go in and come out as tensors that tfjs shows as strings. Throws InputError on a backend
 * that is not native, and TensorFlow's own error where the op is unknown or refuses its inputs. No gradient is recorded:
 * call it inside `tf.customGrad`.
 */
export function executeOp(
  name: string,
  attributes: Attributes,
  inputs: tf.Tensor[],
  numOutputs: number,
): tf.Tensor[] {
  const backend = nativeBackend();
  if (!backend) {
    const remedy = "Call tf.setBackend('tensorflow') first, or use the portable form.";
    throw invalid('executeOp', 'backend', 'tensorflow', tf.getBackend(), remedy);
  }
  const { binding } = backend;
  const list = Object.entries(attributes).map(([name, { kind, value }]) => ({
    name,
    type: binding[`TF_ATTR_${kind}`],
    value: kind === 'TYPE' ? dataType(binding, value as tf.DataType | number) : value,
  }));
  return backend.executeMultipleOutputs(name, list, inputs, numOutputs);
}

/** As `executeOp`, of an op with one output. */
export function executeSingleOp(
  name: string,
  attributes: Attributes,
  inputs: tf.Tensor[],
): tf.Tensor {
  return executeOp(name, attributes, inputs, 1)[0];
}

function dataType(binding: TFJSBinding, type: tf.DataType | number): number {
  if (typeof type === 'number') return type;
  const numbers: Record<tf.DataType, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
    complex64: binding.TF_COMPLEX64,
    string: binding.TF_STRING,
  };
  return numbers[type];
}
