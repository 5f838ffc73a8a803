import { readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../lib/backend';
import { batches } from '../../../lib/datasets/batches';
import { withCache } from '../../../lib/datasets/cache/sampleCache';
import type { CacheKind, CacheOptions } from '../../../lib/datasets/cache/sampleCache';
import type { BatchOptions, Sample, SampleSource } from '../../../lib/datasets/datasetTypes';
import { withFolder } from '../files';

interface CountingSource extends SampleSource {
  /** Indexes of the samples decoded so far. */
  decoded: number[];
}

/** Samples of sizes 2x3, 3x3, 4x3, 2x3, … whose bytes tell their number and their place. */
function source(length: number, { equal = false, version = 0 } = {}): CountingSource {
  const decoded: number[] = [];
  const sample = (index: number): Promise<Sample> => {
    decoded.push(index);
    const height = equal ? 2 : 2 + (index % 3);
    const image = new Uint8Array(height * 9).map((_, i) => 31 * index + i + version);
    const labels = new Uint8Array(height * 3).map((_, i) => (index + i) % 12);
    return Promise.resolve({ name: `größe ${index}`, height, width: 3, image, labels });
  };
  return { length, decoded, sample, labelMap: sample };
}

const plain = ({ image, labels, ...facts }: Sample) => ({
  ...facts,
  image: [...image],
  labels: [...labels],
});

async function readAll(from: SampleSource) {
  const samples = [];
  for (let i = 0; i < from.length; i++) samples.push(plain(await from.sample(i)));
  return samples;
}

const disk = (folder: string, more: Partial<CacheOptions> = {}): CacheOptions => ({
  kind: 'disk',
  identity: { name: 'test', split: 'train', size: [2, 3] },
  folder,
  ...more,
});

describe.each<CacheKind>(['none', 'memory', 'disk'])('withCache: %s', (kind) => {
  it('gives the samples of the source; with a cache, decodes each once', async () => {
    await withFolder(async (folder) => {
      const from = source(7);
      const cached = withCache(from, disk(folder, { kind }));
      const expected = await readAll(source(7));
      for (let epoch = 0; epoch < 3; epoch++) expect(await readAll(cached)).toEqual(expected);
      expect(from.decoded).toHaveLength(kind === 'none' ? 21 : 7);
      const { labels, height, name } = await cached.labelMap(4);
      expect({ labels: [...labels], height, name }).toMatchObject({
        labels: expected[4].labels,
        height: 3,
        name: 'größe 4',
      });
    });
  });

  it('lets a reader change what it was given', async () => {
    await withFolder(async (folder) => {
      const cached = withCache(source(2), disk(folder, { kind }));
      const expected = plain(await cached.sample(1));
      for (let i = 0; i < 2; i++) {
        const sample = await cached.sample(1);
        expect(plain(sample)).toEqual(expected);
        sample.image.fill(0);
        sample.labels.fill(0);
        (await cached.labelMap(1)).labels.fill(9);
      }
    });
  });

  it('decodes a sample once more at most when it is asked for twice at once', async () => {
    await withFolder(async (folder) => {
      const cached = withCache(source(3), disk(folder, { kind }));
      const both = await Promise.all([cached.sample(2), cached.sample(2), cached.sample(0)]);
      expect(plain(both[0])).toEqual(plain(both[1]));
      expect(await readAll(cached)).toEqual(await readAll(source(3)));
    });
  });

  it('gives the same batches from any position, before and after it is full', async () => {
    const read = async (from: SampleSource, options: BatchOptions) => {
      const all = [];
      for await (const { images, labels, names, position } of batches(from, options)) {
        all.push({
          names,
          position,
          pixels: [...images.dataSync()],
          labels: [...labels.dataSync()],
        });
        tf.dispose([images, labels]);
      }
      return all;
    };
    const before = tf.memory().numTensors;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        async (length, batchSize, shuffle, augment, cut) => {
          await withFolder(async (folder) => {
            const options = { batchSize, shuffle, augment, seed: cut };
            const whole = await read(source(length, { equal: true }), options);
            const at = cut % whole.length;
            const { position } = whole[at];
            const cached = withCache(source(length, { equal: true }), disk(folder, { kind }));
            for (let epoch = 0; epoch < 2; epoch++) {
              const rest = await read(cached, { ...options, position });
              expect(rest).toEqual(whole.slice(at + 1));
              expect(await read(cached, options)).toEqual(whole);
            }
          });
        },
      ),
      { numRuns: 12 },
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('withCache: memory', () => {
  it('keeps no more than its limit', async () => {
    const from = source(6, { equal: true });
    const cached = withCache(from, { kind: 'memory', identity: {}, memoryLimit: 3 * 24 + 10 });
    await readAll(cached);
    expect(await readAll(cached)).toEqual(await readAll(source(6, { equal: true })));
    expect(from.decoded).toEqual([0, 1, 2, 3, 4, 5, 3, 4, 5]);
  });
});

describe('withCache: disk', () => {
  const files = async (folder: string) => (await readdir(folder)).filter((n) => !/^\d+$/.test(n));

  it('is found again by another source, which then decodes one sample to compare', async () => {
    await withFolder(async (folder) => {
      const expected = await readAll(withCache(source(5), disk(folder)));
      expect(await files(folder)).toEqual([expect.stringMatching(/^test-train-\w{20}\.raw$/)]);
      const again = source(5);
      expect(await readAll(withCache(again, disk(folder)))).toEqual(expected);
      expect(again.decoded).toEqual([0]);
    });
  });

  it('shows nothing of itself before it is complete', async () => {
    await withFolder(async (folder) => {
      const first = withCache(source(5), disk(folder));
      await first.sample(3);
      expect(await files(folder)).toEqual([expect.stringMatching(/\.partial$/)]);
      const second = source(5);
      await readAll(withCache(second, disk(folder)));
      expect(second.decoded).toHaveLength(5);
      expect(await readAll(first)).toEqual(await readAll(source(5)));
      expect(await files(folder)).toEqual([expect.stringMatching(/\.raw$/)]);
    });
  });

  it('is made anew when a file or the identity changed, or when decoding gives other pixels', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, '1');
      await writeFile(file, 'one');
      const cache = path.join(folder, 'cache');
      const decodedBy = async (from: CountingSource, options: Partial<CacheOptions> = {}) => {
        const cached = withCache(from, disk(cache, { files: [file], ...options }));
        expect(await readAll(cached)).toEqual(await readAll({ ...from }));
        return new Set(from.decoded.slice(0, -4)).size;
      };
      expect(await decodedBy(source(4))).toBe(4);
      expect(await decodedBy(source(4))).toBe(1);
      await utimes(file, 1, 1);
      expect(await decodedBy(source(4))).toBe(4);
      await writeFile(file, 'longer');
      await utimes(file, 1, 1);
      expect(await decodedBy(source(4))).toBe(4);
      const identity = { name: 'test', split: 'train', size: [3, 2] };
      expect(await decodedBy(source(4), { identity })).toBe(4);
      expect(await decodedBy(source(4))).toBe(1);
      expect(await decodedBy(source(4, { version: 1 }))).toBe(4);
    });
  });

  it('is made anew when its file is damaged', async () => {
    await withFolder(async (folder) => {
      const expected = await readAll(withCache(source(4), disk(folder)));
      const file = path.join(folder, (await files(folder))[0]);
      const whole = await readFile(file);
      const cutShort = () => truncate(file, whole.length - 5);
      const emptied = () => writeFile(file, '');
      const unreadable = () =>
        writeFile(file, Buffer.concat([Buffer.alloc(whole.length - 12, '{'), whole.subarray(-12)]));
      for (const damage of [cutShort, emptied, unreadable]) {
        await damage();
        const from = source(4);
        expect(await readAll(withCache(from, disk(folder)))).toEqual(expected);
        expect(new Set(from.decoded).size).toBe(4);
        expect(await readFile(file)).toEqual(whole);
      }
    });
  });

  it('removes files that a killed process left, a day later', async () => {
    await withFolder(async (folder) => {
      const old = path.join(folder, 'x.raw.elsewhere-1-0.partial');
      const young = path.join(folder, 'y.raw.elsewhere-1-0.partial');
      await Promise.all([writeFile(old, 'x'), writeFile(young, 'y')]);
      await utimes(old, 1, 1);
      await readAll(withCache(source(2), disk(folder)));
      expect(await files(folder)).toEqual([
        expect.stringMatching(/^test.*raw$/),
        path.basename(young),
      ]);
    });
  });

  it('says what to do when its folder cannot be written', async () => {
    await withFolder(async (folder) => {
      const blocked = path.join(folder, 'file');
      await writeFile(blocked, '');
      const cached = withCache(source(2), disk(path.join(blocked, 'cache')));
      await expect(cached.sample(0)).rejects.toThrow(
        /openDataset: cache folder must be writable, got '.*file.cache'\. .*take cache: 'memory'/,
      );
    });
  });

  it('refuses an unknown kind', () => {
    const options = { kind: 'disc' as CacheKind, identity: {} };
    expect(() => withCache(source(1), options)).toThrow(
      /cache must be one of none, memory, disk, got 'disc'\. Did you mean 'disk'/,
    );
  });
});
