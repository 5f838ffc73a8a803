import { describe, expect, it, vi } from 'vitest';
import {
  availableDatasets,
  datasetNames,
  defaultRoot,
  describeDataset,
  findDataset,
  openDataset,
} from '../lib/datasets';
import { withFolder, writeCamvid } from './datasets/files';

describe('openDataset', () => {
  it('takes the names of the table, and says which there are', async () => {
    expect(datasetNames).toEqual(['camvid', 'synthetic']);
    await expect(openDataset({ name: 'camvit' })).rejects.toThrow(
      "openDataset: name must be one of auto, camvid, synthetic, got 'camvit'. Did you mean 'camvid'?",
    );
  });

  it.each([
    [{ split: 'val' }, /split must be one of train, valid, test, got 'val'/],
    [{ voidAs: 'drop' }, /voidAs must be one of ignore, class/],
    [{ sise: [2, 2] }, /option must be one of .*got 'sise'\. Did you mean 'size'/],
    [{ root: 3 }, /root must be a folder, got 3/],
  ])('refuses %j', async (options, message) => {
    await expect(openDataset({ name: 'synthetic', ...(options as object) })).rejects.toThrow(
      message,
    );
  });

  it('refuses options of another data set', async () => {
    await withFolder(async (root) => {
      await writeCamvid(root, { count: 1 });
      const open = openDataset({ name: 'camvid', root, numClasses: 3 });
      await expect(open).rejects.toThrow(/option must be one of name, root.*got 'numClasses'/);
    });
  });

  it("'auto' takes the real set when it is there, else the synthetic one, and says which", async () => {
    await withFolder(async (root) => {
      const drawn = await openDataset({ name: 'auto', root, length: 5, numClasses: 4 });
      expect(describeDataset(drawn)).toBe(
        'Synthetic scenes, train: 5 scenes drawn by the kit, 4 classes',
      );
      await writeCamvid(root, { count: 2 });
      const real = await openDataset({ name: 'auto', root, length: 5, numClasses: 4 });
      expect(describeDataset(real)).toBe('CamVid, train: 2 real images, 11 classes');
      expect([real.name, real.real, drawn.name, drawn.real]).toEqual([
        'camvid',
        true,
        'synthetic',
        false,
      ]);
      expect((await openDataset({ name: 'auto', root, split: 'test' })).name).toBe('synthetic');
    });
  });
});

describe('findDataset and availableDatasets', () => {
  it('look under the root for the split', async () => {
    await withFolder(async (root) => {
      const found = async () =>
        (await availableDatasets(root)).map(({ name, found }) => [name, found]);
      expect(await found()).toEqual([
        ['camvid', false],
        ['synthetic', true],
      ]);
      expect(await findDataset({ root })).toBe('synthetic');
      await writeCamvid(root, { count: 1 });
      expect(await found()).toEqual([
        ['camvid', true],
        ['synthetic', true],
      ]);
      expect(await findDataset({ root })).toBe('camvid');
      expect(await findDataset({ root, prefer: ['synthetic', 'camvid'] })).toBe('synthetic');
      expect(await findDataset({ root, split: 'valid' })).toBe('synthetic');
      await expect(findDataset({ root, prefer: ['x'] })).rejects.toThrow(/prefer must be one of/);
    });
  });

  it('look in PAT_DATA_DIR, else in data/datasets', () => {
    vi.stubEnv('PAT_DATA_DIR', '/somewhere');
    expect(defaultRoot()).toBe('/somewhere');
    vi.stubEnv('PAT_DATA_DIR', '');
    expect(defaultRoot()).toBe('data/datasets');
    vi.unstubAllEnvs();
  });
});
