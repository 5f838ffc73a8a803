/** One epoch of a data set as tensors: seeded order, samples decoded ahead, exact positions. */
import { tf } from '../backend';
import { checkKnownOptions, checkNumber, invalid, shapeText } from '../check';
import { Random } from '../random';
import { prefetch } from './prefetch';
import type { Batch, BatchOptions, Sample, SampleSource } from './types';

const known: readonly (keyof BatchOptions)[] = ['batchSize', 'shuffle', 'seed', 'position'];

/**
 * The samples of `source` in batches, from `position` on; the last batch may be smaller.
 *
 * With `shuffle`, the order is `new Random(seed).stream('shuffle').permutation(length)`: a caller
 * that wants another order in each epoch passes another seed. Order and batches depend on the
 * options alone, and `position` is the number of samples passed over, so that `{ …options,
 * position: batch.position }` goes on exactly behind `batch`. At most two batches of decoded
 * samples wait ahead of the consumer; ending the loop early stops the decoding. The consumer
 * disposes `images` and `labels`.
 *
 * @throws InputError for a wrong option (at once), for samples of unequal size in one batch, and
 *   whatever `source.sample` throws.
 */
export function batches(source: SampleSource, options: BatchOptions): AsyncIterable<Batch> {
  checkKnownOptions('batches', options, known);
  const { batchSize, shuffle = false, seed = 0, position = 0 } = options;
  checkNumber('batches', 'batchSize', batchSize, { integer: true, min: 1 });
  checkNumber('batches', 'seed', seed, { integer: true });
  checkNumber('batches', 'position', position, { integer: true, min: 0, max: source.length });
  if (typeof shuffle !== 'boolean') throw invalid('batches', 'shuffle', 'true or false', shuffle);
  const order = shuffle
    ? new Random(seed).stream('shuffle').permutation(source.length)
    : Array.from({ length: source.length }, (_, index) => index);
  return epoch(source, order.slice(position), batchSize, position);
}

async function* epoch(
  source: SampleSource,
  order: readonly number[],
  batchSize: number,
  start: number,
): AsyncGenerator<Batch, void, undefined> {
  let waiting: Sample[] = [];
  let position = start;
  const load = (index: number) => source.sample(index);
  for await (const sample of prefetch(order, load, { ahead: 2 * batchSize })) {
    waiting.push(sample);
    position += 1;
    if (waiting.length < batchSize && position < start + order.length) continue;
    const batch = toBatch(waiting, position);
    waiting = [];
    yield batch;
  }
}

function toBatch(samples: readonly Sample[], position: number): Batch {
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
  const rgb = new Float32Array(count * pixels * 3);
  const ids = new Int32Array(count * pixels);
  samples.forEach((sample, i) => {
    rgb.set(sample.image, i * pixels * 3);
    ids.set(sample.labels, i * pixels);
  });
  return {
    images: tf.tidy(() => tf.tensor4d(rgb, [count, height, width, 3]).div(255)),
    labels: tf.tensor3d(ids, [count, height, width], 'int32'),
    names: samples.map((sample) => sample.name),
    position,
  };
}
