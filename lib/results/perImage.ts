/** Scores of images and of sets of images, from their counts. */
import { scoresFrom } from '../metrics';
import type { SegmentationScores } from '../metrics';
import type { PerImageCounts } from '../training/evaluate';

/** The scores of some images as one set; an image may be there more than once. */
export function scoresOfImages(
  { hits, labelled, predicted }: PerImageCounts,
  images: readonly number[],
): SegmentationScores {
  const total = (rows: readonly (readonly number[])[]) => {
    const sums = Array<number>(hits[0]?.length ?? 0).fill(0);
    for (const image of images) {
      const row = rows[image];
      for (let c = 0; c < sums.length; c++) sums[c] += row[c];
    }
    return sums;
  };
  return scoresFrom({ hits: total(hits), labelled: total(labelled), predicted: total(predicted) });
}

/** Mean IoU of each image by itself, over the classes in its labels; null for an image without a labelled pixel. */
export function imageMeanIoUs(counts: PerImageCounts): (number | null)[] {
  return counts.names.map((_, image) => scoresOfImages(counts, [image]).meanIoU);
}
