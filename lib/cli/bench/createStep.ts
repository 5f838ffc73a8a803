/** Our side of the bench: one training or inference step on a resident batch, as the kit runs it. */
import { tf } from '../../backend';
import { GraphPredictor } from '../../engine/predictor';
import { createExecutor } from '../../engine';
import type { Execution } from '../../engine';
import { createLoss } from '../../losses';
import type { BenchLossName } from '../../measurement/reports';
import { trainableVariables } from '../../models/layers';
import { Adam } from '../../engine/adam';
import type { StepResult, TrainingBatch } from '../../engine/trainingStep';

export type { Execution } from '../../engine';

/** The default first. */
export const executions: readonly Execution[] = ['graph', 'eager'];

export interface StepSpec {
  model: tf.LayersModel;
  batch: TrainingBatch;
  ignoreIndex: number;
  /** Null: inference. */
  loss: BenchLossName | null;
  execution: Execution;
}

/** Resolves to the loss and the gradient's norm of a training step, or to the mean |logit| of the first inference. */
export type Step = () => Promise<StepResult | { meanLogit: number } | undefined>;

/** @throws Error where the graph was asked for and cannot be recorded: the bench must not measure something else. */
export function createStep({ model, batch, ignoreIndex, loss, execution }: StepSpec): Step {
  if (loss === null) return createInference(model, batch.images, execution);
  const executor = createExecutor({
    model,
    adam: new Adam(trainableVariables(model)),
    loss: createLoss({ name: loss, ignoreIndex, validate: false }),
    ignoreIndex,
    execution,
    onNote: (text) => {
      throw new Error(text);
    },
  });
  const input = { learningRate: 1e-3, noiseSeed: tf.tensor1d([0, 0], 'int32') };
  return () => executor.step(batch, input);
}

function createInference(model: tf.LayersModel, images: tf.Tensor4D, execution: Execution): Step {
  const infer = execution === 'graph' ? asGraph(model, images) : eager(model, images);
  let isFirst = true;
  return async () => {
    const logits = infer();
    // Reading a value makes sure that all is computed.
    const read = tf.tidy(() =>
      isFirst ? logits.abs().mean() : logits.slice([0, 0, 0, 0], [1, 1, 1, 1]),
    );
    const [value] = await read.data();
    tf.dispose([logits, read]);
    const result = isFirst ? { meanLogit: value } : undefined;
    isFirst = false;
    return result;
  };
}

const eager = (model: tf.LayersModel, images: tf.Tensor4D) => () =>
  tf.tidy(() => model.apply(images, { training: false }) as tf.Tensor4D);

/** Without the fall-back of `createInference`. */
function asGraph(model: tf.LayersModel, images: tf.Tensor4D): () => tf.Tensor4D {
  const predictor = new GraphPredictor(model);
  return () => predictor.predict(images);
}
