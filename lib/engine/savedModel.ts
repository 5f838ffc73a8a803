/** Writes a graph as a SavedModel (field numbers of TensorFlow's saved_model.proto and graph.proto) and loads it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { ModelGraph } from './modelGraph';
import { dataTypes } from './nodes';
import type { ConstantValue, GraphNode, NodeAttribute } from './nodes';
import { MessageWriter } from '../protobuf';

const TAG = 'serve';
/** GraphDef version of TensorFlow 2.x; older libraries read it too, as no newer op is used. */
const PRODUCER = 1882;

/** Loads a graph into a session of its own and returns its number. The file lives only as long as this call. */
export function loadGraph(binding: TFJSBinding, nodes: readonly GraphNode[]): number {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pat-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), savedModel(nodes));
    return binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The bytes of `saved_model.pb`. */
export function savedModel(nodes: readonly GraphNode[]): Uint8Array {
  return metaGraph(nodes, () => {});
}

/** The same of a network with the signature `serving_default`: `image` → `logits`. */
export function servedModel({
  nodes,
  image,
  logits,
  channels,
  numClasses,
}: ModelGraph): Uint8Array {
  const named = (field: number, key: string, output: string, last: number) => {
    return (message: MessageWriter) =>
      message.message(field, (entry) =>
        entry.text(1, key).message(2, (info) => {
          info.text(1, output).integer(2, dataTypes.float32);
          writeShape(info, 3, [-1, -1, -1, last]);
        }),
      );
  };
  return metaGraph(nodes, (meta) =>
    meta.message(5, (entry) =>
      entry.text(1, 'serving_default').message(2, (signature) => {
        named(1, 'image', image, channels)(signature);
        named(2, 'logits', logits, numClasses)(signature);
        signature.text(3, 'tensorflow/serving/predict');
      }),
    ),
  );
}

function metaGraph(nodes: readonly GraphNode[], more: (meta: MessageWriter) => void): Uint8Array {
  return new MessageWriter()
    .integer(1, 1)
    .message(2, (meta) => {
      meta.message(1, (info) => info.text(4, TAG)).bytes(2, graphDef(nodes));
      more(meta);
    })
    .finish();
}

/** The bytes of a GraphDef. */
export function graphDef(nodes: readonly GraphNode[]): Uint8Array {
  const graph = new MessageWriter();
  for (const node of nodes) graph.message(1, (inner) => writeNode(inner, node));
  return graph.message(4, (versions) => versions.integer(1, PRODUCER)).finish();
}

function writeNode(message: MessageWriter, { name, op, inputs, attributes }: GraphNode): void {
  message.text(1, name).text(2, op);
  for (const input of inputs) message.text(3, input);
  for (const [key, attribute] of Object.entries(attributes)) {
    message.message(5, (entry) =>
      entry.text(1, key).message(2, (value) => writeAttribute(value, attribute)),
    );
  }
}

function writeAttribute(message: MessageWriter, { kind, value }: NodeAttribute): void {
  switch (kind) {
    case 'string':
      message.text(2, value);
      return;
    case 'int':
      message.integer(3, value);
      return;
    case 'float':
      message.float(4, value);
      return;
    case 'bool':
      message.integer(5, Number(value));
      return;
    case 'type':
      message.integer(6, value);
      return;
    case 'shape':
      writeShape(message, 7, value);
      return;
    case 'ints':
      message.message(1, (list) => list.integers(3, value));
      return;
    case 'strings':
      message.message(1, (list) => {
        for (const text of value) list.text(2, text);
      });
      return;
    case 'types':
      message.message(1, (list) => list.integers(6, value));
      return;
    case 'floats':
      message.message(1, (list) => list.floats(4, value));
      return;
    case 'tensor':
      message.message(8, (tensor) => writeTensor(tensor, value));
      return;
  }
}

function writeShape(message: MessageWriter, field: number, shape: readonly number[]): void {
  message.message(field, (dimensions) => {
    for (const size of shape) dimensions.message(2, (dimension) => dimension.integer(1, size));
  });
}

function writeTensor(message: MessageWriter, { dtype, shape, values }: ConstantValue): void {
  message.integer(1, dtype);
  writeShape(message, 2, shape);
  if (dtype === dataTypes.float32 && isFilled(values)) {
    message.floats(5, [values[0]]); // one value stands for all
    return;
  }
  message.bytes(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Whether all values are the same; then the file need not hold a tensor as large as a batch. */
function isFilled(values: ConstantValue['values']): boolean {
  return (
    values.length > 1 && (values as Float32Array).every((value) => Object.is(value, values[0]))
  );
}
