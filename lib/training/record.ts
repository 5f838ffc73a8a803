/** The end of a run: its best weights, their scores, and `record.json`. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { writeAtomically } from '../atomicFile';
import { deviceReport } from '../backend';
import type { DeviceReport, tf } from '../backend';
import { InputError } from '../check';
import type { SegmentationDataset } from '../datasets/types';
import type { PerImageCounts, SegmentationScores } from '../metrics';
import { parameterCount, saveWeights } from '../models';
import { readCheckpoint } from './checkpoint';
import type { RunPosition, TrainingState } from './checkpoint';
import type { RunPaths } from './runFolder';
import { evaluate } from './evaluate';
import { openSplit } from './openSplit';
import { plainCrossEntropy } from './runLoss';
import { validate } from './train';
import type { ExperimentConfig } from './types';

/** What `record.json` holds. */
export interface RunRecord {
  config: ExperimentConfig;
  classNames: readonly string[];
  samples: { train: number; valid: number };
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
  /** Plain cross-entropy of the kept weights on the validation split; older records do not have it. */
  validationCrossEntropy?: number;
  /** Of the validation split, where there is no test split to report. */
  perImage?: PerImageCounts;
  /** Of the kept weights on the test split, where the data set has one; it took no part in choosing them. */
  test?: {
    scores: SegmentationScores;
    counts: number[][];
    perImage: PerImageCounts;
    /** As `validationCrossEntropy`. */
    crossEntropy?: number;
  };
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
  { config, train, valid, model }: Experiment,
  state: TrainingState,
  paths: RunPaths,
  { epoch, step, best, seconds }: RunPosition,
): Promise<RunRecord> {
  await readCheckpoint(paths.best, state);
  const { scores, counts, perImage, crossEntropy } = await validate(config, model, valid);
  const test = await testScores(config, model);
  await saveWeights(model, paths.weights);
  const { tensorflow, tfjs, node, device, threads, backend } = deviceReport();
  const record: RunRecord = {
    config,
    classNames: train.classNames,
    samples: { train: train.length, valid: valid.length },
    parameters: parameterCount(model),
    epochs: epoch,
    steps: step,
    stoppedBy: epoch < config.epochs ? 'patience' : 'epochs',
    best: best as NonNullable<RunPosition['best']>,
    scores,
    counts,
    validationCrossEntropy: crossEntropy as number,
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
  const { scores, counts, perImage, crossEntropy } = await evaluate(model, split, {
    batchSize: config.batchSize,
    crossEntropy: plainCrossEntropy(split.ignoreIndex),
  });
  return { scores, counts, perImage, crossEntropy: crossEntropy as number };
}

/** Indented JSON with each row of numbers on one line. */
function recordText(record: RunRecord): string {
  const text = JSON.stringify(record, null, 2);
  const rows = text.replace(/\[[\s\d,]*\d\s*\]/g, (row) => row.replace(/\s+/g, ''));
  return `${rows}\n`;
}
