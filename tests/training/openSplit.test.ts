import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SegmentationDataset } from '../../lib/datasets/datasetTypes';
import { parseConfig } from '../../lib/runs/config';
import { openRepeatedSplit, openSplit } from '../../lib/training/openSplit';
import { withFolder, writeCamvid } from '../datasets/files';

const readAll = (dataset: SegmentationDataset) =>
  Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.sample(i)));

describe('openRepeatedSplit', () => {
  it.each(['error', 'skip'] as const)('keeps the samples of openSplit: onBadSample %s', (rule) =>
    withFolder(async (root) => {
      await writeCamvid(root, { count: 3 });
      const config = parseConfig({
        dataset: { name: 'camvid', root, size: [8, 12], onBadSample: rule },
      });
      const expected = await readAll(await openSplit(config, 'train'));
      const dataset = await openRepeatedSplit(config, 'train');
      expect(await readAll(dataset)).toEqual(expected);
      await rm(root, { recursive: true });
      expect(await readAll(dataset)).toEqual(expected);
      await expect(dataset.sample(3)).rejects.toThrow('camvid.sample: index must be');
      for await (const { names } of dataset.batches({ batchSize: 3 })) {
        expect(names).toEqual(expected.map(({ name }) => name));
      }
    }),
  );

  it.each([
    ['cache none', { cache: 'none', size: [8, 12] }],
    ['samples beyond the limit', { size: [4096, 4096] }],
  ])('keeps nothing in memory: %s', (_, options) =>
    withFolder(async (root) => {
      await writeCamvid(root, { count: 5 });
      const config = parseConfig({ dataset: { name: 'camvid', root, ...options } as never });
      const dataset = await openRepeatedSplit(config, 'train');
      await dataset.sample(0);
      await rm(root, { recursive: true });
      await expect(dataset.sample(0)).rejects.toThrow('does not exist');
    }),
  );
});
