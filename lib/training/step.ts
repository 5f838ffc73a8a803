/** One optimizer step, and what is wrong when its numbers are not finite. */
import { tf } from '../backend';
import { InputError } from '../check';
import type { SegmentationLoss } from '../losses';
import { trainableVariables } from '../models/layers';
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

export interface StepOptions {
  model: tf.LayersModel;
  adam: Adam;
  /** With `validate: false`: what it throws inside the gradient leaves tensors behind, and all it checks is checked here. */
  loss: SegmentationLoss;
  ignoreIndex: number;
  learningRate: number;
}

/**
 * Computes the loss of a batch and its gradients, and updates the weights.
 *
 * @throws DivergedError that names the cause (images, labels, a layer's weights, the loss, a layer's gradient, which must
 *   have a finite square in float32); nothing is updated then but the running statistics of batch normalization.
 */
export async function trainingStep(
  { images, labels }: TrainingBatch,
  { model, adam, loss: lossFunction, ignoreIndex, learningRate }: StepOptions,
): Promise<StepResult> {
  const variables = trainableVariables(model);
  let numClasses = 0;
  const { value, grads } = tf.variableGrads(() => {
    const logits = model.apply(images, { training: true }) as tf.Tensor4D; // [B,H,W,C]
    numClasses = logits.shape[3];
    return lossFunction(logits, labels);
  }, variables);
  const gradients = variables.map(({ name }) => grads[name]);
  try {
    const sums = tf.tidy(() => {
      const inRange = labels.greaterEqual(0).logicalAnd(labels.less(numClasses)); // [B,H,W]
      const wrong = inRange.logicalOr(labels.equal(ignoreIndex)).logicalNot().toFloat().sum();
      // Σg² of each variable, the loss, the wrong labels, read at once: [variables + 2]
      return tf.stack([...gradients.map((g) => g.square().sum()), value, wrong]);
    });
    const numbers = Array.from(await sums.data());
    sums.dispose();
    const wrong = numbers.pop() as number;
    if (wrong > 0) {
      const expected = `0 … ${numClasses - 1} or ignoreIndex ${ignoreIndex}`;
      throw new DivergedError(`trainingStep: labels must be ${expected}, got ${wrong} others.`);
    }
    if (!numbers.every(Number.isFinite)) throw await causeOf(images, model, numbers);
    adam.apply(gradients, learningRate);
    const loss = numbers.pop() as number;
    return { loss, gradientNorm: Math.sqrt(numbers.reduce((total, square) => total + square, 0)) };
  } finally {
    tf.dispose([value, gradients]);
  }
}

/** `numbers`: Σg² of each variable, then the loss. */
async function causeOf(images: tf.Tensor4D, model: tf.LayersModel, numbers: readonly number[]) {
  const got = 'must be finite, got NaN or Infinity';
  if (!(await isFinite(images))) return new DivergedError(`trainingStep: images ${got}.`);
  for (const weight of model.trainableWeights) {
    if (await isFinite(weight.read())) continue;
    return new DivergedError(`trainingStep: weights ${got} in ${weight.originalName}.`);
  }
  const remedy = 'Lower optimizer.learningRate, or change the options of the loss.';
  const loss = numbers[numbers.length - 1];
  if (!Number.isFinite(loss)) {
    return new DivergedError(`trainingStep: loss must be finite, got ${loss}. ${remedy}`);
  }
  const first = numbers.findIndex((sum) => !Number.isFinite(sum));
  const { originalName } = model.trainableWeights[first];
  return new DivergedError(`trainingStep: gradient ${got} in that of ${originalName}. ${remedy}`);
}

async function isFinite(tensor: tf.Tensor): Promise<boolean> {
  const finite = tf.tidy(() => tf.isFinite(tensor).all());
  const [value] = await finite.data();
  finite.dispose();
  return Boolean(value);
}
