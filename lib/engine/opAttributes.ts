/** Attributes of an op's call, as a node of a graph states them. */
import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { TracingError } from './failures';
import { typeOf } from './nodes';
import type { NodeAttribute } from './nodes';

/**
 * Types that eager execution infers from the inputs where a caller leaves them out, and a graph must state. For each op:
 * the attribute, and the input that has its type.
 */
const TYPE_OF_INPUT: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  BiasAdd: { T: 0 },
  BiasAddGrad: { T: 0 },
  ExpandDims: { T: 0, Tdim: 1 },
  GatherNd: { Tparams: 0, Tindices: 1 },
  GatherV2: { Tparams: 0, Tindices: 1, Taxis: 2 },
  L2Loss: { T: 0 },
  LogSoftmax: { T: 0 },
  Relu: { T: 0 },
  ReluGrad: { T: 0 },
  Softmax: { T: 0 },
};

/**
 * The attributes of a call, and the types that it leaves out.
 *
 * @param inputTypes - Numbers of TensorFlow's DataType.
 * @throws TracingError for an attribute of a kind that graphs of the kit do not have.
 */
export function nodeAttributes(
  binding: TFJSBinding,
  op: string,
  given: readonly TFEOpAttr[],
  inputTypes: readonly number[],
): Record<string, NodeAttribute> {
  const types = Object.entries(TYPE_OF_INPUT[op] ?? {}).map(
    ([name, input]): [string, NodeAttribute] => [name, typeOf(inputTypes[input])],
  );
  const stated = given.map((attribute): [string, NodeAttribute] => [
    attribute.name,
    nodeAttribute(binding, attribute),
  ]);
  return Object.fromEntries([...types, ...stated]);
}

function nodeAttribute(binding: TFJSBinding, { name, type, value }: TFEOpAttr): NodeAttribute {
  const list = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_TYPE:
      return typeOf(value as number);
    case binding.TF_ATTR_INT:
      return { kind: list ? 'ints' : 'int', value } as NodeAttribute;
    case binding.TF_ATTR_FLOAT:
      return { kind: list ? 'floats' : 'float', value } as NodeAttribute;
    case binding.TF_ATTR_BOOL:
      return { kind: 'bool', value: value as boolean };
    case binding.TF_ATTR_STRING:
      return { kind: 'string', value: value as string };
    case binding.TF_ATTR_SHAPE:
      return { kind: 'shape', value: value as number[] };
    default:
      throw new TracingError(`attribute ${name} is of a kind that a graph does not have`);
  }
}
