/** Runs on the same images, their predictions side by side, for images picked by rule. */
import { pickImages, pickRules } from './pickImages';
import type { PickRule, PickedImage } from './pickImages';
import { InputError, checkOneOf, invalid } from '../check';
import { cellInterrupt } from '../interrupt';
import type { Sample, SegmentationDataset } from '../datasets/datasetTypes';
import { openSplit } from '../training/openSplit';
import { changes, predictSamples, reportedImages } from './runPredictions';
import type { TrainingRun } from '../runs/trainingRuns';
import { areOnSameImages } from './scoredData';
import { imageMeanIoUs } from './scorer';

export interface ImageComparisonOptions {
  /**
   * Score by which images are picked: the mean over the runs of an image's mean IoU (default), or its change from the
   * first run to the last.
   */
  by?: 'mean' | 'change';
  /** Default: all (`pickRules`). */
  rules?: readonly PickRule[];
  signal?: AbortSignal;
  /** Runs whose predictions are there, and all. */
  onProgress?: (done: number, total: number) => void;
}

/** A picked image with what each run makes of it. */
export interface ComparedImage extends PickedImage {
  /** At the size the runs see. */
  sample: Sample;
  /** Class ids `[height, width]` by each run. */
  predictions: Uint8Array[];
  /** Mean IoU on this image by each run, over the classes in its labels. */
  meanIoU: (number | null)[];
}

export interface ImageComparison {
  runs: readonly TrainingRun[];
  /** The split the runs are reported on: test where the data set has it, else validation. */
  dataset: SegmentationDataset;
  by: 'mean' | 'change';
  images: ComparedImage[];
  /** Mean IoU of every image of the split, `[run][image]`. */
  meanIoU: (number | null)[][];
}

/**
 * Scores every image of the split by each run, picks images by rule, and predicts these by each run's kept weights.
 *
 * @throws InputError for no run, runs that were not scored on the same images, and data at hand that is not theirs; the
 *   signal's reason after an abort.
 */
export async function compareImages(
  runs: readonly TrainingRun[],
  {
    by = 'mean',
    rules = pickRules,
    signal = cellInterrupt(),
    onProgress,
  }: ImageComparisonOptions = {},
): Promise<ImageComparison> {
  const where = 'compareImages';
  if (runs.length === 0) throw invalid(where, 'runs', 'a non-empty array', '[]');
  checkOneOf(where, 'by', by, ['mean', 'change']);
  const reported: Awaited<ReturnType<typeof reportedImages>>[] = [];
  for (const run of runs) reported.push(await reportedImages(run, { signal }));
  const [{ split, perImage }] = reported;
  const { names, labelled } = perImage;
  runs.forEach((run, i) => {
    const same = areOnSameImages([run.record, runs[0].record]) && reported[i].split === split;
    if (same && reported[i].perImage.names.join('\n') === names.join('\n')) return;
    throw invalid(where, 'runs', `scored on the images of ${runs[0].folder}`, run.folder);
  });
  const meanIoU = reported.map((images) => imageMeanIoUs(images.perImage));
  const scores = by === 'mean' ? means(meanIoU) : changes(meanIoU[0], meanIoU[runs.length - 1]);
  const picked = pickImages({ names, scores, labelled }, rules);
  const indices = picked.map(({ index }) => index);
  const predicted: Awaited<ReturnType<typeof predictSamples>>[] = [];
  for (const run of runs) {
    signal?.throwIfAborted();
    predicted.push(await predictSamples(run, indices, { split }));
    onProgress?.(predicted.length, runs.length);
  }
  const images = picked.map((image, i): ComparedImage => {
    const { sample } = predicted[0][i];
    checkName(sample.name, image.name);
    return {
      ...image,
      sample,
      predictions: predicted.map((results) => results[i].prediction),
      meanIoU: meanIoU.map((values) => values[image.index]),
    };
  });
  return { runs, dataset: await openSplit(runs[0].record.config, split), by, images, meanIoU };
}

/** Whether the images that a run is reported on can be opened here. */
export async function hasImages({ record }: TrainingRun): Promise<boolean> {
  try {
    await openSplit(record.config, record.test === undefined ? 'valid' : 'test');
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function checkName(atHand: string, recorded: string): void {
  if (atHand === recorded) return;
  throw new InputError(
    `compareImages: the data set must hold the images that the runs were scored on, got '${atHand}' in place of ` +
      `'${recorded}'. Set PAT_DATA_DIR to the folder of the data they were trained on.`,
  );
}

/** Of each image over the runs; null where a run has no score. */
function means(meanIoU: readonly (number | null)[][]): (number | null)[] {
  return meanIoU[0].map((_, image) =>
    meanIoU.reduce<number | null>((sum, values) => {
      const value = values[image];
      return sum === null || value === null ? null : sum + value / meanIoU.length;
    }, 0),
  );
}
