/** What both sides of a step bench are given: the same weights, the same batch. */
import path from 'node:path';
import { deviceReport, tf } from '../../backend';
import { openDataset } from '../../datasets';
import { createModel, saveWeights } from '../../models';
import { writeSafetensors } from '../../models/safetensors';
import type { BenchCase } from './cases';
import type { Execution } from './createStep';

export const numClasses = 12;
export const ignoreIndex = 255;

/** The first line to a worker; PyTorch's gets `channelsLast`, too. */
export interface StepJob extends BenchCase {
  classes: number;
  /** Cores to use. */
  threads: number;
  /** In the safetensors format, under PyTorch's names. */
  weightsFile: string;
  /** `images` `[B,H,W,3] float32` and `labels` `[B,H,W] int32`, in the safetensors format. */
  batchFile: string;
  execution: Execution;
}

/** The answer to it. */
export interface StepFacts {
  parameters: number;
  /** `loss` and `gradientNorm` of a first training step, or `meanLogit`, the mean |logit|: the same on both sides. */
  check: Record<string, number>;
  /** Ours only: seconds of recording and loading the graph; null for eager execution. */
  tracingSeconds?: number | null;
  /** PyTorch's only: its version. */
  torch?: string;
  /** PyTorch's only: how -log p is computed, the fastest of three ways; null for inference. */
  formulation?: string | null;
}

/** Writes seeded weights and a batch of synthetic scenes into `folder`. */
export async function writeJob(
  benchCase: BenchCase,
  execution: Execution,
  folder: string,
): Promise<StepJob> {
  const { network: name, variant, width, size, batch } = benchCase;
  const weightsFile = path.join(folder, 'weights.safetensors');
  const batchFile = path.join(folder, 'batch.safetensors');
  const model = createModel({ name, variant, width, numClasses });
  await saveWeights(model, weightsFile);
  model.dispose();
  const scenes = await openDataset({ name: 'synthetic', numClasses, size: [size, size] });
  for await (const { images, labels } of scenes.batches({ batchSize: batch })) {
    const values = [await images.data(), await labels.data()] as [Float32Array, Int32Array];
    const tensors = new Map([
      ['images', { shape: images.shape, values: values[0] }],
      ['labels', { shape: labels.shape, values: values[1] }],
    ]);
    await writeSafetensors(batchFile, tensors);
    tf.dispose([images, labels]);
    break;
  }
  const { threads } = deviceReport();
  return { ...benchCase, classes: numClasses, threads, weightsFile, batchFile, execution };
}
