/** Our side of the bench: one training or inference step on a resident batch, as the kit runs it. */
import { tf } from '../../backend';
import { createLoss } from '../../losses';
import { trainableVariables } from '../../models/layers';
import { Adam } from '../../training/adam';
import { trainingStep } from '../../training/step';
import type { StepResult, TrainingBatch } from '../../training/step';
import type { BenchLossName } from './cases';

/** `'eager'`: op by op. */
export type Execution = 'eager';

export const executions: readonly Execution[] = ['eager'];

export interface StepSpec {
  model: tf.LayersModel;
  batch: TrainingBatch;
  ignoreIndex: number;
  /** Null: inference. */
  loss: BenchLossName | null;
  execution: Execution;
}

/** Resolves to what a training step tells; an inference tells nothing. */
export type Step = () => Promise<StepResult | undefined>;

export function createStep({ model, batch, ignoreIndex, loss: name }: StepSpec): Step {
  if (name === null) return () => inferenceStep(model, batch.images);
  const loss = createLoss({ name, ignoreIndex, validate: false });
  const adam = new Adam(trainableVariables(model));
  const options = { model, adam, loss, ignoreIndex, learningRate: 1e-3 };
  return () => trainingStep(batch, options);
}

async function inferenceStep(model: tf.LayersModel, images: tf.Tensor4D): Promise<undefined> {
  const logits = tf.tidy(() => model.apply(images, { training: false }) as tf.Tensor4D);
  // Reading a value makes sure that all is computed.
  const first = tf.tidy(() => logits.slice([0, 0, 0, 0], [1, 1, 1, 1]));
  await first.data();
  tf.dispose([logits, first]);
  return undefined;
}
