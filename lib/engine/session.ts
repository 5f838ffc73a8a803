/** A graph loaded into a TensorFlow session of its own. */
import type { tf } from '../backend';
import type { NativeBackend } from '../ops/raw';
import type { GraphNode } from './nodes';
import { idOf } from './recorder';
import { loadGraph } from './savedModel';

/** Private to tfjs's native backend: makes a tensor of a native one, owned by the enclosing `tf.tidy`. */
interface TensorMaker {
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): tf.Tensor;
}

export class Session {
  private readonly id: number;

  constructor(
    private readonly backend: NativeBackend,
    nodes: readonly GraphNode[],
  ) {
    this.id = loadGraph(backend.binding, nodes);
  }

  /** The tensors named in `outputs`, when the inputs of these names hold `inputs`. */
  run(
    inputs: readonly tf.Tensor[],
    inputNames: readonly string[],
    outputs: readonly string[],
  ): tf.Tensor[] {
    if (outputs.length === 0) return [];
    const { backend } = this;
    const results = backend.binding.runSavedModel(
      this.id,
      inputs.map((tensor) => idOf(backend, tensor)),
      inputNames.join(','),
      outputs.join(','),
    );
    const maker = backend as unknown as TensorMaker;
    return results.map((metadata) => maker.createOutputTensor(metadata));
  }

  dispose(): void {
    this.backend.binding.deleteSavedModel(this.id);
  }
}
