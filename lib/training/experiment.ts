/**
 * One experiment, from a configuration to a record. The same call goes on with a run that was interrupted.
 *
 *     const record = await runExperiment({ loss: { name: 'pat', temperature: 2 } }, { outDir: 'data/runs/pat' });
 *     record.scores.meanIoU;
 */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { deviceReport } from '../backend';
import type { DeviceReport, tf } from '../backend';
import { invalid } from '../check';
import { findDataset, openDataset } from '../datasets';
import type { SegmentationDataset, Split } from '../datasets/types';
import type { SegmentationScores } from '../metrics';
import { createModel, parameterCount, saveWeights } from '../models';
import { trainableVariables } from '../models/layers';
import { writeSafetensors } from '../models/safetensors';
import { Adam } from './adam';
import { loadCheckpoint, readCheckpoint, saveCheckpoint, writeCheckpoint } from './checkpoint';
import type { RunPosition, TrainingState } from './checkpoint';
import { parseConfig } from './config';
import type { ExperimentConfig, ExperimentInput } from './types';
import {
  appendLine,
  clearRun,
  prepareRunFolder,
  repairMetrics,
  runPaths,
  writeJson,
} from './runFolder';
import type { RunPaths } from './runFolder';
import { lockRun } from './runLock';
import { startPosition, stepsPerEpoch, trainLoop, validate } from './train';
import type { EpochMetrics } from './train';
import type { TrainingBatch } from './step';

/** What `record.json` holds. */
export interface RunRecord {
  config: ExperimentConfig;
  classNames: readonly string[];
  samples: { train: number; valid: number };
  /** Values that training changed. */
  parameters: number;
  epochs: number;
  steps: number;
  /** The epoch whose weights were kept, by validation loss. */
  best: { epoch: number; validLoss: number };
  /** Of the kept weights on the validation split. */
  scores: SegmentationScores;
  /** Pixels of the validation split, `[label][prediction]`. */
  counts: number[][];
  /** Of `weights.safetensors`. */
  weightsSha256: string;
  versions: Pick<DeviceReport, 'tensorflow' | 'tfjs' | 'node'>;
  device: Pick<DeviceReport, 'device' | 'threads' | 'backend'>;
  /** ISO time of the end; `seconds`: training and validation, in all processes. */
  times: { finished: string; seconds: number };
}

/** What a run tells while it goes on. */
export type ProgressEvent =
  | { kind: 'start'; step: number; totalSteps: number; epoch: number }
  | { kind: 'note'; text: string }
  | { kind: 'step'; step: number; totalSteps: number; epoch: number; loss: number }
  | { kind: 'epoch'; metrics: EpochMetrics; epochs: number; isBest: boolean };

