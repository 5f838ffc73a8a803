/**
 * One TensorFlow session that holds variables of its own, and programs (recorded computations) that share them.
 *
 * A session's graph cannot grow, and another session has other variables: a new program means a new session, to which
 * the values move. Each variable mirrors a `tf.Variable`. Whichever of the two was written last is the newer one: a
 * `tf.Variable` that was assigned since is uploaded before the next run, and `pull` brings the others up to date.
 * In between `release` spares the memory of the older values.
 */
import { tf } from '../backend';
import type { NativeBackend } from '../ops/raw';
import { dataTypes, GraphBuilder, typeOf } from './nodes';
import type { GraphNode } from './nodes';
import { idOf, requireNative } from './recorder';
import { loadGraph } from './savedModel';

/** A recorded computation: its nodes, and the names of its inputs. */
export interface Program {
  nodes: readonly GraphNode[];
  inputs: readonly string[];
}

interface Mirror {
  variable: tf.Variable;
  /** Output of its VarHandleOp. */
  handle: string;
  /** Output of a read; the value to upload; an output that exists when it has been uploaded. */
  read: string;
  upload: string;
  uploaded: string;
  /** The data of the `tf.Variable` when it was last the same, or released. */
  dataId?: object;
  released: boolean;
}

/** Private to tfjs's native backend: makes a tensor of a native one, owned by the enclosing `tf.tidy`. */
interface TensorMaker {
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): tf.Tensor;
}

export class ResidentGraph {
  private readonly backend: NativeBackend = requireNative();
  private readonly mirrors = new Map<tf.Variable, Mirror>();
  private readonly programs = new Map<string, Program>();
  private readonly variableGraph = new GraphBuilder('variables');
  private session?: number;
  /** Whether the session has all programs. */
  private loaded = false;
  /** Whether the session may have values that the `tf.Variable`s lack. */
  private ahead = false;
  /** As many as the largest variable has that was released; never written to, they take no memory. */
  private zeros = new Float32Array(0);

  /** Output of the handle of a variable, for programs. A variable has its place in the session from the first call on. */
  handleOf(variable: tf.Variable): string {
    const known = this.mirrors.get(variable);
    if (known !== undefined) return known.handle;
    const mirror = addMirror(this.variableGraph, variable, `variable_${this.mirrors.size}`);
    this.mirrors.set(variable, mirror);
    this.loaded = false;
    return mirror.handle;
  }

  /** Adds a program; its nodes' names must be its own. Programs added one after the other are loaded together. */
  add(name: string, program: Program): void {
    this.programs.set(name, program);
    this.loaded = false;
  }

  /** Runs a program and returns the tensors named in `outputs`; `writes`: it changes variables, which are released. */
  run(
    name: string,
    inputs: readonly tf.Tensor[],
    outputs: readonly string[],
    writes: boolean,
  ): tf.Tensor[] {
    const program = this.programs.get(name) as Program;
    if (!this.loaded) this.load();
    this.push();
    if (writes) {
      this.release(); // before the step takes memory
      this.ahead = true;
    }
    return this.execute(inputs, program.inputs, outputs);
  }

  /** Frees the values of `tf.Variable`s that the session has, too (default: of all): until the next `pull` they are zeros. */
  release(variables: Iterable<tf.Variable> = this.mirrors.keys()): void {
    for (const variable of variables) {
      const mirror = this.mirrors.get(variable);
      if (mirror === undefined || mirror.released || !isCurrent(mirror)) continue;
      if (this.zeros.length < variable.size) this.zeros = new Float32Array(variable.size);
      const placeholder = tf.tensor(this.zeros.subarray(0, variable.size), variable.shape);
      variable.assign(placeholder);
      placeholder.dispose();
      mirror.dataId = variable.dataId;
      mirror.released = true;
      this.ahead = true;
    }
  }

