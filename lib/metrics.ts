/**
 * Segmentation scores, all from one confusion matrix over the whole set.
 *
 *     const matrix = new ConfusionMatrix(12, { ignoreIndex: 255 });
 *     matrix.update(labels, predictions); // for each batch
 *     matrix.scores().meanIoU;
 *
 * With n_lp the pixels of label l predicted as p, t_c = Σ_p n_cp, q_c = Σ_l n_lc: IoU = n_cc/(t_c + q_c − n_cc),
 * Dice = 2·n_cc/(t_c + q_c), accuracy = n_cc/t_c. A score whose denominator is 0 is null.
 */
import { tf } from './backend';
import { checkNumber, checkSameShape, described, invalid } from './check';

/** Class ids in any shape: an array, a typed array, or a tensor. */
export type ClassMap = ArrayLike<number> | tf.Tensor;

export interface ConfusionMatrixOptions {
  /** Label of pixels that do not count, whatever is predicted there (default 255). */
  ignoreIndex?: number;
}

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

/** Scores that are one number. */
export type ScoreName =
  | 'meanIoU'
  | 'meanIoUUnion'
  | 'meanDice'
  | 'pixelAccuracy'
  | 'meanAccuracy'
  | 'frequencyWeightedIoU';

export const scoreNames: readonly ScoreName[] = [
  'meanIoU',
  'meanIoUUnion',
  'meanDice',
  'pixelAccuracy',
  'meanAccuracy',
  'frequencyWeightedIoU',
];

export class ConfusionMatrix {
  readonly numClasses: number;
  readonly ignoreIndex: number;
  /** Row-major `[label][prediction]`. */
  private readonly cells: Float64Array;

  constructor(numClasses: number, { ignoreIndex = 255 }: ConfusionMatrixOptions = {}) {
    this.numClasses = checkNumber('ConfusionMatrix', 'numClasses', numClasses, {
      min: 1,
      integer: true,
    });
    this.ignoreIndex = checkNumber('ConfusionMatrix', 'ignoreIndex', ignoreIndex, {
      integer: true,
    });
    this.cells = new Float64Array(numClasses * numClasses);
  }

  /**
   * Adds a batch. Tensors are read and not disposed.
   *
   * @throws InputError for unequal sizes and for ids outside 0 … numClasses − 1; the matrix is then as it was.
   */
  update(labels: ClassMap, predictions: ClassMap): void {
    const where = 'ConfusionMatrix.update';
    if (labels instanceof tf.Tensor && predictions instanceof tf.Tensor) {
      checkSameShape(where, 'predictions', predictions.shape, labels.shape);
    }
    const truth = valuesOf(where, 'labels', labels);
    const guesses = valuesOf(where, 'predictions', predictions);
    if (truth.length !== guesses.length) {
      const expected = `as long as labels (${truth.length})`;
      throw invalid(where, 'predictions', expected, described(`${guesses.length} values`));
    }
    const { numClasses, ignoreIndex } = this;
    const added = new Float64Array(this.cells.length);
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i];
      if (label === ignoreIndex) continue;
      const prediction = guesses[i];
      if (!isClass(label, numClasses) || !isClass(prediction, numClasses)) {
        throw outOfRange(where, i, truth, guesses, this);
      }
      added[label * numClasses + prediction]++;
    }
    added.forEach((count, cell) => (this.cells[cell] += count));
  }

  /** Adds the pixels of another matrix of as many classes. */
  add(other: ConfusionMatrix): void {
    if (other.numClasses !== this.numClasses) {
      throw invalid(
        'ConfusionMatrix.add',
        'other',
        `a matrix of ${this.numClasses} classes`,
        described(`${other.numClasses} classes`),
      );
    }
    other.cells.forEach((count, cell) => (this.cells[cell] += count));
  }

  /** Pixels as `[label][prediction]`. */
  counts(): number[][] {
    const { numClasses } = this;
    return Array.from({ length: numClasses }, (_, label) =>
      Array.from(this.cells.subarray(label * numClasses, (label + 1) * numClasses)),
    );
  }

  /** Pixels of each class. */
  classCounts(): ClassCounts {
    const counts = this.counts();
    return {
      hits: counts.map((row, c) => row[c]),
      labelled: counts.map(sum),
      predicted: counts.map((_, c) => sum(counts.map((row) => row[c]))),
    };
  }

  scores(): SegmentationScores {
    return scoresFrom(this.classCounts());
  }
}