export interface RunOptions {
  /** The run folder; created. */
  outDir: string;
  /** Delete what an earlier run left there (default false: go on with it). */
  fresh?: boolean;
  /** An abort saves a checkpoint after the current step and throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (event: ProgressEvent) => void;
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

/** Opens the data and builds the network of a configuration; the data set `'auto'` becomes the one found. */
export async function openExperiment(input: ExperimentInput): Promise<Experiment> {
  const config = parseConfig(input);
  const { dataset, seed } = config;
  if (dataset.name === 'auto') dataset.name = await findDataset({ root: dataset.root });
  const train = await openSplit(config, 'train');
  const valid = await openSplit(config, 'valid');
  const model = createModel({ ...config.model, numClasses: train.numClasses, seed });
  return {
    config,
    train,
    valid,
    model,
    totalSteps: config.epochs * stepsPerEpoch(config, train.length),
  };
}

/** One split of a configuration's data set. */
export function openSplit({ dataset }: ExperimentConfig, split: Split) {
  const { trainLength, validLength, testLength, ...options } = dataset;
  const length = { train: trainLength, valid: validLength, test: testLength }[split];
  const given = { ...options, split, ...(length === undefined ? {} : { length }) };
  return openDataset(given);
}

/**
 * Trains, validates, keeps the weights of the epoch with the lowest validation loss, and writes the run folder:
 * `config.json`, `metrics.jsonl`, `checkpoints/`, `weights.safetensors`, `record.json`. Called again after an
 * interruption of any kind it goes on, and the weights end up the same bit for bit; after the end it returns the record.
 *
 * @throws InputError for a wrong configuration, a folder with another one, or one that another process works in;
 *   DivergedError at a loss or gradient that is not finite (the batch is in `failed-batch.safetensors`); the signal's
 *   reason after an abort.
 */
export async function runExperiment(
  input: ExperimentInput,
  { outDir, fresh = false, signal, onProgress = () => {} }: RunOptions,
): Promise<RunRecord> {
  if (typeof outDir !== 'string' || outDir === '') {
    throw invalid('runExperiment', 'outDir', 'a folder', outDir);
  }
  parseConfig(input); // before the folder is touched
  const paths = runPaths(outDir);
  const lock = await lockRun(paths.folder);
  try {
    if (lock.takenOver) {
      const text = `took over the lock of process ${lock.takenOver.pid}, which is gone`;
      onProgress({ kind: 'note', text });
    }
    if (fresh) await clearRun(paths);
    const experiment = await openExperiment(input);
    const { model } = experiment;
    try {
      await prepareRunFolder(paths, experiment.config);
      const finished = await readFile(paths.record, 'utf8').catch(() => undefined);
      if (finished !== undefined) return JSON.parse(finished) as RunRecord;
      const adam = new Adam(trainableVariables(model), experiment.config.optimizer);
      try {
        return await train(experiment, { model, adam }, paths, { signal, onProgress });
      } finally {
        adam.dispose();
      }
    } finally {
      model.dispose();
    }
  } finally {
    await lock.release();
  }
}

async function train(
  experiment: Experiment,
  state: TrainingState,
  paths: RunPaths,
  { signal, onProgress }: { signal?: AbortSignal; onProgress: (event: ProgressEvent) => void },
): Promise<RunRecord> {
  const { config, totalSteps } = experiment;
  const { everySteps, everySeconds } = config.checkpoints;
  const loaded = await loadCheckpoint(paths.checkpoints, state);
  loaded?.notes.forEach((text) => onProgress({ kind: 'note', text }));
  const position = loaded?.position ?? startPosition();
  await repairMetrics(paths.metrics, position.epoch);
  onProgress({ kind: 'start', step: position.step, totalSteps, epoch: position.epoch });
  let savedAt = performance.now();
  let savedStep = position.step;
  const save = async () => {
    await saveCheckpoint(paths.checkpoints, state, position);
    savedAt = performance.now();
    savedStep = position.step;
  };
  const isDue = () =>
    (everySteps !== null && position.step % everySteps === 0) ||
    (everySeconds !== null && performance.now() - savedAt >= everySeconds * 1000);
  try {
    await trainLoop({
      config,
      train: experiment.train,
      valid: experiment.valid,
      state,
      position,
      signal,
      onStep: async ({ loss }) => {
        const { step, epoch } = position;
        onProgress({ kind: 'step', step, totalSteps, epoch: epoch + 1, loss });
        if (isDue()) await save();
      },
      onEpoch: async (metrics, isBest) => {
        await appendLine(paths.metrics, metrics);
        if (isBest) await writeCheckpoint(paths.best, state, position);
        await save();
        onProgress({ kind: 'epoch', metrics, epochs: config.epochs, isBest });
      },
      onDiverged: (batch, names) => saveBatch(paths.failedBatch, batch, names),
    });
  } catch (error) {
    if (signal?.aborted && position.step > savedStep) await save();
    throw error;
  }
  return finish(experiment, state, paths, position);
}

/** Restores the best weights, scores them, and writes the weights and the record. */
async function finish(
  { config, train, valid, model }: Experiment,
  state: TrainingState,
  paths: RunPaths,
  { epoch, step, best, seconds }: RunPosition,
): Promise<RunRecord> {
  await readCheckpoint(paths.best, state);
  const { scores, counts } = await validate(config, model, valid);
  await saveWeights(model, paths.weights);
  const { tensorflow, tfjs, node, device, threads, backend } = deviceReport();
  const record: RunRecord = {
    config,
    classNames: train.classNames,
    samples: { train: train.length, valid: valid.length },
    parameters: parameterCount(model),
    epochs: epoch,
    steps: step,
    best: best as NonNullable<RunPosition['best']>,
    scores,
    counts,
    weightsSha256: createHash('sha256')
      .update(await readFile(paths.weights))
      .digest('hex'),
    versions: { tensorflow, tfjs, node },
    device: { device, threads, backend },
    times: { finished: new Date().toISOString(), seconds },
  };
  await writeJson(paths.record, record);
  await rm(paths.failedBatch, { force: true });
  return record;
}

async function saveBatch(file: string, { images, labels }: TrainingBatch, names: string[]) {
  const stored = new Map([
    ['images', { shape: images.shape, values: (await images.data()) as Float32Array }],
    ['labels', { shape: labels.shape, values: (await labels.data()) as Int32Array }],
  ]);
  await writeSafetensors(file, stored, { names: JSON.stringify(names) });
}
