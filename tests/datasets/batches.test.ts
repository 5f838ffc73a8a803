import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { batches } from '../../lib/datasets/batches';
import type { BatchOptions, Sample, SampleSource } from '../../lib/datasets/datasetTypes';

/** Sample i holds bytes that tell its number and their place; `load` counts and may fail. */
function source(
  length: number,
  [height, width] = [2, 3],
  load: (index: number) => void = () => undefined,
): SampleSource {
  const sample = (index: number): Promise<Sample> => {
    load(index);
    const image = new Uint8Array(height * width * 3).map((_, i) => index + 5 * i);
    const labels = new Uint8Array(height * width).map((_, i) => (index + i) % 12);
    return Promise.resolve({ name: `s${index}`, height, width, image, labels });
  };
  return { length, sample, labelMap: sample };
}

interface Copy {
  names: string[];
  position: number;
  shape: number[];
  pixels: number[];
  labels: number[];
}

async function readAll(from: SampleSource, options: BatchOptions): Promise<Copy[]> {
  const copies: Copy[] = [];
  for await (const { images, labels, names, position } of batches(from, options)) {
    copies.push({
      names,
      position,
      shape: images.shape,
      pixels: [...images.dataSync()],
      labels: [...labels.dataSync()],
    });
    tf.dispose([images, labels]);
  }
  return copies;
}

