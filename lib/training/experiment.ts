/**
 * One experiment, from a configuration to a record. The same call goes on with a run that was interrupted.
 *
 *     const record = await runExperiment({ loss: { name: 'pat', temperature: 2 } }, { outDir: 'data/runs/pat' });
 *     record.scores.meanIoU;
 */
import { InputError, invalid } from '../check';
import { findDataset } from '../datasets';
import { hasLabelledPixel } from '../datasets/labelled';
import type { SegmentationDataset } from '../datasets/types';
import { createModel } from '../models';
import { trainableVariables } from '../models/layers';
import { writeSafetensors } from '../models/safetensors';
import { Adam } from '../engine/adam';
import { loadCheckpoint, saveCheckpoint, writeCheckpoint } from './checkpoint';
import type { TrainingState } from './checkpoint';
import { parseConfig } from '../runs/config';
import { openRepeatedSplit } from './openSplit';
import { finishRun } from './record';
import type { Experiment } from './record';
import { prepareRunFolder } from './prepareRunFolder';
import { repairMetrics } from '../runs/epochs';
import type { EpochMetrics } from '../runs/epochs';
import { appendLine, clearRun, runPaths } from '../runs/folder';
import type { RunPaths } from '../runs/folder';
import { lockRun } from '../runs/lock';
import { tensorboardLog } from './tensorboard/runLog';
import { prepareExecutor, runExecutor } from './runExecutor';
import { countedConfig } from './runLoss';
import { startPosition, stepsPerEpoch, trainLoop } from './train';
import { surveyAndKeepData } from './surveyData';
import type { TrainingBatch } from '../engine/step';
import { readRecord } from '../runs/record';
import type { RunRecord } from '../runs/record';
import type { ExperimentConfig, ExperimentInput } from '../runs/config';

export type { RunRecord } from '../runs/record';
export type { Experiment } from './record';

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

/** Opens the data and builds the network of a configuration; the data set `'auto'` becomes the one found. */
export async function openExperiment(input: ExperimentInput): Promise<Experiment> {
  const config = parseConfig(input);
  const { dataset, seed } = config;
  if (dataset.name === 'auto') dataset.name = await findDataset({ root: dataset.root });
  const train = await openRepeatedSplit(config, 'train');
  const valid = await openRepeatedSplit(config, 'valid');
  for (const dataset of [train, valid]) await checkLabelled(dataset, config);
  const model = createModel({ ...config.model, numClasses: train.numClasses, seed });
  return {
    config,
    train,
    valid,
    model,
    totalSteps: config.epochs * stepsPerEpoch(config, train.length),
  };
}

/** Without a label every loss is 0, and every epoch the best. */
async function checkLabelled(opened: SegmentationDataset, { dataset }: ExperimentConfig) {
  if (await hasLabelledPixel(opened, dataset.voidAs)) return;
  const { split, title } = opened;
  const remedy = `All labels of the ${split} split of ${title} are void: use a split that has some.`;
  throw invalid('runExperiment', 'dataset', 'one with labelled pixels', dataset.name, remedy);
}

/**
 * Trains, validates, keeps the weights of the epoch with the lowest validation loss, and writes the run folder:
 * `config.json`, `metrics.jsonl`, `checkpoints/`, `tensorboard/`, `weights.safetensors`, `record.json`. Called again after an
 * interruption of any kind it goes on, and the weights end up the same bit for bit; after the end it returns the record.
 *
 * @throws InputError for a wrong configuration, a folder with another one, one that another process works in, or a full disk;
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
      const finished = await readRecord(paths.folder);
      if (finished !== undefined) return finished;
      const adam = new Adam(trainableVariables(model), experiment.config.optimizer);
      try {
        return await train(experiment, { model, adam }, paths, { signal, onProgress });
      } finally {
        adam.dispose();
      }
    } finally {
      model.dispose();
    }
  } catch (error) {
    throw diskFull(error) ?? error;
  } finally {
    await lock.release();
  }
}

/** The error of a full disk, with the file that it had no room for. */
function diskFull(error: unknown): InputError | undefined {
  const { code = '', path: file = 'a file of the run' } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new InputError(
    `runExperiment: the disk must have room for ${file}, got ${code}. ` +
      'Free some space; the same command goes on from the last checkpoint.',
  );
}

async function train(
  experiment: Experiment,
  state: TrainingState,
  paths: RunPaths,
  { signal, onProgress }: { signal?: AbortSignal; onProgress: (event: ProgressEvent) => void },
): Promise<RunRecord> {
  const { valid, totalSteps } = experiment;
  const { trainingPixels, notes } = await surveyAndKeepData(experiment, signal);
  for (const text of notes) onProgress({ kind: 'note', text });
  const config = countedConfig(experiment.config, trainingPixels);
  const { everySteps, everySeconds } = config.checkpoints;
  const loaded = await loadCheckpoint(paths.checkpoints, state);
  const onNote = (text: string) => onProgress({ kind: 'note', text });
  loaded?.notes.forEach(onNote);
  const position = loaded?.position ?? startPosition();
  await repairMetrics(paths.metrics, position.epoch);
  onProgress({ kind: 'start', step: position.step, totalSteps, epoch: position.epoch });
  const { tensorboard, images } = config.logging;
  const folder = paths.tensorboard;
  const firstStep = position.step + 1;
  const log = tensorboard ? tensorboardLog({ folder, valid, images, firstStep }) : undefined;
  let savedAt = performance.now();
  let savedStep = position.step;
  const first = { epoch: position.epoch + 1, onNote };
  const executor = runExecutor(config, valid.ignoreIndex, state, first);
  prepareExecutor(executor, config, { train: experiment.train.length, valid: valid.length });
  const save = async () => {
    executor.sync();
    await log?.flush(); // first: what a checkpoint has behind it is never missing in the log
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
      valid,
      state,
      executor,
      position,
      signal,
      onPredictions: (batch) => log?.predictions(batch),
      onStep: async (metrics) => {
        const { step, epoch } = position;
        const { loss } = metrics;
        log?.step(step, metrics);
        onProgress({ kind: 'step', step, totalSteps, epoch: epoch + 1, loss });
        if (isDue()) await save();
      },
      onEpoch: async (metrics, isBest) => {
        await appendLine(paths.metrics, metrics);
        await log?.epoch(metrics, isBest);
        executor.sync();
        if (isBest) await writeCheckpoint(paths.best, state, position);
        await save();
        onProgress({ kind: 'epoch', metrics, epochs: config.epochs, isBest });
      },
      onDiverged: (batch, names) => saveBatch(paths.failedBatch, batch, names),
    });
  } catch (error) {
    if (signal?.aborted && position.step > savedStep) await save();
    throw error;
  } finally {
    executor.dispose();
  }
  return finishRun({ ...experiment, trainingPixels }, state, paths, position, onNote);
}

async function saveBatch(file: string, { images, labels }: TrainingBatch, names: string[]) {
  const stored = new Map([
    ['images', { shape: images.shape, values: (await images.data()) as Float32Array }],
    ['labels', { shape: labels.shape, values: (await labels.data()) as Int32Array }],
  ]);
  await writeSafetensors(file, stored, { names: JSON.stringify(names) });
}
