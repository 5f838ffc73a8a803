/** One epoch of a data set as tensors: seeded order, samples decoded ahead, exact positions. */
import { tf } from '../backend';
import { checkKnownOptions, checkNumber, invalid, shapeText } from '../check';
import { Random } from '../random';
import { drawTransform, isIdentity, resolveAugmentation, transformBatch } from './augment';
import type { GeometricTransform } from './augment';
import { prefetch } from './prefetch';
import type { Batch, BatchOptions, Sample, SampleSource } from './datasetTypes';
import { unitImages } from './unitImages';

const known: readonly (keyof BatchOptions)[] = [
  'batchSize',
  'shuffle',
  'augment',
  'seed',
  'position',
];

/** What is fixed for the whole epoch. */
interface Epoch {
  source: SampleSource;
  /** Sample index at each position of the epoch. */
  order: readonly number[];
  batchSize: number;
  /** What happens to the sample at a position; undefined without augmentation. */
  transformAt?: (position: number) => GeometricTransform;
  /** Holds the RGB of one batch while its tensor is made. */
  pixels: Float32Array;
}

/**
 * The samples of `source` in batches, from `position` on; the last batch may be smaller.
 *
 * With `shuffle`, the order is `new Random(seed).stream('shuffle').permutation(length)`; with
 * `augment`, the sample at position p of the epoch is transformed by numbers from the stream
 * `augmentation/p` of the same seed: a caller that wants another order in each epoch passes another
 * seed. Batches depend on the options alone, and `position` is the number of samples passed over,
 * so that `{ …options, position: batch.position }` goes on exactly behind `batch`, bit for bit. At
 * most two batches of decoded samples (uint8: 4 bytes a pixel) wait ahead of the consumer; ending
 * the loop early stops the decoding. The consumer disposes `images` and `labels`. In a notebook an interrupt of the cell
 * ends the loop with an error before the next batch.
 *
 * @throws InputError for a wrong option (at once), for samples of unequal size in one batch, and
 *   whatever `source.sample` throws.
 */
export function batches(source: SampleSource, options: BatchOptions): AsyncIterable<Batch> {
  checkKnownOptions('batches', options, known);
  const { batchSize, shuffle = false, seed = 0, position = 0 } = options;
  const { augment = false } = options;
  checkNumber('batches', 'batchSize', batchSize, { integer: true, min: 1 });
  checkNumber('batches', 'seed', seed, { integer: true });
  checkNumber('batches', 'position', position, { integer: true, min: 0, max: source.length });
  if (typeof shuffle !== 'boolean') throw invalid('batches', 'shuffle', 'true or false', shuffle);
  const random = new Random(seed);
  const order = shuffle
    ? random.stream('shuffle').permutation(source.length)
    : Array.from({ length: source.length }, (_, index) => index);
  const limits = resolveAugmentation(augment);
  const draws = random.stream('augmentation');
  const transformAt = limits && ((at: number) => drawTransform(draws.stream(String(at)), limits));
  const pixels = new Float32Array(0);
  return read({ source, order, batchSize, transformAt, pixels }, position);
}

async function* read(epoch: Epoch, start: number): AsyncGenerator<Batch, void, undefined> {
  const { source, order, batchSize } = epoch;
  let waiting: Sample[] = [];
  let position = start;
  const load = (index: number) => source.sample(index);
  // All of the window at once: a step blocks this thread, and only what waits in the thread pool by
  // then is decoded meanwhile.
  const window = { ahead: 2 * batchSize, concurrency: 2 * batchSize };
  for await (const sample of prefetch(order.slice(start), load, window)) {
    waiting.push(sample);
    position += 1;
    if (waiting.length < batchSize && position < order.length) continue;
    const batch = toBatch(epoch, waiting, position);
    waiting = [];
    yield batch;
  }
}

function toBatch(epoch: Epoch, samples: readonly Sample[], position: number): Batch {
  const { name, height, width } = samples[0];
  const other = samples.find((sample) => sample.height !== height || sample.width !== width);
  if (other !== undefined) {
    throw invalid(
      'batches',
      `size of '${other.name}'`,
      `${shapeText([height, width])} like '${name}' in the same batch`,
      shapeText([other.height, other.width]),
      'Open the data set with size: [height, width], or take batchSize 1.',
    );
  }
  const count = samples.length;
  const pixels = height * width;
  const length = count * pixels * 3;
  // No tensor that leaves this function shares this memory: `unitImages` makes another.
  if (epoch.pixels.length < length) epoch.pixels = new Float32Array(length);
  const rgb = epoch.pixels.subarray(0, length);
  const ids = new Int32Array(count * pixels);
  samples.forEach((sample, i) => {
    rgb.set(sample.image, i * pixels * 3);
    ids.set(sample.labels, i * pixels);
  });
  const first = position - count;
  const transforms = epoch.transformAt && samples.map((_, i) => epoch.transformAt!(first + i));
  const tensors = tf.tidy(() => {
    const images = unitImages(tf.tensor4d(rgb, [count, height, width, 3]));
    const labels = tf.tensor3d(ids, [count, height, width], 'int32');
    return transforms === undefined || transforms.every(isIdentity)
      ? { images, labels }
      : transformBatch(images, labels, transforms);
  });
  return { ...tensors, names: samples.map((sample) => sample.name), position };
}
