import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeMasks } from '../../lib/analysis/maskImbalance';
import { openDataset } from '../../lib/datasets';
import { createDataset } from '../../lib/datasets/dataset';
import type { LabelMap, Sample, SegmentationDataset } from '../../lib/datasets/datasetTypes';

/** A data set of three classes with the given label maps. */
function datasetOf(maps: readonly number[][]): SegmentationDataset {
  const labelMap = (index: number): Promise<LabelMap> => {
    const labels = Uint8Array.from(maps[index]);
    return Promise.resolve({ name: `m${index}`, height: 1, width: labels.length, labels });
  };
  const sample = (): Promise<Sample> => Promise.reject(new Error('images must not be read'));
  return createDataset(
    {
      name: 'hand',
      title: 'Hand-made',
      real: false,
      classNames: ['a', 'b', 'c'],
      palette: [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
      ],
      licence: '',
      citation: '',
    },
    { length: maps.length, labelMap, sample },
    { split: 'valid', voidAs: 'ignore' },
  );
}

describe('analyzeMasks', () => {
  it('counts by hand', async () => {
    const result = await analyzeMasks(
      datasetOf([
        [0, 0, 0, 0, 0, 0, 1, 1, 2, 255],
        [1, 1, 1, 1],
        [255, 255],
        [0, 1, 2],
      ]),
    );
    expect(result).toMatchObject({ dataset: 'hand', title: 'Hand-made', split: 'valid' });
    expect([result.totalPixels, result.ignoredPixels, result.ignoredPresence]).toEqual([19, 3, 2]);
    expect(result.classes).toEqual([
      {
        id: 0,
        name: 'a',
        colour: [1, 1, 1],
        pixels: 7,
        share: 7 / 19,
        presence: 2,
        maskShares: [0.6, 1 / 3],
      },
      {
        id: 1,
        name: 'b',
        colour: [2, 2, 2],
        pixels: 7,
        share: 7 / 19,
        presence: 3,
        maskShares: [0.2, 1, 1 / 3],
      },
      {
        id: 2,
        name: 'c',
        colour: [3, 3, 3],
        pixels: 2,
        share: 2 / 19,
        presence: 2,
        maskShares: [0.1, 1 / 3],
      },
    ]);
    const rows = result.images.map(
      ({ name, height, width, present, missing, largestToSmallest }) => [
        name,
        height,
        width,
        present,
        missing,
        largestToSmallest,
      ],
    );
    expect(rows).toEqual([
      ['m0', 1, 10, 3, 0, 6],
      ['m1', 1, 4, 1, 2, null],
      ['m2', 1, 2, 0, 3, null],
      ['m3', 1, 3, 3, 0, 1],
    ]);
    // Sizes 1, 2, 6: 2·(1·1 + 2·2 + 3·6)/(3·9) − 4/3 = 46/27 − 36/27.
    expect(result.images[0].gini).toBeCloseTo(10 / 27, 14);
    expect(result.images.slice(1).map(({ gini }) => gini)).toEqual([null, null, 0]);
  });

  it('reads `limit` images, spread over the split, and reports each', async () => {
    const calls: number[][] = [];
    const onProgress = (done: number, total: number) => void calls.push([done, total]);
    const dataset = datasetOf([[0], [1], [2]]);
    const { images } = await analyzeMasks(dataset, { limit: 2, onProgress });
    expect(images.map(({ name }) => name)).toEqual(['m0', 'm2']);
    expect(calls).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect((await analyzeMasks(dataset, { limit: 99 })).images).toHaveLength(3);
  });

  it('stops at an abort, before and during the reading', async () => {
    const dataset = datasetOf(Array.from({ length: 50 }, () => [0]));
    const early = AbortSignal.abort(new Error('stopped early'));
    await expect(analyzeMasks(dataset, { signal: early })).rejects.toThrow('stopped early');
    const controller = new AbortController();
    let last = 0;
    const onProgress = (done: number) => {
      last = done;
      if (done === 3) controller.abort(new Error('stopped at 3'));
    };
    const reading = analyzeMasks(dataset, { onProgress, signal: controller.signal });
    await expect(reading).rejects.toThrow('stopped at 3');
    expect(last).toBe(3);
  });

  it('refuses wrong options', async () => {
    await expect(analyzeMasks(datasetOf([[0]]), { limit: 0 })).rejects.toThrow(/limit must be/);
    const wrong = analyzeMasks(datasetOf([[0]]), { limits: 3 } as object);
    await expect(wrong).rejects.toThrow(/'limits'\. Did you mean 'limit'/);
  });
});

/** CamVid train, 11 classes and void: pixels and images, counted independently of this kit. */
const camvidTrain: readonly (readonly [name: string, pixels: number, images: number])[] = [
  ['Sky', 10682767, 366],
  ['Building', 14750079, 365],
  ['Pole', 623349, 366],
  ['Road', 20076880, 367],
  ['Pavement', 2845085, 349],
  ['Tree', 6166762, 319],
  ['SignSymbol', 743859, 351],
  ['Fence', 714595, 173],
  ['Car', 3719877, 360],
  ['Pedestrian', 405385, 317],
  ['Bicyclist', 184967, 201],
  ['Void', 2503995, 367],
];

const root = process.env.PAT_DATA_DIR ?? '';
const real = existsSync(path.join(root, 'camvid/CamVid/train'));

describe('analyzeMasks on CamVid', () => {
  it.skipIf(!real)(
    'equals the known counts to the pixel (needs PAT_DATA_DIR with CamVid)',
    async () => {
      const options = { name: 'camvid', root, split: 'train' } as const;
      const all = await analyzeMasks(await openDataset({ ...options, voidAs: 'class' }));
      const table = all.classes.map(({ name, pixels, presence }) => [name, pixels, presence]);
      expect(table).toEqual(camvidTrain);
      expect([all.totalPixels, all.ignoredPixels]).toEqual([63417600, 0]);
      const ignoring = await analyzeMasks(await openDataset(options));
      expect([ignoring.ignoredPixels, ignoring.ignoredPresence]).toEqual([2503995, 367]);
      expect(ignoring.classes).toEqual(all.classes.slice(0, 11));
      expect((100 * ignoring.classes[10].share).toFixed(3)).toBe('0.292');
    },
  );
});
