/** What a run stores of every image it scored, and the scores of each class in each image. */
import { diceOf, iouOf } from './scores';
import type { ClassCounts } from './scores';

/** Pixels of each class in each image, `[image][class]`; from them every score of any set of images follows. */
export interface PerImageCounts {
  /** Of the samples, in the order of the rows. */
  names: string[];
  /** Labelled and predicted as the class. */
  hits: (readonly number[])[];
  labelled: (readonly number[])[];
  predicted: (readonly number[])[];
}

/** One score as `[image][class]`; null where the image has no label of the class. */
export type ImageClassTable = (number | null)[][];

/** IoU and Dice of each class in each image. The rows of drawn images are a table again. */
export function imageClassScores({ hits, labelled, predicted }: PerImageCounts): {
  iou: ImageClassTable;
  dice: ImageClassTable;
} {
  const table = (score: (hits: number, either: number) => number) =>
    hits.map((row, i) =>
      row.map((hit, c) =>
        labelled[i][c] > 0 ? score(hit, labelled[i][c] + predicted[i][c]) : null,
      ),
    );
  return {
    iou: table(iouOf),
    dice: table(diceOf),
  };
}

/** Pixels of each class in the images `from` … `to` − 1 (default: all) together. */
export function summedCounts(
  { hits, labelled, predicted }: PerImageCounts,
  from = 0,
  to = hits.length,
): ClassCounts {
  const summed = (rows: PerImageCounts['hits']) => {
    const totals = (rows[0] ?? []).map(() => 0);
    for (const row of rows.slice(from, to)) row.forEach((count, c) => (totals[c] += count));
    return totals;
  };
  return { hits: summed(hits), labelled: summed(labelled), predicted: summed(predicted) };
}
