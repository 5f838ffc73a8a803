/** Every score of a set from the pixels that each class has in it. */
import { meanOfDefined, sum } from '../statistics';

export interface SegmentationScores {
  /** One entry for each class; null for a class in neither labels nor predictions. */
  iou: (number | null)[];
  dice: (number | null)[];
  /** Recall of each class; null for a class absent from the labels. */
  accuracyPerClass: (number | null)[];
  /** Over the classes present in the labels of the whole set. */
  meanIoU: number | null;
  /** Over the classes present in labels or predictions. */
  meanIoUUnion: number | null;
  /** Over the classes present in the labels. */
  meanDice: number | null;
  pixelAccuracy: number | null;
  /** Over the classes present in the labels. */
  meanAccuracy: number | null;
  /** IoU weighted by the share of each class in the labels. */
  frequencyWeightedIoU: number | null;
}

/** Pixels of each class: predicted and labelled as it (`hits`, n_cc), labelled (t_c), predicted (q_c). */
export interface ClassCounts {
  hits: readonly number[];
  labelled: readonly number[];
  predicted: readonly number[];
}

/** What each class has, from the pixels as `[label][prediction]`. */
export function classCounts(counts: readonly (readonly number[])[]): ClassCounts {
  return {
    hits: counts.map((row, c) => row[c]),
    labelled: counts.map(sum),
    predicted: counts.map((_, c) => sum(counts.map((row) => row[c]))),
  };
}

/** All scores from what each class has in the whole set. */
export function scoresFrom({ hits, labelled, predicted }: ClassCounts): SegmentationScores {
  const either = hits.map((_, c) => labelled[c] + predicted[c]);
  const iou = hits.map((hit, c) => definedOr(iouOf(hit, either[c])));
  const dice = hits.map((hit, c) => definedOr(diceOf(hit, either[c])));
  const accuracyPerClass = hits.map((hit, c) => ratio(hit, labelled[c]));
  const present = (_: unknown, c: number) => labelled[c] > 0;
  const weighted = iou.map((value, c) => (value ?? 0) * labelled[c]);
  return {
    iou,
    dice,
    accuracyPerClass,
    meanIoU: meanOfDefined(iou.filter(present)),
    meanIoUUnion: meanOfDefined(iou),
    meanDice: meanOfDefined(dice.filter(present)),
    pixelAccuracy: ratio(sum(hits), sum(labelled)),
    meanAccuracy: meanOfDefined(accuracyPerClass.filter(present)),
    frequencyWeightedIoU: ratio(sum(weighted), sum(labelled)),
  };
}

/** IoU from hits and from labelled + predicted pixels; NaN without any. */
export const iouOf = (hits: number, either: number): number => hits / (either - hits);

/** Dice from the same. */
export const diceOf = (hits: number, either: number): number => (2 * hits) / either;

const definedOr = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Null where the denominator is 0. */
function ratio(numerator: number, denominator: number): number | null {
  return denominator > 0 ? numerator / denominator : null;
}
