import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  availableDatasets,
  datasetNames,
  defaultRoot,
  describeDataset,
  findDataset,
  openDataset,
} from '../lib/datasets';
import { withFolder, writeCamvid, writePair } from './datasets/files';

describe('openDataset', () => {
  it('takes the names of the table, and says which there are', async () => {
    const paperAndOwn = ['camvid', 'oxfordPet', 'nyuv2', 'cityscapes', 'folder', 'synthetic'];
    expect(datasetNames).toEqual(expect.arrayContaining(paperAndOwn));
    await expect(openDataset({ name: 'camvit' })).rejects.toThrow(
      `openDataset: name must be one of auto, ${datasetNames.join(', ')}, got 'camvit'. Did you mean 'camvid'?`,
    );
    await expect(openDataset({ name: 'data/datasets/mine' })).rejects.toThrow(
      /got 'data\/datasets\/mine'\. Images of your own have the name 'folder', and their folder as root/,
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
        (await availableDatasets(root)).filter((each) => each.found).map(({ name }) => name);
      expect(await found()).toEqual(['synthetic']);
      expect(await findDataset({ root })).toBe('synthetic');
      await writeCamvid(root, { count: 1 });
      expect(await found()).toEqual(['camvid', 'synthetic']);
      expect(await findDataset({ root })).toBe('camvid');
      expect(await findDataset({ root, prefer: ['synthetic', 'camvid'] })).toBe('synthetic');
      expect(await findDataset({ root, split: 'valid' })).toBe('synthetic');
      await expect(findDataset({ root, prefer: ['x'] })).rejects.toThrow(/prefer must be one of/);
    });
  });

  it("find the new sets, and 'auto' takes the first of the table", async () => {
    await withFolder(async (root) => {
      const at = (file: string) => path.join(root, file);
      const auto = async () => (await openDataset({ name: 'auto', root })).name;
      const city = 'aachen/aachen_000000_000019';
      await writePair(
        at(`cityscapes/leftImg8bit/train/${city}_leftImg8bit.png`),
        at(`cityscapes/gtFine/train/${city}_gtFine_labelIds.png`),
      );
      expect(await auto()).toBe('cityscapes');
      const image = at('nyuv2/nyu_train_rgb/nyu_rgb_0001.jpg');
      await writePair(image, at('nyuv2/train_labels_40/new_nyu_class40_0001.png'));
      expect(await auto()).toBe('nyuv2');
      for (const i of [1, 2]) {
        const trimap = at(`oxford-iiit-pet/annotations/trimaps/Pet_${i}.png`);
        await writePair(at(`oxford-iiit-pet/images/Pet_${i}.jpg`), trimap, { label: () => 1 });
      }
      await writeFile(at('oxford-iiit-pet/annotations/trainval.txt'), 'Pet_1\nPet_2\n');
      await writeFile(at('oxford-iiit-pet/annotations/test.txt'), '');
      expect(await auto()).toBe('oxfordPet');
      const found = (await availableDatasets(root)).filter((each) => each.found);
      expect(found.map(({ name }) => name)).toEqual([
        'oxfordPet',
        'nyuv2',
        'cityscapes',
        'synthetic',
      ]);
      await writeCamvid(root, { count: 1 });
      expect(await auto()).toBe('camvid');
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
