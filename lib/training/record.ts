/** The end of a run: its best weights, their scores, and `record.json`. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { writeAtomically } from '../atomicFile';
import { deviceReport } from '../backend';
import type { DeviceReport, tf } from '../backend';
import { InputError } from '../check';
import type { SegmentationDataset } from '../datasets/types';
import type { SegmentationScores } from '../metrics';
import { parameterCount, saveWeights } from '../models';
import { readCheckpoint } from './checkpoint';
import type { RunPosition, TrainingState } from './checkpoint';
import type { RunPaths } from './runFolder';
import { evaluate } from './evaluate';
import type { PerImageCounts } from './evaluate';
import { openSplit } from './openSplit';
import { countedConfig } from './runLoss';
import { validate } from './train';
import type { ExperimentConfig } from './types';

/** What `record.json` holds. */
export interface RunRecord {
  config: ExperimentConfig;
  classNames: readonly string[];
  samples: { train: number; valid: number };
  /**
   * Labelled pixels of each class in the training split at the run's size, without augmentation: what `classCounts:
   * 'dataset'` stands for. Records of version 1.0 have none.
   */
  trainingPixels?: number[];
  /** Values that training changed. */
  parameters: number;
  epochs: number;
  steps: number;
  /** Why the run ended: all epochs done, or `patience` of them without a better validation loss. */
  stoppedBy: 'epochs' | 'patience';
  /** The epoch whose weights were kept, by validation loss. */
  best: { epoch: number; validLoss: number };
  /** Of the kept weights on the validation split. */
  scores: SegmentationScores;
  /** Pixels of the validation split, `[label][prediction]`. */
  counts: number[][];
  /** Of the validation split, where there is no test split to report. */
  perImage?: PerImageCounts;
  /** Of the kept weights on the test split, where the data set has one; it took no part in choosing them. */
  test?: { scores: SegmentationScores; counts: number[][]; perImage: PerImageCounts };
  /** Of `weights.safetensors`. */
  weightsSha256: string;
  versions: Pick<DeviceReport, 'tensorflow' | 'tfjs' | 'node'>;
  device: Pick<DeviceReport, 'device' | 'threads' | 'backend'>;
  /** ISO time of the end; `seconds`: training and validation, in all processes. */
  times: { finished: string; seconds: number };
}

/** A run's data and network, ready to train. */
export interface Experiment {
  config: ExperimentConfig;
  train: SegmentationDataset;
  valid: SegmentationDataset;
  /** The caller disposes it. */
  model: tf.LayersModel;
  totalSteps: number;
}

/** Restores the best weights, scores them, and writes the weights and the record. */
export async function finishRun(
  { config, train, valid, model, trainingPixels }: Experiment & { trainingPixels: number[] },
  state: TrainingState,
  paths: RunPaths,
  { epoch, step, best, seconds }: RunPosition,
): Promise<RunRecord> {
  await readCheckpoint(paths.best, state);
  const { scores, counts, perImage } = await validate(
    countedConfig(config, trainingPixels),
    model,
    valid,
  );
  const test = await testScores(config, model);
  await saveWeights(model, paths.weights);
  const { tensorflow, tfjs, node, device, threads, backend } = deviceReport();
  const record: RunRecord = {
    config,
    classNames: train.classNames,
    samples: { train: train.length, valid: valid.length },
    trainingPixels,
    parameters: parameterCount(model),
    epochs: epoch,
    steps: step,
    stoppedBy: epoch < config.epochs ? 'patience' : 'epochs',
    best: best as NonNullable<RunPosition['best']>,
    scores,
    counts,
    ...(test === undefined ? { perImage } : { test }),
    weightsSha256: createHash('sha256')
      .update(await readFile(paths.weights))
      .digest('hex'),
    versions: { tensorflow, tfjs, node },
    device: { device, threads, backend },
    times: { finished: new Date().toISOString(), seconds },
  };
  await writeAtomically(paths.record, Buffer.from(recordText(record)));
  await rm(paths.failedBatch, { force: true });
  return record;
}

/** Undefined without a test split; drawn scenes have one where `dataset.testLength` asks for it. */
async function testScores(
  config: ExperimentConfig,
  model: tf.LayersModel,
): Promise<RunRecord['test']> {
  if (config.dataset.name === 'synthetic' && config.dataset.testLength === undefined) {
    return undefined;
  }
  let split: SegmentationDataset;
  try {
    split = await openSplit(config, 'test');
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  const { scores, counts, perImage } = await evaluate(model, split, {
    batchSize: config.batchSize,
  });
  return { scores, counts, perImage };
}

/** Indented JSON with each row of numbers on one line. */
function recordText(record: RunRecord): string {
  const text = JSON.stringify(record, null, 2);
  const rows = text.replace(/\[[\s\d,]*\d\s*\]/g, (row) => row.replace(/\s+/g, ''));
  return `${rows}\n`;
}
