/** Networks in the formats of TensorFlow and TensorFlow.js, loadable without the kit. */
import path from 'node:path';
import type { tf } from '../backend';
import { writeAtomically } from '../atomicFile';
import { makeFolder } from '../files';
import { modelGraph } from './modelGraph';
import type { ModelGraph } from './modelGraph';
import { dataTypes } from './nodes';
import type { ConstantValue, GraphNode, NodeAttribute } from './nodes';
import { servedModel } from './savedModel';

/**
 * Writes a SavedModel: `tf.saved_model.load(folder).signatures['serving_default'](image=…)['logits']`. Images
 * `[B,H,W,channels] float32`, RGB 0 … 1, of any size that the network takes.
 *
 * @throws InputError for a network with layers of its own.
 */
export async function exportSavedModel(model: tf.LayersModel, folder: string): Promise<void> {
  const where = 'exportSavedModel';
  const bytes = servedModel(modelGraph(where, model));
  await makeFolder(where, folder);
  await writeAtomically(path.join(folder, 'saved_model.pb'), bytes);
}

/**
 * Writes a graph model of TensorFlow.js, `model.json` and `weights.bin`: `tf.loadGraphModel(url)`, `model.predict(images)`.
 *
 * @throws InputError for a network with layers of its own.
 */
export async function exportGraphModel(model: tf.LayersModel, folder: string): Promise<void> {
  const where = 'exportGraphModel';
  const graph = modelGraph(where, model);
  const constants = graph.nodes.flatMap(({ name, op, attributes }) => {
    const { value } = attributes;
    return op === 'Const' && value.kind === 'tensor' ? [{ name, ...value.value }] : [];
  });
  const weights = constants.map(({ name, shape, dtype }) => {
    return { name, shape, dtype: dtype === dataTypes.int32 ? 'int32' : 'float32' };
  });
  const bytes = Buffer.concat(constants.map(({ values }) => bytesOf(values)));
  const topology = {
    format: 'graph-model',
    generatedBy: 'pat-notebooks',
    convertedBy: null,
    signature: signature(graph),
    modelTopology: { node: graph.nodes.map(nodeJson), versions: { producer: 1882 } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  await makeFolder(where, folder);
  await writeAtomically(path.join(folder, 'weights.bin'), bytes);
  await writeAtomically(path.join(folder, 'model.json'), Buffer.from(JSON.stringify(topology)));
}

function bytesOf({ buffer, byteOffset, byteLength }: ConstantValue['values']): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function signature({ image, logits, channels, numClasses }: ModelGraph) {
  const info = (name: string, last: number) => ({
    ...{ name, dtype: 'DT_FLOAT' },
    tensorShape: { dim: [-1, -1, -1, last].map((size) => ({ size: String(size) })) },
  });
  return {
    inputs: { image: info(image, channels) },
    outputs: { logits: info(logits, numClasses) },
  };
}

/** As protobuf's JSON has it; the values of constants are in the file of the weights. */
function nodeJson({ name, op, inputs, attributes }: GraphNode) {
  const attr = Object.entries(attributes)
    .filter(([, { kind }]) => kind !== 'tensor')
    .map(([key, attribute]) => [key, attributeJson(attribute)] as const);
  return { name, op, input: inputs, attr: Object.fromEntries(attr) };
}

const typeNames = new Map([
  [dataTypes.float32, 'DT_FLOAT'],
  [dataTypes.int32, 'DT_INT32'],
  [dataTypes.bool, 'DT_BOOL'],
]);

const base64 = (text: string) => Buffer.from(text).toString('base64');

function attributeJson({ kind, value }: NodeAttribute) {
  switch (kind) {
    case 'type':
      return { type: typeNames.get(value) };
    case 'types':
      return { list: { type: value.map((type) => typeNames.get(type)) } };
    case 'string':
      return { s: base64(value) };
    case 'strings':
      return { list: { s: value.map(base64) } };
    case 'int':
      return { i: String(value) };
    case 'float':
      return { f: value };
    case 'bool':
      return { b: value };
    case 'ints':
      return { list: { i: value.map(String) } };
    case 'floats':
      return { list: { f: value } };
    case 'shape':
      return { shape: { dim: value.map((size) => ({ size: String(size) })) } };
    case 'tensor':
      return {};
  }
}
