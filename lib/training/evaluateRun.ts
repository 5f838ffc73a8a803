/** Scores of a finished run on any split, also of another data set. */
import { InputError, invalid } from '../check';
import { makeFolder } from '../files';
import type { SegmentationDataset, Split } from '../datasets/datasetTypes';
import { classGroups } from '../metrics';
import type { ClassGroup } from '../metrics';
import { createModel, loadWeights } from '../models';
import { parseStoredConfig, readConfig } from '../runs/config';
import type { tf } from '../backend';
import { logitAdjustment } from '../decisions';
import { chooseStrength } from './decisionStrength';
import { evaluate } from './evaluateNetwork';
import type { Evaluation, PredictedBatch } from './evaluateNetwork';
import { openSplit } from './openSplit';
import { writePalettePng } from './palettePng';
import { isKnownLoss } from '../runs/lossConfig';
import { loadRunPlugins } from '../runs/runPlugins';
import { readRecord } from '../runs/record';
import type { RunRecord } from '../runs/record';
import { verifiedWeights } from '../runs/weights';
import { checkClassNames, runDataDifference } from './runData';
import { countedConfig, plainCrossEntropy, validationLosses } from './runLoss';
import { countPixels } from './trainingPixels';
import type { ExperimentConfig } from '../runs/config';

export interface RunEvaluationOptions {
  /** Default `'valid'`. */
  split?: Split;
  /** Name of another data set with as many classes (default: the run's). */
  data?: string;
  /** Folder for the predictions as palette PNGs at the run's image size (default: none are written). */
  predictions?: string;
  /**
   * Whose pixels make a class head, body or tail: those of the split evaluated (default), or of the training split, as
   * is usual for long-tailed sets; then all its label maps are read.
   */
  groupsBy?: 'split' | 'train';
  /**
   * How logits become a class: the highest (default), or the highest less t·log prior of the training split
   * (`logitAdjustment`).
   */
  decision?: 'argmax' | 'adjusted';
  /** t of `'adjusted'` (default: the best on the validation split, see `chooseStrength`). */
  strength?: number;
  signal?: AbortSignal;
  /** Told where the model cannot be a graph, with the reason, and in what the data are not those of the run. */
  onNote?: (text: string) => void;
  /** Files with the run's own losses and networks, for a run whose folder does not hold them. */
  plugins?: readonly string[];
  /** Samples done and in all. */
  onProgress?: (done: number, total: number) => void;
}

export interface RunEvaluation extends Evaluation {
  dataset: SegmentationDataset;
  groups: ClassGroup[];
  /** The rule that decided, with its t and where that comes from; undefined for argmax. */
  decision?: { rule: 'adjusted'; strength: number; chosenOn: 'valid' | 'given' };
  /** In what the data are not those of the run, in words; undefined where they are, or the run does not tell. */
  changed?: string;
}

/**
 * Evaluates the weights that a run kept (`weights.safetensors`) with its own settings.
 *
 * @throws InputError for a folder without a finished run, weights that are not those of its record, a data set with
 *   another number of classes or with the run's in another order, and what `openDataset` and `loadWeights` throw.
 */
