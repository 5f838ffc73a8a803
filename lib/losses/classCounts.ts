/** n_c, the pixels of each class: counted in the batch, or in the training set. */
import { tf } from '../backend';
import { checkNumber, described, invalid } from '../check';
import type { PixelBatch } from './lossTypes';

/**
 * `'batch'`: valid pixels of the batch at hand, as in the authors' code. An array: pixels of each class, say in the
 * training set, as the losses are published. `'dataset'`: the run counts its training split and gives the array; a loss
 * made by `createLoss` knows no data set, so it refuses the word and has `'batch'` for its default.
 */
export type ClassCounts = 'batch' | 'dataset' | readonly number[];

/** What a loss can compute with. */
export type GivenCounts = Exclude<ClassCounts, 'dataset'>;

/** Checks the option; `where` begins the error messages. */
export function checkClassCounts(where: string, classCounts: unknown): GivenCounts {
  if (classCounts === 'batch') return 'batch';
  if (classCounts === 'dataset') {
    const remedy =
      'Only a run knows a data set: give the pixels of each class, such as trainingPixels of its record.';
    throw invalid(
      where,
      'classCounts',
      "'batch' or an array with a count per class",
      classCounts,
      remedy,
    );
  }
  if (!Array.isArray(classCounts) || classCounts.length === 0) {
    throw invalid(where, 'classCounts', "'batch' or an array with a count per class", classCounts);
  }
  return classCounts.map((n, c) =>
    checkNumber(where, `classCounts[${c}]`, n, { min: 0, integer: true }),
  );
}

/** The counts as a tensor, `[C] float32`. */
export function classCountTensor(
  where: string,
  classCounts: GivenCounts,
  { shape, labels }: PixelBatch,
): tf.Tensor1D {
  const numClasses = shape[3];
  if (classCounts === 'batch') {
    // Ignored pixels hold label C, beyond the last bin.
    return tf.bincount(labels, tf.tensor1d([], 'int32'), numClasses).toFloat();
  }
  if (classCounts.length !== numClasses) {
    const expected = `an array of ${numClasses} counts, one for each channel of the logits`;
    throw invalid(where, 'classCounts', expected, described(`${classCounts.length} counts`));
  }
  return tf.tensor1d([...classCounts], 'float32');
}

/** The entry of each pixel's class in a table `[C]`, 0 at ignored pixels: → `[N]`. */
export function ofTrueClass(table: tf.Tensor1D, { labels }: PixelBatch): tf.Tensor1D {
  return tf.gatherND(table.pad([[0, 1]]), labels.expandDims(1)) as tf.Tensor1D;
}

/** (ñ_c/ñ_y)^exponent, ñ = max(n, 1): → `[label y, class c]`. */
export function countRatios(counts: tf.Tensor1D, exponent: number): tf.Tensor2D {
  const atLeastOne = counts.maximum<tf.Tensor1D>(1);
  return atLeastOne.div(atLeastOne.expandDims(1)).pow(exponent);
}

/** What no ñ_c/ñ_y exceeds. */
export function largestRatio(classCounts: GivenCounts, { shape }: PixelBatch): number {
  if (classCounts === 'batch') return shape[0] * shape[1] * shape[2];
  const atLeastOne = classCounts.map((n) => Math.max(n, 1));
  return Math.max(...atLeastOne) / Math.min(...atLeastOne);
}
