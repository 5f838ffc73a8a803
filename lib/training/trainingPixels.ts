/** Pixels of each class in a split: what losses with `classCounts: 'dataset'` weigh by, kept in every record. */
import { tf } from '../backend';
import { prefetch } from '../datasets/prefetch';
import type { LabelMap, SegmentationDataset } from '../datasets/types';

/** Label maps counted at a time. */
const AT_A_TIME = 16;

/**
 * Labelled pixels of each class over the whole split, without augmentation, at the size that the data set was opened
 * with; ignored pixels are left out. Reads label maps alone.
 *
 * @throws the signal's reason after an abort, and what reading a label map throws.
 */
export async function countPixels(
  dataset: SegmentationDataset,
  signal?: AbortSignal,
): Promise<number[]> {
  const totals = dataset.classNames.map(() => 0);
  const indices = Array.from({ length: dataset.length }, (_, index) => index);
  const read = (index: number) => dataset.labelMap(index);
  let maps: LabelMap[] = [];
  signal?.throwIfAborted();
  for await (const map of prefetch(indices, read, { ahead: AT_A_TIME })) {
    signal?.throwIfAborted();
    if (maps.push(map) === AT_A_TIME) await count();
  }
  if (maps.length > 0) await count();
  return totals;

  async function count(): Promise<void> {
    const counts = tf.tidy(() => {
      const labels = tf.concat(maps.map((map) => tf.tensor1d(map.labels, 'int32')));
      // Ignored pixels hold 255, beyond the last bin.
      return tf.bincount(labels, tf.tensor1d([], 'int32'), dataset.numClasses);
    });
    maps = [];
    (await counts.data()).forEach((pixels, classId) => (totals[classId] += pixels));
    counts.dispose();
  }
}