export async function evaluateRun(
  folder: string,
  {
    split = 'valid',
    data,
    predictions,
    groupsBy = 'split',
    decision = 'argmax',
    strength,
    plugins,
    ...rest
  }: RunEvaluationOptions = {},
): Promise<RunEvaluation> {
  const [config, record] = [await readConfig('evaluateRun', folder), await readRecord(folder)];
  if (config === undefined || record === undefined) {
    throw new InputError(
      `evaluateRun: run must be the folder of a finished run, got '${folder}' without a readable ` +
        `${config === undefined ? 'config.json' : 'record.json'}. ` +
        `Run npm run train with --out ${folder} to its end.`,
    );
  }
  const { classNames, trainingPixels } = record;
  const { signal, onNote, onProgress } = rest;
  loadRunPlugins('evaluateRun', folder, config, { given: plugins, onNote });
  const evaluated = data === undefined ? config : withData(config, data);
  const dataset = await openSplit(evaluated, split);
  if (dataset.numClasses !== classNames.length) {
    const expected = `a data set of ${classNames.length} classes, as the run's`;
    throw invalid('evaluateRun', 'data', expected, `${dataset.name} with ${dataset.numClasses}`);
  }
  const changed =
    data === undefined
      ? await runDataDifference('evaluateRun', { folder, record }, dataset)
      : otherNames(record, dataset);
  if (changed !== undefined) onNote?.(changed);
  const weights = await verifiedWeights('evaluateRun', folder, record);
  const model = createModel({ ...config.model, numClasses: dataset.numClasses });
  try {
    await loadWeights(model, weights);
    if (predictions !== undefined) await makeFolder('evaluateRun', predictions);
    const adjusted =
      decision === 'adjusted'
        ? await adjustment(model, { config, record, strength, signal, onNote })
        : undefined;
    const result = await evaluate(model, dataset, {
      batchSize: config.batchSize,
      bias: adjusted?.bias,
      ...knownLosses(countedConfig(config, trainingPixels), dataset.ignoreIndex),
      signal,
      onNote,
      onBatch: (done) => onProgress?.(done, dataset.length),
      onPredictions: async (batch) => {
        if (predictions !== undefined) await writePredictions(predictions, batch, dataset);
      },
    });
    const pixels =
      groupsBy === 'train'
        ? await countPixels(await openSplit(evaluated, 'train'), signal)
        : undefined;
    const groups = classGroups(result.counts, result.scores.iou, pixels);
    return { ...result, dataset, groups, changed, decision: adjusted?.decision };
  } finally {
    model.dispose();
  }
}

/** What is taken off the logits, and why so much. The prior is that of the split that the run was trained on. */
async function adjustment(
  model: tf.LayersModel,
  {
    config,
    record,
    strength: given,
    signal,
    onNote,
  }: Pick<RunEvaluationOptions, 'strength' | 'signal' | 'onNote'> & {
    config: ExperimentConfig;
    record: RunRecord;
  },
) {
  const pixels =
    record.trainingPixels ?? (await countPixels(await openSplit(config, 'train'), signal));
  const { batchSize } = config;
  const strength =
    given ??
    (await chooseStrength(model, await openSplit(config, 'valid'), pixels, {
      ...{ batchSize, signal, onNote },
    }));
  const chosenOn = given === undefined ? ('valid' as const) : ('given' as const);
  return {
    bias: logitAdjustment(pixels, strength),
    decision: { rule: 'adjusted' as const, strength, chosenOn },
  };
}

/**
 * What to say of the classes of another data set.
 *
 * @throws InputError for the run's classes in another order.
 */
function otherNames(record: RunRecord, dataset: SegmentationDataset): string | undefined {
  const { classNames } = dataset;
  if (classNames.every((name) => record.classNames.includes(name))) {
    checkClassNames('evaluateRun', record, dataset);
    return undefined;
  }
  const [is, was] = [classNames, record.classNames].map((names) => names.join(', '));
  return `the classes have other names: ${is} (the run learnt ${was})`;
}

/** Another data set at the run's size; options that belong to the run's own set do not carry over. */
function withData(config: ExperimentConfig, name: string): ExperimentConfig {
  const { size, seed, voidAs } = config.dataset;
  return parseStoredConfig({ ...config, dataset: { name, size, seed, voidAs } });
}

/** The run's loss is left out where it was defined in a cell of another process. */
function knownLosses(config: ExperimentConfig, ignoreIndex: number) {
  if (isKnownLoss(config.loss)) return validationLosses(config, ignoreIndex);
  return { crossEntropy: plainCrossEntropy(ignoreIndex) };
}

async function writePredictions(
  folder: string,
  { names, height, width, predictions }: PredictedBatch,
  { palette }: SegmentationDataset,
): Promise<void> {
  const pixels = height * width;
  for (const [i, name] of names.entries()) {
    const ids = predictions.subarray(i * pixels, (i + 1) * pixels);
    await writePalettePng('evaluateRun', folder, name, ids, { height, width, palette });
  }
}
