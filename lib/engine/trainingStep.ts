/** One optimizer step, and what is wrong when its numbers are not finite. */
import { tf } from '../backend';
import { InputError } from '../check';
import { sum } from '../statistics';
import type { SegmentationLoss } from '../losses';
import { trainableVariables } from '../models/layers';
import { executeSingleOp, nativeBackend } from '../ops/raw';
import type { Adam } from './adam';

/** A step met NaN, Infinity or a label out of range; weights and optimizer are as they were before it. */
export class DivergedError extends InputError {}

/** The tensors of one batch. */
export interface TrainingBatch {
  images: tf.Tensor4D;
  labels: tf.Tensor3D;
}

/** What a step tells. */
export interface StepResult {
  loss: number;
  /** Global L2 norm: √Σ g² over the gradients of all trainable variables. */
  gradientNorm: number;
}

/** What is trained, by which loss. */
export interface StepSetup {
  model: tf.LayersModel;
  /** With `validate: false`: what it throws inside the gradient leaves tensors behind, and all it checks is checked here. */
  loss: SegmentationLoss;
  ignoreIndex: number;
}

/** What differs from step to step. */
export interface StepInput {
  learningRate: number;
  /** `[2] int32`, for a loss that draws noise (default: from the loss's own generator). */
  noiseSeed?: tf.Tensor1D;
}

/** The tensors of a step before its update. */
export interface StepTensors {
  /** In the order of the trainable variables. */
  gradients: tf.Tensor[];
  /** ½Σg² of each gradient, the loss, the wrong labels: `[variables + 2]`. */
  summary: tf.Tensor1D;
  /** Number of labels that are neither a class nor `ignoreIndex`. */
  wrongLabels: tf.Scalar;
}

/**
 * Computes the loss of a batch and its gradients, and updates the weights.
 *
 * @throws DivergedError that names the cause (images, labels, a layer's weights, the loss, a layer's gradient, which must
 *   have a finite square in float32); nothing is updated then but the running statistics of batch normalization.
 */
export async function trainingStep(
  batch: TrainingBatch,
  { adam, learningRate, noiseSeed, ...setup }: StepSetup & StepInput & { adam: Adam },
): Promise<StepResult> {
  const { gradients, summary, wrongLabels } = stepTensors(batch, setup, noiseSeed);
  try {
    const numbers = Array.from(await summary.data());
    if (!isSound(numbers)) throw await divergence(numbers, batch, setup);
    adam.apply(gradients, learningRate);
    return stepResult(numbers);
  } finally {
    tf.dispose([gradients, summary, wrongLabels]);
  }
}

/** The gradients of a batch and what there is to check; moves the running statistics. The caller disposes the tensors. */
export function stepTensors(
  { images, labels }: TrainingBatch,
  { model, loss, ignoreIndex }: StepSetup,
  noiseSeed?: tf.Tensor1D,
): StepTensors {
  const variables = trainableVariables(model);
  const numClasses = classesOf(model);
  const { value, grads } = tf.variableGrads(() => {
    const logits = model.apply(images, { training: true }) as tf.Tensor4D; // [B,H,W,C]
    return loss(logits, labels, noiseSeed);
  }, variables);
  const gradients = variables.map(({ name }) => grads[name]);
  const checks = tf.tidy(() => {
    const inRange = labels.greaterEqual(0).logicalAnd(labels.less(numClasses)); // [B,H,W]
    const wrong = inRange.logicalOr(labels.equal(ignoreIndex)).logicalNot();
    const wrongLabels: tf.Scalar = wrong.toFloat().sum();
    const summary = tf.stack([...gradients.map(halfSquare), value, wrongLabels]) as tf.Tensor1D;
    return { summary, wrongLabels };
  });
  value.dispose();
  return { gradients, ...checks };
}

/** ½Σg². */
function halfSquare(gradient: tf.Tensor): tf.Tensor {
  if (nativeBackend()) return executeSingleOp('L2Loss', {}, [gradient]);
  return gradient.square().sum().div(2);
}

/** Whether an update may follow; `numbers` are those of `StepTensors.summary`. */
export function isSound(numbers: readonly number[]): boolean {
  return numbers[numbers.length - 1] === 0 && numbers.every(Number.isFinite);
}

/** What the numbers of a sound step tell. */
export function stepResult(numbers: readonly number[]): StepResult {
  const halfSquares = numbers.slice(0, -2);
  const total = sum(halfSquares);
  return { loss: numbers[numbers.length - 2], gradientNorm: Math.sqrt(2 * total) };
}

/** The cause of numbers that are not sound, weights as they were before the step. */
export async function divergence(
  numbers: readonly number[],
  { images }: TrainingBatch,
  { model, ignoreIndex }: StepSetup,
): Promise<DivergedError> {
  const [loss, wrong] = numbers.slice(-2);
  if (wrong > 0) {
    const expected = `0 … ${classesOf(model) - 1} or ignoreIndex ${ignoreIndex}`;
    return new DivergedError(`trainingStep: labels must be ${expected}, got ${wrong} others.`);
  }
  const got = 'must be finite, got NaN or Infinity';
  if (!(await isFinite(images))) return new DivergedError(`trainingStep: images ${got}.`);
  for (const weight of model.trainableWeights) {
    if (await isFinite(weight.read())) continue;
    return new DivergedError(`trainingStep: weights ${got} in ${weight.originalName}.`);
  }
  const remedy = 'Lower optimizer.learningRate, or change the options of the loss.';
  if (!Number.isFinite(loss)) {
    return new DivergedError(`trainingStep: loss must be finite, got ${loss}. ${remedy}`);
  }
  const first = numbers.findIndex((square) => !Number.isFinite(square));
  const { originalName } = model.trainableWeights[first];
  return new DivergedError(`trainingStep: gradient ${got} in that of ${originalName}. ${remedy}`);
}

function classesOf(model: tf.LayersModel): number {
  return (model.outputs[0].shape as number[])[3];
}

async function isFinite(tensor: tf.Tensor): Promise<boolean> {
  const finite = tf.tidy(() => tf.isFinite(tensor).all());
  const [value] = await finite.data();
  finite.dispose();
  return Boolean(value);
}