  /** Brings every `tf.Variable` up to date that was not assigned meanwhile. */
  pull(): void {
    if (!this.ahead) return;
    const stale = [...this.mirrors.values()].filter(isCurrent);
    tf.tidy(() => {
      const values = this.execute(
        [],
        [],
        stale.map(({ read }) => read),
      );
      stale.forEach((mirror, i) => {
        mirror.variable.assign(values[i]);
        mirror.dataId = mirror.variable.dataId;
        mirror.released = false;
      });
    });
    this.ahead = false;
  }

  dispose(): void {
    if (this.session !== undefined) this.backend.binding.deleteSavedModel(this.session);
    this.session = undefined;
    this.programs.clear();
  }

  /** Uploads every `tf.Variable` that was assigned since both were the same. */
  private push(): void {
    const newer = [...this.mirrors.values()].filter(wasAssigned);
    if (newer.length === 0) return;
    this.upload(
      newer,
      newer.map(({ variable }) => variable),
    );
    for (const mirror of newer) {
      mirror.dataId = mirror.variable.dataId;
      mirror.released = false;
    }
  }

  private upload(mirrors: readonly Mirror[], values: readonly tf.Tensor[]): void {
    tf.tidy(
      () =>
        void this.execute(
          values,
          mirrors.map(({ upload }) => upload),
          mirrors.map(({ uploaded }) => uploaded),
        ),
    );
  }

  /** Loads a session of all programs; the values of the one before move to it. */
  private load(): void {
    const nodes = [...this.programs.values()].flatMap((program) => program.nodes);
    const next = loadGraph(this.backend.binding, [...this.variableGraph.nodes, ...nodes]);
    const previous = this.session;
    const kept = [...this.mirrors.values()].filter((mirror) => !wasAssigned(mirror));
    tf.tidy(() => {
      const values = previous === undefined ? [] : this.execute([], [], readsOf(kept));
      this.session = next;
      if (previous === undefined) return;
      this.backend.binding.deleteSavedModel(previous);
      if (kept.length > 0) this.upload(kept, values);
    });
    this.loaded = true;
  }

  private execute(
    inputs: readonly tf.Tensor[],
    inputNames: readonly string[],
    outputNames: readonly string[],
  ): tf.Tensor[] {
    if (outputNames.length === 0) return [];
    const { backend } = this;
    const outputs = backend.binding.runSavedModel(
      this.session as number,
      inputs.map((tensor) => idOf(backend, tensor)),
      inputNames.join(','),
      outputNames.join(','),
    );
    const maker = backend as unknown as TensorMaker;
    return outputs.map((metadata) => maker.createOutputTensor(metadata));
  }
}

const readsOf = (mirrors: readonly Mirror[]) => mirrors.map(({ read }) => read);

/** May it be given the session's value? */
function isCurrent(mirror: Mirror): boolean {
  return !wasAssigned(mirror) && !mirror.variable.isDisposed;
}

function wasAssigned({ variable, dataId }: Mirror): boolean {
  return variable.dataId !== dataId;
}

function addMirror(graph: GraphBuilder, variable: tf.Variable, name: string): Mirror {
  const dtype = typeOf(dataTypes.float32);
  const { shape } = variable;
  const handle = graph.output(
    'VarHandleOp',
    {
      dtype,
      shape: { kind: 'shape', value: shape },
      shared_name: { kind: 'string', value: name },
      container: { kind: 'string', value: '' },
    },
    [],
  );
  const upload = graph.placeholder(dataTypes.float32, shape);
  // A copy of its own: memory that JavaScript gave must not be released by one of the session's threads.
  const copy = graph.output('DeepCopy', { T: dtype }, [upload]);
  const assign = graph.add(
    'AssignVariableOp',
    { dtype, validate_shape: { kind: 'bool', value: false } },
    [handle, copy],
  );
  return {
    variable,
    handle,
    upload,
    read: graph.output('ReadVariableOp', { dtype }, [handle]),
    uploaded: graph.output('Identity', { T: dtype }, [graph.scalar(1)], [assign]),
    released: false,
  };
}
