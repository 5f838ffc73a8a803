/**
 * One experiment, from a configuration to a record. The same call goes on with a run that was interrupted.
 *
 *     const record = await runExperiment({ loss: { name: 'pat', temperature: 2 } }, { outDir: 'data/runs/pat' });
 *     record.scores.meanIoU;
 */
import { invalid } from '../check';
import { findDataset } from '../datasets';
import { isThere, plainFileError } from '../files';
import { hasLabelledPixel } from '../datasets/labelled';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { createModel } from '../models';
import { trainableVariables } from '../models/layers';
import { writeSafetensors } from '../models/safetensors';
import { Adam } from '../engine/adam';
import { saveCheckpoint, writeCheckpoint } from './checkpoint';
import type { TrainingState } from './checkpoint';
import { parseConfig } from '../runs/config';
import { openRepeatedSplit, openTestSplit } from './openSplit';
import { restoreWeights, resumePosition } from './resume';
import { finishRun } from './finishRun';
import type { Experiment } from './finishRun';
import { keepTrainingPixels, prepareRunFolder } from './prepareRunFolder';
import { identifyData } from '../runs/dataIdentity';
import type { RunFacts } from '../runs/facts';
import { repairMetrics } from '../runs/epochs';
import type { EpochMetrics } from '../runs/epochs';
import { appendLine, clearRun, runPaths } from '../runs/runFolder';
import type { RunPaths } from '../runs/runFolder';
import { lockRun } from '../runs/lock';
import { criteriaOf } from '../runs/selection';
import type { RunLock } from '../runs/lock';
import { verifiedWeights } from '../runs/weights';
import { tensorboardLog } from './tensorboard/runLog';
import { prepareExecutor, runExecutor } from './runExecutor';
import { countedConfig } from './runLoss';
import { stepsPerEpoch, trainLoop } from './trainLoop';
import { surveyAndKeepData } from './surveyData';
import type { TrainingBatch } from '../engine/trainingStep';
import type { RunRecord } from '../runs/record';
import type { ExperimentConfig, ExperimentInput } from '../runs/config';

export type { RunRecord } from '../runs/record';
export type { Experiment } from './finishRun';

/** What a run tells while it goes on. */
export type ProgressEvent =
  | {
      kind: 'start';
      step: number;
      totalSteps: number;
      epoch: number;
      execution: ExperimentConfig['execution'];
    }
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
export async function openExperiment(config: ExperimentConfig): Promise<Experiment> {
  const { dataset, seed } = config;
  if (dataset.name === 'auto') dataset.name = await findDataset({ root: dataset.root });
  const train = await openRepeatedSplit(config, 'train');
  const valid = await openRepeatedSplit(config, 'valid');
  for (const dataset of [train, valid]) await checkLabelled(dataset, config);
  const test = await openTestSplit(config); // now: a file that is missing is told before the training, not after it
  const model = createModel({ ...config.model, numClasses: train.numClasses, seed });
  return {
    config,
    train,
    valid,
    test,
    model,
    totalSteps: config.epochs * stepsPerEpoch(config, train.length),
  };
}

/**
 * Without a label every loss is 0, and every epoch the best. It reads one label map of a split that has labels, before the run's
 * folder is touched; `surveyData` reads all, later.
 */
async function checkLabelled(opened: SegmentationDataset, { dataset }: ExperimentConfig) {
  if (await hasLabelledPixel(opened, dataset.voidAs)) return;
  const { split, title } = opened;
  const remedy = `All labels of the ${split} split of ${title} are void: use a split that has some.`;
  throw invalid('runExperiment', 'dataset', 'one with labelled pixels', dataset.name, remedy);
}

/**
 * Trains, validates, keeps the weights of the best epoch (setting `selection`; default: the lowest validation loss), and writes the run folder:
 * `config.json`, `metrics.jsonl`, `checkpoints/`, `tensorboard/`, `weights.safetensors`, `record.json`. Called again after an
 * interruption of any kind it goes on, and the weights end up the same bit for bit; after the end it returns the record.
 *
 * @throws InputError for a wrong configuration, a folder with another one, one that another process works in, or a full disk;
 *   DivergedError at a loss or gradient that is not finite (the batch is in `failed-batch.safetensors`); the signal's
 *   reason after an abort.
 */
export async function runExperiment(
  input: ExperimentInput,
  options: RunOptions,
): Promise<RunRecord> {
  const { outDir } = options;
  if (typeof outDir !== 'string' || outDir === '') {
    throw invalid('runExperiment', 'outDir', 'a folder', outDir);
  }
  return runParsed(parseConfig(input), options); // a wrong one must not touch the folder
}