describe('batches', () => {
  it('gives float32 images in [0, 1], int32 labels and the last smaller batch', async () => {
    const sample = (): Promise<Sample> => {
      const image = Uint8Array.from([0, 51, 255, 1, 128, 254]);
      return Promise.resolve({
        name: 'a',
        height: 1,
        width: 2,
        image,
        labels: Uint8Array.of(3, 255),
      });
    };
    for await (const batch of batches({ length: 1, sample, labelMap: sample }, { batchSize: 2 })) {
      expect([batch.images.shape, batch.images.dtype]).toEqual([[1, 1, 2, 3], 'float32']);
      expect([batch.labels.shape, batch.labels.dtype]).toEqual([[1, 1, 2], 'int32']);
      const exact = [0, 51, 255, 1, 128, 254].map((byte) => Math.fround(byte / 255));
      expect([...batch.images.dataSync()]).toEqual(exact);
      expect([...batch.labels.dataSync()]).toEqual([3, 255]);
      tf.dispose([batch.images, batch.labels]);
    }
    const copies = await readAll(source(5), { batchSize: 2 });
    expect(copies.map(({ names }) => names)).toEqual([['s0', 's1'], ['s2', 's3'], ['s4']]);
    expect(copies.map(({ position }) => position)).toEqual([2, 4, 5]);
    expect(copies[2].shape).toEqual([1, 2, 3, 3]);
  });

  it('shuffles to a permutation that the seed alone decides', async () => {
    const shuffled = async (seed: number) =>
      (await readAll(source(60), { batchSize: 7, shuffle: true, seed })).flatMap((b) => b.names);
    const first = await shuffled(1);
    expect(await shuffled(1)).toEqual(first);
    expect(await shuffled(2)).not.toEqual(first);
    const plain = (await readAll(source(60), { batchSize: 60 })).flatMap((batch) => batch.names);
    expect([...first].sort()).toEqual([...plain].sort());
    expect(first).not.toEqual(plain);
    expect(plain[59]).toBe('s59');
  });

  it('goes on from any position exactly as without an interruption', async () => {
    const size = fc.integer({ min: 1, max: 6 });
    const length = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(
        length,
        size,
        fc.boolean(),
        fc.boolean(),
        fc.integer(),
        fc.nat(),
        async (n, batchSize, shuffle, augment, seed, cut) => {
          const options = { batchSize, shuffle, augment, seed };
          const whole = await readAll(source(n), options);
          const at = cut % whole.length;
          const { position } = whole[at];
          expect(await readAll(source(n), { ...options, position })).toEqual(whole.slice(at + 1));
          expect(whole[whole.length - 1].position).toBe(n);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('augments a sample by the seed and its place in the epoch, not by its batch', async () => {
    const from = source(12, [6, 8]);
    const options = { shuffle: true, augment: { flip: 0.5, shiftScaleRotate: 1 }, seed: 4 };
    const whole = (await readAll(from, { ...options, batchSize: 12 }))[0];
    const single = await readAll(from, { ...options, batchSize: 1 });
    expect(single.flatMap(({ pixels }) => pixels)).toEqual(whole.pixels);
    expect(single.flatMap(({ labels }) => labels)).toEqual(whole.labels);
    const [behind] = await readAll(from, { ...options, batchSize: 12, position: 5 });
    expect(behind.labels).toEqual(whole.labels.slice(5 * 48));
    const [other] = await readAll(from, { ...options, batchSize: 12, shuffle: false });
    expect(other.pixels).not.toEqual(whole.pixels);
    const [plain] = await readAll(from, { batchSize: 12, shuffle: true, seed: 4 });
    expect(plain.names).toEqual(whole.names);
    expect(plain.labels).not.toEqual(whole.labels);
    expect(whole.labels).toContain(255);
    const none = { flip: 0, shiftScaleRotate: 0 };
    expect(await readAll(from, { batchSize: 12, shuffle: true, seed: 4, augment: none })).toEqual([
      plain,
    ]);
  });

  it('leaves no tensor behind over epochs, after an early end or an error', async () => {
    const before = tf.memory().numTensors;
    for (let seed = 0; seed < 3; seed++) {
      await readAll(source(9), { batchSize: 4, shuffle: true, augment: true, seed });
    }
    for await (const { images, labels } of batches(source(9), { batchSize: 4 })) {
      tf.dispose([images, labels]);
      break;
    }
    const failing = source(9, [2, 3], (index) => {
      if (index === 6) throw new Error('sample 6 is bad');
    });
    await expect(readAll(failing, { batchSize: 4 })).rejects.toThrow('sample 6 is bad');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('decodes two batches ahead at most, and stops when the consumer does', async () => {
    const loaded: number[] = [];
    const counting = source(100, [2, 3], (index) => void loaded.push(index));
    for await (const { images, labels } of batches(counting, { batchSize: 4 })) {
      tf.dispose([images, labels]);
      await setTimeout(5);
      expect(loaded).toHaveLength(12);
      break;
    }
    await setTimeout(5);
    expect(loaded).toHaveLength(12);
  });

  it('refuses samples of unequal size in one batch, with the remedy', async () => {
    const sample = (index: number) => source(9, index === 2 ? [3, 3] : [2, 3]).sample(index);
    const uneven: SampleSource = { length: 4, sample, labelMap: sample };
    await expect(readAll(uneven, { batchSize: 4 })).rejects.toThrow(
      "batches: size of 's2' must be [2,3] like 's0' in the same batch, got [3,3]. " +
        'Open the data set with size: [height, width], or take batchSize 1.',
    );
    expect(await readAll(uneven, { batchSize: 1 })).toHaveLength(4);
  });

  it.each([
    [{ batchSize: 0 }, /batchSize must be an integer >= 1, got 0/],
    [{ batchSize: 2.5 }, /batchSize must be an integer/],
    [{ batchSize: 2, position: 6 }, /position must be an integer >= 0 and <= 5, got 6/],
    [{ batchSize: 2, seed: 0.5 }, /seed must be an integer/],
    [
      { batchSize: 2, shuffel: true },
      /option must be one of .*got 'shuffel'\. Did you mean 'shuffle'/,
    ],
    [{ batchSize: 2, augment: 1 }, /augment must be true, false or an object of options, got 1/],
    [{ batchSize: 2, shuffle: 'yes' }, /shuffle must be true or false, got 'yes'/],
  ])('refuses %j at once', (options, message) => {
    expect(() => batches(source(5), options as BatchOptions)).toThrow(message);
  });
});
