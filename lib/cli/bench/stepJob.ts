/** What both sides of a step bench are given: the same weights, the same batch. */
import path from 'node:path';
import { deviceReport, tf } from '../../backend';
import { openDataset } from '../../datasets';
import type { SegmentationDataset } from '../../datasets/datasetTypes';
import type { BenchCase } from '../../measurement/reports';
import { createModel, saveWeights } from '../../models';
import { writeSafetensors } from '../../models/safetensors';
import type { StoredTensor } from '../../models/safetensors';
import type { Execution } from './createStep';

/** The first line to a worker; PyTorch's gets `channelsLast`, too. */
export interface StepJob extends BenchCase {
  classes: number;
  ignoreIndex: number;
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
  /** Ours only: what the first step took longer than the third, in seconds; null for eager execution. */
  tracingSeconds?: number | null;
  /** PyTorch's only: its version. */
  torch?: string;
  /** PyTorch's only: how -log p is computed, the fastest of three ways; null for inference. */
  formulation?: string | null;
}

export interface JobSource {
  /** Its first samples are the batch (default: synthetic scenes of the case's size). */
  dataset?: SegmentationDataset;
  execution: Execution;
  folder: string;
}

/** Writes seeded weights and a batch into `folder`. */
export async function writeJob(
  benchCase: BenchCase,
  { dataset, execution, folder }: JobSource,
): Promise<StepJob> {
  const { network: name, variant, width, size, batch: batchSize } = benchCase;
  const weightsFile = path.join(folder, 'weights.safetensors');
  const batchFile = path.join(folder, 'batch.safetensors');
  const scenes = { name: 'synthetic', numClasses: 12, size: [size, size] } as const;
  const source = dataset ?? (await openDataset(scenes));
  const { numClasses: classes, ignoreIndex } = source;
  const model = createModel({ name, variant, width, numClasses: classes });
  await saveWeights(model, weightsFile);
  model.dispose();
  for await (const { images, labels } of source.batches({ batchSize })) {
    const tensors = new Map<string, StoredTensor>([
      ['images', { shape: images.shape, values: await images.data() }],
      ['labels', { shape: labels.shape, values: await labels.data() }],
    ]);
    await writeSafetensors(batchFile, tensors);
    tf.dispose([images, labels]);
    break;
  }
  const { threads } = deviceReport();
  return { ...benchCase, classes, ignoreIndex, threads, weightsFile, batchFile, execution };
}
