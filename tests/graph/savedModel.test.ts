import { readdirSync } from 'node:fs';
import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { dataTypes, GraphBuilder, typeOf } from '../../lib/graph/nodes';
import { idOf, record, requireNative, TracingError } from '../../lib/graph/recorder';
import { loadGraph } from '../../lib/graph/savedModel';

const folders = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith('pat-graph-'));

describe('a graph written by hand', () => {
  it('computes what its nodes say, and leaves no file', () => {
    const backend = requireNative();
    const graph = new GraphBuilder('test');
    const x = graph.placeholder(dataTypes.float32, [2, 2]);
    const attributes = { T: typeOf(dataTypes.float32) };
    const filled = {
      dtype: dataTypes.float32,
      shape: [2, 2],
      values: new Float32Array(4).fill(-3),
    };
    const sum = graph.output('AddV2', attributes, [x, graph.constant(filled)]);
    const varied = { dtype: dataTypes.int32, shape: [2], values: Int32Array.of(1, -1) };
    const shape = { Tshape: typeOf(dataTypes.int32) };
    const flat = graph.output('Reshape', { ...attributes, ...shape }, [
      sum,
      graph.constant(varied),
    ]);
    const before = folders();
    const session = loadGraph(backend.binding, graph.nodes);
    expect(folders()).toEqual(before);
    const input = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const [{ id, shape: got }] = backend.binding.runSavedModel(
      session,
      [idOf(backend, input)],
      x,
      flat,
    );
    expect(got).toEqual([1, 4]);
    expect([...backend.binding.tensorDataSync(id)]).toEqual([-2, -1, 0, 1]);
    backend.binding.deleteTensor(id);
    backend.binding.deleteSavedModel(session);
    input.dispose();
  });

  it('leaves no file when TensorFlow refuses it', () => {
    const graph = new GraphBuilder('test');
    graph.add('NoSuchOp', {}, []);
    const before = folders();
    expect(() => loadGraph(requireNative().binding, graph.nodes)).toThrow('NoSuchOp');
    expect(folders()).toEqual(before);
  });
});

describe('record', () => {
  it('shares equal small constants and gives the binding and Math.random back, also after an error', () => {
    const backend = requireNative();
    const { binding } = backend;
    const { random } = globalThis.Math as { random: () => number };
    const x = tf.tensor1d([1, 2]);
    const graph = new GraphBuilder('test');
    const known = [{ tensor: x, name: () => 'x:0' }];
    const name = record(graph, known, (nameOf) => tf.tidy(() => nameOf(x.add(2).mul(2))));
    expect(name).toMatch(/Mul/);
    expect(graph.nodes.filter(({ op }) => op === 'Const')).toHaveLength(1);
    const read = () => x.mul(2).dataSync();
    const tensors = tf.memory().numTensors;
    expect(() => record(graph, known, () => tf.tidy(() => read()[0]))).toThrow(TracingError);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(backend.binding).toBe(binding);
    expect((globalThis.Math as { random: () => number }).random).toBe(random);
    x.dispose();
  });
});
