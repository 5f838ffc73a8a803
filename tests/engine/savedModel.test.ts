import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tf } from '../../lib/backend';
import { dataTypes, GraphBuilder, typeOf } from '../../lib/engine/nodes';
import { TracingError } from '../../lib/engine/failures';
import { idOf, record, requireNative } from '../../lib/engine/recorder';
import { loadGraph } from '../../lib/engine/savedModel';

/** A place for temporary files of this file's tests alone: others write graphs at the same time. */
let own: string;
beforeAll(() => {
  own = mkdtempSync(path.join(os.tmpdir(), 'pat-saved-model-'));
  vi.stubEnv('TMPDIR', own);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(own, { recursive: true });
});

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
    const session = loadGraph(backend.binding, graph.nodes);
    expect(readdirSync(own)).toEqual([]);
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
    expect(() => loadGraph(requireNative().binding, graph.nodes)).toThrow('NoSuchOp');
    expect(readdirSync(own)).toEqual([]);
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
