/** n_c, the pixels of each class: counted in the batch, or given once for the whole data set. */
import { tf } from '../backend';
import { checkNumber, described, invalid } from '../check';
import type { PixelBatch } from './types';

/** `'batch'`: valid pixels of the batch at hand. An array: pixels of each class, e.g. in the training set. */
export type ClassCounts = 'batch' | readonly number[];

/** Checks the option; `where` begins the error messages. */
export function checkClassCounts(where: string, classCounts: unknown): ClassCounts {
  if (classCounts === 'batch') return 'batch';
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
  classCounts: ClassCounts,
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
