/** What tests of networks share: PyTorch's numbers and how to compare with them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tf } from '../../lib/backend';
import { trainableVariables } from '../../lib/models/layers';
import { torchName } from '../../lib/models/torchWeights';

/** What PyTorch computed with one network; arrays are flat, NHWC. */
export interface TorchRun {
  eval: number[];
  train: number[];
  gradients: Record<string, { norm: number; first: number[] }>;
  runningAfterTrainForward: Record<string, number[]>;
}

export const FIXTURES = path.join(__dirname, '..', 'fixtures', 'networks');
/** The founders' reference runs; tests with them skip, by name, where the folder is not present. */
export const REFERENCE =
  process.env.PAT_REFERENCE_DIR ?? path.join(__dirname, '..', '..', '..', 'shared', 'reference');

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/**
 * Output and gradients of Σ output·T, T[i] = ((37·i mod 129) − 64)/64, in train mode; the gradients by PyTorch name, in
 * its layout for tensors.
 */
export function trainPass(model: tf.LayersModel, images: tf.Tensor) {
  const variables = trainableVariables(model);
  const names = model.trainableWeights.map(torchName);
  const gradients = new Map<string, Float32Array>();
  let output: number[] = [];
  const loss = (images: tf.Tensor) => {
    const logits = model.apply(images, { training: true }) as tf.Tensor;
    output = [...logits.dataSync()];
    const weighting = Float32Array.from(output, (_, i) => (((37 * i) % 129) - 64) / 64);
    return logits.mul(tf.tensor(weighting, logits.shape)).sum<tf.Scalar>();
  };
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => loss(images), variables);
    variables.forEach((variable, i) => {
      const gradient = grads[variable.name];
      const turned = gradient.rank === 4 ? gradient.transpose([3, 2, 0, 1]) : gradient;
      gradients.set(names[i], turned.dataSync<'float32'>());
    });
  });
  const moved = model.getWeights().map((weight) => weight.clone()); // the pass below moves them again
  tf.tidy(() => {
    gradients.set('input (NHWC)', tf.grad(loss)(images).dataSync<'float32'>());
  });
  model.setWeights(moved);
  tf.dispose(moved);
  return { output, gradients };
}

export function norm(values: ArrayLike<number>): number {
  return Math.hypot(...Array.from(values));
}