/** As `runExperiment`, for a configuration that `parseConfig` has given. */
export async function runParsed(
  config: ExperimentConfig,
  { outDir, fresh = false, signal, onProgress = () => {} }: RunOptions,
): Promise<RunRecord> {
  const paths = runPaths(outDir);
  const lock = await lockRun(paths.folder);
  try {
    const onNote = (text: string) => onProgress({ kind: 'note', text });
    if (lock.takenOver) {
      onNote(`took over the lock of process ${lock.takenOver.pid}, which is gone`);
    }
    if (fresh) await clearRun(paths);
    const experiment = await openExperiment(config);
    const { model } = experiment;
    try {
      const contents = config.dataset.checkContents;
      const data = await identifyData(experiment, { contents, signal });
      const { facts, finished } = await prepareRunFolder(paths, config, data, onNote);
      const adam = new Adam(trainableVariables(model), config.optimizer);
      try {
        const state = { model, adam };
        if (finished === undefined) {
          return await train({ ...experiment, facts }, state, paths, { lock, signal, onProgress });
        }
        if (!(await isThere('runExperiment', paths.weights))) {
          await restoreWeights(state, paths);
          onNote(`${paths.weights} was gone: written anew from the checkpoint of the best epoch`);
        }
        await verifiedWeights('runExperiment', paths.folder, finished);
        return finished;
      } finally {
        adam.dispose();
      }
    } finally {
      model.dispose();
    }
  } catch (error) {
    throw plainFileError('runExperiment', error) ?? error;
  } finally {
    await lock.release();
  }
}

async function train(
  experiment: Experiment & { facts: RunFacts },
  state: TrainingState,
  paths: RunPaths,
  {
    lock,
    signal,
    onProgress,
  }: { lock: RunLock; signal?: AbortSignal; onProgress: (event: ProgressEvent) => void },
): Promise<RunRecord> {
  const { valid, totalSteps } = experiment;
  const { trainingPixels, notes } = await surveyAndKeepData(experiment, signal);
  for (const text of notes) onProgress({ kind: 'note', text });
  const { facts } = experiment;
  await keepTrainingPixels(paths, facts, trainingPixels, experiment.train.classNames);
  const config = countedConfig(experiment.config, trainingPixels);
  const { everySteps, everySeconds } = config.checkpoints;
  const onNote = (text: string) => onProgress({ kind: 'note', text });
  const position = await resumePosition(config, state, paths, facts.data?.id, onNote);
  const metricsFile = await repairMetrics(paths.metrics, position.epoch, position.history);
  position.history = metricsFile.kept;
  gapNotes(paths.metrics, metricsFile).forEach(onNote);
  const { step, epoch } = position;
  onProgress({ kind: 'start', step, totalSteps, epoch, execution: config.execution });
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
        lock.check();
        log?.step(step, metrics);
        onProgress({ kind: 'step', step, totalSteps, epoch: epoch + 1, loss });
        if (isDue()) await save();
      },
      onEpoch: async (metrics, bestBy) => {
        const [first] = criteriaOf(config);
        const isBest = bestBy.includes(first);
        lock.check();
        await appendLine(paths.metrics, metrics);
        position.history?.push(metrics);
        await log?.epoch(metrics, isBest);
        executor.sync();
        for (const criterion of bestBy) {
          const file = criterion === first ? paths.best : paths.bestBy(criterion);
          await writeCheckpoint(file, state, position);
        }
        await save();
        onProgress({ kind: 'epoch', metrics, epochs: config.epochs, isBest });
      },
      onDiverged: (batch, names) => saveBatch(paths.failedBatch, batch, names),
    });
  } catch (error) {
    lock.check();
    if (signal?.aborted && position.step > savedStep) await save();
    throw error;
  } finally {
    executor.dispose();
  }
  lock.check();
  return finishRun({ ...experiment, trainingPixels }, state, paths, position, onNote);
}

/** What to say of epochs that `metrics.jsonl` had lost. */
function gapNotes(file: string, { rebuilt, missing }: { rebuilt: number[]; missing: number[] }) {
  return [
    ...(rebuilt.length > 0
      ? [`${file} had lost epochs ${rebuilt.join(', ')}: written anew from the checkpoint`]
      : []),
    ...(missing.length > 0
      ? [`${file} has lost epochs ${missing.join(', ')}: the record names them as missing`]
      : []),
  ];
}

async function saveBatch(file: string, { images, labels }: TrainingBatch, names: string[]) {
  const stored = new Map([
    ['images', { shape: images.shape, values: (await images.data()) as Float32Array }],
    ['labels', { shape: labels.shape, values: (await labels.data()) as Int32Array }],
  ]);
  await writeSafetensors(file, stored, { names: JSON.stringify(names) });
}