/** Pixels of each class: predicted and labelled as it (`hits`, n_cc), labelled (t_c), predicted (q_c). */
export interface ClassCounts {
  hits: readonly number[];
  labelled: readonly number[];
  predicted: readonly number[];
}

/** All scores from what each class has in the whole set. */
export function scoresFrom({ hits, labelled, predicted }: ClassCounts): SegmentationScores {
  const either = hits.map((_, c) => labelled[c] + predicted[c]);
  const iou = hits.map((hit, c) => ratio(hit, either[c] - hit));
  const dice = hits.map((hit, c) => ratio(2 * hit, either[c]));
  const accuracyPerClass = hits.map((hit, c) => ratio(hit, labelled[c]));
  const present = (_: unknown, c: number) => labelled[c] > 0;
  const weighted = iou.map((value, c) => (value ?? 0) * labelled[c]);
  return {
    iou,
    dice,
    accuracyPerClass,
    meanIoU: mean(iou.filter(present)),
    meanIoUUnion: mean(iou),
    meanDice: mean(dice.filter(present)),
    pixelAccuracy: ratio(sum(hits), sum(labelled)),
    meanAccuracy: mean(accuracyPerClass.filter(present)),
    frequencyWeightedIoU: ratio(sum(weighted), sum(labelled)),
  };
}

/**
 * Mean IoU as the authors' code logs it: in each batch the mean over the classes present in its labels, then the mean
 * over batches. It depends on how the set is cut into batches; `scores().meanIoU` does not.
 *
 * Batches without a valid pixel are left out; NaN when no batch has one.
 */
export function authorsMeanIoU(
  batches: Iterable<{ labels: ClassMap; predictions: ClassMap }>,
  numClasses: number,
  { ignoreIndex = 255 }: ConfusionMatrixOptions = {},
): number {
  const values: (number | null)[] = [];
  for (const { labels, predictions } of batches) {
    const matrix = new ConfusionMatrix(numClasses, { ignoreIndex });
    matrix.update(labels, predictions);
    values.push(matrix.scores().meanIoU);
  }
  return mean(values) ?? NaN;
}

function valuesOf(where: string, argument: string, map: ClassMap): ArrayLike<number> {
  if (map instanceof tf.Tensor) return map.dataSync();
  if (typeof map === 'object' && map !== null && typeof map.length === 'number') return map;
  throw invalid(where, argument, 'an array, a typed array or a tensor of class ids', map);
}

function isClass(id: number, numClasses: number): boolean {
  return id >= 0 && id < numClasses && Number.isInteger(id);
}

function outOfRange(
  where: string,
  index: number,
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  { numClasses, ignoreIndex }: ConfusionMatrix,
): Error {
  const ids = `an integer 0 … ${numClasses - 1}`;
  if (!isClass(labels[index], numClasses)) {
    const expected = `${ids} or ignoreIndex ${ignoreIndex}`;
    const remedy = 'Set ignoreIndex, or raise numClasses.';
    return invalid(where, `labels[${index}]`, expected, labels[index], remedy);
  }
  const remedy = 'Predictions are class ids: take the argMax of the logits over the last axis.';
  return invalid(where, `predictions[${index}]`, ids, predictions[index], remedy);
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator > 0 ? numerator / denominator : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Mean of the defined values; null when there is none. */
function mean(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value): value is number => value !== null);
  return ratio(sum(defined), defined.length);
}
