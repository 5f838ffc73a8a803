/** Type attributes that eager execution infers from the inputs where a kernel of tfjs leaves them out; a graph must state them. */
import { typeOf } from './nodes';
import type { NodeAttribute } from './nodes';

/** For each op: the attribute, and the input that has its type. */
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

/** `given` with what is missing of it; `inputTypes`: numbers of TensorFlow's DataType. */
export function withInferredAttributes(
  op: string,
  given: Record<string, NodeAttribute>,
  inputTypes: readonly number[],
): Record<string, NodeAttribute> {
  const inferred = Object.entries(TYPE_OF_INPUT[op] ?? {}).map(
    ([name, input]): [string, NodeAttribute] => [name, typeOf(inputTypes[input])],
  );
  return { ...Object.fromEntries(inferred), ...given };
}
