/** Pixels of each class in a split: what losses with `classCounts: 'dataset'` weigh by, kept in every record. */
import { surveyReadable } from '../datasets/survey';
import type { SegmentationDataset } from '../datasets/datasetTypes';

/**
 * Labelled pixels of each class over the whole split, without augmentation, at the size that the data set was opened
 * with; ignored pixels are left out. Reads label maps alone.
 *
 * @throws the signal's reason after an abort, and InputError that lists the samples that cannot be read.
 */
export async function countPixels(
  dataset: SegmentationDataset,
  signal?: AbortSignal,
): Promise<number[]> {
  return (await surveyReadable(dataset, signal)).classPixels;
}
