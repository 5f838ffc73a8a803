/** The end of a run: its best weights, their scores, and `record.json`. */
import { rm } from 'node:fs/promises';
import { writeAtomically } from '../atomicFile';
import { deviceReport } from '../backend';
import type { tf } from '../backend';
import { logitAdjustment } from '../decisions';
import { hasLabelledPixel } from '../datasets/labelled';
import { hashFile } from '../datasets/download/partFile';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import { parameterCount, saveWeights } from '../models';
import { readCheckpoint } from './checkpoint';
import { missingEpochs } from '../runs/epochs';
import type { RunFacts } from '../runs/facts';
import type { RunPosition } from '../runs/position';
import type { RunRecord } from '../runs/record';
import type { TrainingState } from './checkpoint';
import type { RunPaths } from '../runs/runFolder';
import { chooseStrength } from './decisionStrength';
import { evaluate } from './evaluateNetwork';
import { countedConfig, plainCrossEntropy } from './runLoss';
import { validate } from './trainLoop';
import type { ExperimentConfig } from '../runs/config';
import { criteriaOf } from '../runs/selection';

/** A run's data and network, ready to train. */
export interface Experiment {
  config: ExperimentConfig;
  train: SegmentationDataset;
  valid: SegmentationDataset;
  /** Where the data set has one. */
  test?: SegmentationDataset;
  /** The caller disposes it. */
  model: tf.LayersModel;
  totalSteps: number;
}

/** An experiment whose training has ended. */
export interface TrainedExperiment extends Experiment {
  trainingPixels: number[];
  facts: RunFacts;
}

/**
 * Restores the best weights, scores them, and writes the weights and the record.
 *
 * Option `onNote`: told of what is not as one may expect, such as a test split without labels
 * @throws what reading the splits throws; the checkpoints stay.
 */
export async function finishRun(
  { config, train, valid, test: testSplit, model, trainingPixels, facts }: TrainedExperiment,
  state: TrainingState,
  paths: RunPaths,
  { epoch, step, best, kept = {}, seconds, history = [] }: RunPosition,
  onNote: (text: string) => void = () => {},
): Promise<RunRecord> {
  const counted = countedConfig(config, trainingPixels);
  const scored = async (checkpoint: string) => {
    await readCheckpoint(checkpoint, state);
    const { scores, counts, perImage, crossEntropy } = await validate(counted, model, valid, {
      onNote,
    });
    const test = await testScores({ config, model, test: testSplit }, onNote);
    const validationCrossEntropy = crossEntropy as number;
    return {
      scores,
      counts,
      validationCrossEntropy,
      ...(test === undefined ? { perImage } : { test }),
    };
  };
  const selected: RunRecord['selected'] = {};
  for (const criterion of criteriaOf(config).slice(1)) {
    const best = kept[criterion];
    if (best) selected[criterion] = { ...best, ...(await scored(paths.bestBy(criterion))) };
  }
  const chosen = await scored(paths.best); // last: its weights are the run's
  const adjusted =
    config.loss.name === 'crossEntropy'
      ? await adjustedScores(
          { config, model, valid, scored: 'test' in chosen ? testSplit : valid, trainingPixels },
          onNote,
        )
      : undefined;
  await saveWeights(model, paths.weights);
  const { tensorflow, tfjs, node, device, threads, backend } = deviceReport();
  const missing = missingEpochs(history, epoch);
  const record: RunRecord = {
    config,
    classNames: [...train.classNames],
    ...(facts.data && { data: facts.data }),
    samples: { train: train.length, valid: valid.length },
    trainingPixels,
    parameters: parameterCount(model),
    epochs: epoch,
    steps: step,
    ...(missing.length > 0 && { missingEpochs: missing }),
    stoppedBy: epoch < config.epochs ? 'patience' : 'epochs',
    best: best as NonNullable<RunPosition['best']>,
    ...chosen,
    ...(adjusted && { adjusted }),
    ...(Object.keys(selected).length > 0 && { selected }),
    weightsSha256: await hashFile(paths.weights, 'sha256'),
    versions: { tensorflow, tfjs, node },
    device: { device, threads, backend },
    times: { finished: new Date().toISOString(), seconds },
  };
  await writeAtomically(paths.record, Buffer.from(recordText(record)));
  await rm(paths.failedBatch, { force: true });
  return record;
}

/** Undefined without a test split, or one that has labels. */
async function testScores(
  { config, model, test: split }: Pick<Experiment, 'config' | 'model' | 'test'>,
  onNote: (text: string) => void,
): Promise<RunRecord['test']> {
  if (split === undefined) return undefined;
  if (!(await hasLabelledPixel(split, config.dataset.voidAs))) {
    onNote(
      `the test split of ${split.title} has no labelled pixel, which is no test split: ` +
        'the record holds the counts of each validation image instead',
    );
    return undefined;
  }
  const { scores, counts, perImage, crossEntropy } = await evaluate(model, split, {
    batchSize: config.batchSize,
    onNote,
    crossEntropy: plainCrossEntropy(split.ignoreIndex),
  });
  return { scores, counts, perImage, crossEntropy: crossEntropy as number };
}

/** What the same weights reach with logits less t·log prior, t chosen on the validation split. */
async function adjustedScores(
  {
    config: { batchSize },
    model,
    valid,
    scored = valid,
    trainingPixels,
  }: Pick<TrainedExperiment, 'config' | 'model' | 'valid' | 'trainingPixels'> & {
    scored?: SegmentationDataset;
  },
  onNote: (text: string) => void,
): Promise<NonNullable<RunRecord['adjusted']>> {
  const strength = await chooseStrength(model, valid, trainingPixels, { batchSize, onNote });
  const bias = logitAdjustment(trainingPixels, strength);
  const { counts, perImage } = await evaluate(model, scored, { batchSize, bias, onNote });
  return { strength, counts, perImage };
}

/** Indented JSON with each row of numbers on one line. */
function recordText(record: RunRecord): string {
  const text = JSON.stringify(record, null, 2);
  const rows = text.replace(/\[[\s\d,]*\d\s*\]/g, (row) => row.replace(/\s+/g, ''));
  return `${rows}\n`;
}
