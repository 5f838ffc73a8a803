/** Whether a run's data can be read and learnt from, found out before the first step. */
import { keepSplit } from '../datasets';
import { invalid } from '../check';
import { labelDoubts, surveyReadable } from '../datasets/survey';
import type { SegmentationDataset } from '../datasets/datasetTypes';
import type { Experiment } from './finishRun';
import { splitOptions } from './openSplit';

/** The splits of a run. */
interface RunSplits {
  train: SegmentationDataset;
  valid: SegmentationDataset;
  test?: SegmentationDataset;
}

export interface DataSurvey {
  /** Labelled pixels of each class in the training split. */
  trainingPixels: number[];
  /** What is doubtful, in sentences. */
  notes: string[];
}

/**
 * Reads every label map and every image's header of all splits (of drawn scenes, the training split's labels alone).
 *
 * @throws InputError for fewer than two classes, and one that lists what cannot be read in a split; the signal's reason
 *   after an abort.
 */
export async function surveyData(
  { train, valid, test }: RunSplits,
  signal?: AbortSignal,
): Promise<DataSurvey> {
  const { numClasses, title, real } = train;
  if (numClasses < 2) {
    const remedy =
      "Add one to classes.json, such as the background, or set dataset.voidAs to 'class'.";
    throw invalid('runExperiment', `classes of ${title}`, 'at least 2', numClasses, remedy);
  }
  const survey = await surveyReadable(train, signal);
  const notes = [...(train.remarks ?? []), ...labelDoubts(train, survey)];
  for (const split of real ? [valid, ...(test ? [test] : [])] : []) {
    await surveyReadable(split, signal);
    notes.push(...(split.remarks ?? []));
  }
  return { trainingPixels: survey.classPixels, notes: [...new Set(notes)] }; // splits share what is so of the set
}

/** The same at the start of a training, from when on a split that the kit drew must not change: it is written down. */
export async function surveyAndKeepData(
  { config, ...splits }: RunSplits & Pick<Experiment, 'config'>,
  signal?: AbortSignal,
): Promise<DataSurvey> {
  const survey = await surveyData(splits, signal);
  await keepSplit(splitOptions(config, 'train'));
  return survey;
}
