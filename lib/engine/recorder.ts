/**
 * Records the TensorFlow ops that a computation runs: the native backend gets a copy of its binding for the time of
 * the call, which writes every op down. The ops run as ever, or, in a dry recording, not at all.
 */
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { tf } from '../backend';
import { nativeBackend } from '../ops/raw';
import type { NativeBackend } from '../ops/raw';
import { runDry } from './dryBinding';
import { TracingError } from './failures';
import { gatherUnread } from './gather';
import { dataTypes } from './nodes';
import type { GraphBuilder } from './nodes';
import { nodeAttributes } from './opAttributes';

/** The name of a tensor of the computation in the graph. */
export type NameOf = (tensor: tf.Tensor) => string;

/**
 * `'real'` runs every op. `'dry'` runs none, which takes a fraction of the time and no memory: outputs are made up, and
 * must all be disposed when the computation returns.
 */
export type RecordingMode = 'real' | 'dry';

/** A tensor that exists before the recording, and its name in the graph, asked for at its first use. */
export interface KnownTensor {
  tensor: tf.Tensor;
  name: () => string;
}

/** Ops whose outputs have a size that depends on values: a later batch would meet the sizes of the recording. */
const SIZED_BY_VALUES = /^(Unique|NonMaxSuppression|Where)/;

/** Ops whose native random state would differ between eager calls and graph runs. */
const RANDOM_OPS = /^(Random|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;

/**
 * Runs `compute` once, synchronously, and adds its ops to `graph`. Tensors of `known` are inputs of the graph; tensors
 * created meanwhile become constants. The tensors that `compute` leaves are the caller's.
 *
 * @throws TracingError where a value that depends on an input is read, JavaScript draws random numbers, or a tensor
 *   from elsewhere is used; in a dry recording also DryRunError; what `compute` throws.
 */
export function record<Result>(
  graph: GraphBuilder,
  known: readonly KnownTensor[],
  compute: (nameOf: NameOf) => Result,
  mode: RecordingMode = 'real',
): Result {
  const backend = requireNative();
  const use = () => recordOn(backend, graph, known, compute);
  return mode === 'dry' ? runDry(backend, use) : use();
}

function recordOn<Result>(
  backend: NativeBackend,
  graph: GraphBuilder,
  known: readonly KnownTensor[],
  compute: (nameOf: NameOf) => Result,
): Result {
  const recorder = new Recorder(graph, backend, known);
  const original = backend.binding;
  const restore = [forbidRandom(), gatherUnread()];
  backend.binding = recorder.binding(original);
  try {
    return compute((tensor) => recorder.nameOf(idOf(backend, tensor)));
  } catch (error) {
    disposeTape();
    throw error;
  } finally {
    for (const undo of restore) undo();
    backend.binding = original;
  }
}

/**
 * tfjs's own random ops draw from `Math.random` where they have no seed; in a graph their values would stay those of the
 * recording. Returns what undoes it.
 */
function forbidRandom(): () => void {
  const { random } = globalThis.Math as { random: () => number };
  const replaceBy = (value: () => number) => Object.assign(globalThis.Math, { random: value });
  replaceBy(() => {
    throw new TracingError('random numbers are drawn in JavaScript');
  });
  return () => void replaceBy(random);
}

/** The native backend. Throws TracingError where another one is in use. */
export function requireNative(): NativeBackend {
  const backend = nativeBackend();
  if (!backend) throw new TracingError(`the backend is ${tf.getBackend()}, not native TensorFlow`);
  return backend;
}

interface TensorIds {
  getInputTensorIds(tensors: tf.Tensor[]): number[];
}

/** The binding's number of a tensor; uploads it first where that has not been done. */
export function idOf(backend: NativeBackend, tensor: tf.Tensor): number {
  return (backend as unknown as TensorIds).getInputTensorIds([tensor])[0];
}

/** TensorFlow's number of a tensor's type. Throws TracingError for one that a graph of the kit does not have. */
export function dataTypeOf({ dtype }: tf.Tensor): number {
  if (dtype in dataTypes) return dataTypes[dtype as keyof typeof dataTypes];
  throw new TracingError(`a tensor of type ${dtype} is used`);
}

class Recorder {
  private readonly names = new Map<number, string>();
  /** Numbers of TensorFlow's DataType. */
  private readonly types = new Map<number, number>();
  /** Tensors that depend on no input. */
  private readonly constant = new Set<number>();
  private readonly known: Map<number, () => string>;

  constructor(
    private readonly graph: GraphBuilder,
    backend: NativeBackend,
    known: readonly KnownTensor[],
  ) {
    this.known = new Map(known.map(({ tensor, name }) => [idOf(backend, tensor), name]));
    for (const { tensor } of known) this.types.set(idOf(backend, tensor), dataTypeOf(tensor));
  }

  nameOf(id: number): string {
    const name = this.names.get(id) ?? this.known.get(id)?.();
    if (name === undefined) {
      throw new TracingError('a tensor is used that was made outside of the step');
    }
    this.names.set(id, name);
    return name;
  }

  /** A copy of the binding (its own object is frozen) that records. */
  binding(native: TFJSBinding): TFJSBinding {
    const copy = {} as Record<string, unknown>;
    for (const key of Object.getOwnPropertyNames(native)) {
      const value = (native as unknown as Record<string, unknown>)[key];
      copy[key] = typeof value === 'function' ? (value.bind(native) as unknown) : value;
    }
    const recording: Partial<TFJSBinding> = {
      createTensor: (shape, dtype, values) => {
        const id = native.createTensor(shape, dtype, values);
        if (!ArrayBuffer.isView(values)) throw new TracingError('a tensor of strings is used');
        const copied = (values as Float32Array).slice();
        this.names.set(id, this.graph.constant({ dtype, shape: [...shape], values: copied }));
        this.types.set(id, dtype);
        this.constant.add(id);
        return id;
      },
      executeOp: (op, attributes, inputs, numOutputs) => {
        if (RANDOM_OPS.test(op)) throw new TracingError(`the op ${op} draws random numbers`);
        if (SIZED_BY_VALUES.test(op)) {
          throw new TracingError(`the size of the op ${op}'s output depends on values`);
        }
        const inputNames = inputs.map((id) => this.nameOf(id));
        const outputs = native.executeOp(op, attributes, inputs, numOutputs);
        const inputTypes = inputs.map((id) => this.types.get(id) as number);
        const stated = nodeAttributes(native, op, attributes, inputTypes);
        const name = this.graph.add(op, stated, inputNames);
        const isConstant = inputs.every((id) => this.constant.has(id));
        outputs.forEach(({ id, dtype }, i) => {
          this.types.set(id, dtype);
          this.names.set(id, `${name}:${i}`);
          if (isConstant) this.constant.add(id);
        });
        return outputs;
      },
      tensorDataSync: (id) => {
        if (this.constant.has(id)) return native.tensorDataSync(id);
        throw new TracingError('values of a tensor are read within the step');
      },
    };
    return Object.assign(copy, recording) as unknown as TFJSBinding;
  }
}

/** After an error within a gradient: the tensors saved for the way back. */
function disposeTape(): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
}
