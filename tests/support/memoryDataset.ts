/** A data set of given samples, for tests of what consumes data sets. */
import { tf } from '../../lib/backend';
import type {
  Batch,
  BatchOptions,
  Sample,
  SegmentationDataset,
} from '../../lib/datasets/datasetTypes';

/** Serves `samples` (all of one size) in order, `classNames.length` classes, 255 = ignored. */
export function memoryDataset(samples: Sample[], classNames: string[]): SegmentationDataset {
  return {
    name: 'memory',
    title: 'In memory',
    real: false,
    split: 'train',
    classNames,
    palette: classNames.map((_, id) => [id, id, id] as const),
    ignoreIndex: 255,
    numClasses: classNames.length,
    length: samples.length,
    skipped: [],
    licence: '',
    citation: '',
    sample: (index) => Promise.resolve(samples[index]),
    labelMap: (index) => Promise.resolve(samples[index]),
    async *batches({ batchSize, position = 0 }: BatchOptions): AsyncIterable<Batch> {
      await Promise.resolve();
      for (let start = position; start < samples.length; start += batchSize) {
        const part = samples.slice(start, start + batchSize);
        const { height, width } = part[0];
        yield {
          images: tf.tidy(() =>
            tf
              .stack(part.map(({ image }) => tf.tensor3d(image, [height, width, 3], 'int32')))
              .toFloat()
              .div<tf.Tensor4D>(255),
          ),
          labels: tf.tidy(() =>
            tf.stack<tf.Tensor2D>(
              part.map(({ labels }) => tf.tensor2d(labels, [height, width], 'int32')),
            ),
          ) as tf.Tensor3D,
          names: part.map(({ name }) => name),
          position: start + part.length,
        };
      }
    },
  };
}
