/** Scores of images and of sets of images, from their counts. */
import { scoresFrom } from '../metrics';
import type { PerImageCounts, SegmentationScores } from '../metrics';

/** Scores some images as one set; an image may be there more than once. */
export type SetScorer = (images: readonly number[]) => SegmentationScores;

/** Prepared once for many sets: `scorer(images)` only adds up what each class has in them. */
export function setScorer({ hits, labelled, predicted }: PerImageCounts): SetScorer {
  const classes = hits[0]?.length ?? 0;
  const rows = hits.map((row, image) =>
    Float64Array.from([...row, ...labelled[image], ...predicted[image]]),
  );
  const sums = new Float64Array(3 * classes);
  const part = (i: number) => Array.from(sums.subarray(i * classes, (i + 1) * classes));
  return (images) => {
    sums.fill(0);
    for (const image of images) {
      const row = rows[image];
      for (let i = 0; i < sums.length; i++) sums[i] += row[i];
    }
    return scoresFrom({ hits: part(0), labelled: part(1), predicted: part(2) });
  };
}

/** Mean IoU of each image by itself, over the classes in its labels; null for an image without a labelled pixel. */
export function imageMeanIoUs(counts: PerImageCounts): (number | null)[] {
  const scoresOf = setScorer(counts);
  return counts.names.map((_, image) => scoresOf([image]).meanIoU);
}
