/** Pixels by label and prediction. */
import { tf } from '../backend';
import { checkNumber, checkSameShape, described, invalid } from '../check';
import { classCounts, scoresFrom } from './scores';
import type { ClassCounts, SegmentationScores } from './scores';

/** Class ids in any shape: an array, a typed array, or a tensor. */
export type ClassMap = ArrayLike<number> | tf.Tensor;

export interface ConfusionMatrixOptions {
  /** Label of pixels that do not count, whatever is predicted there (default 255). */
  ignoreIndex?: number;
}

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
    const { truth, guesses } = pixelPairs(where, labels, predictions);
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
    return classCounts(this.counts());
  }

  scores(): SegmentationScores {
    return scoresFrom(this.classCounts());
  }
}

/** The values of equally large maps. */
export function pixelPairs(where: string, labels: ClassMap, predictions: ClassMap) {
  if (labels instanceof tf.Tensor && predictions instanceof tf.Tensor) {
    checkSameShape(where, 'predictions', predictions.shape, labels.shape);
  }
  const truth = valuesOf(where, 'labels', labels);
  const guesses = valuesOf(where, 'predictions', predictions);
  if (truth.length !== guesses.length) {
    const expected = `as long as labels (${truth.length})`;
    throw invalid(where, 'predictions', expected, described(`${guesses.length} values`));
  }
  return { truth, guesses };
}

function valuesOf(where: string, argument: string, map: ClassMap): ArrayLike<number> {
  if (map instanceof tf.Tensor) return map.dataSync();
  if (typeof map === 'object' && map !== null && typeof map.length === 'number') return map;
  throw invalid(where, argument, 'an array, a typed array or a tensor of class ids', map);
}

/** Whether `id` is one of `numClasses`. */
export function isClass(id: number, numClasses: number): boolean {
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
