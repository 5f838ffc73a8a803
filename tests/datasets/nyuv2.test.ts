import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import type { DatasetOptions } from '../../lib/datasets';
import { classes40 } from '../../lib/datasets/nyuv2Classes40';
import type { Split } from '../../lib/datasets/datasetTypes';
import { countLabels, namesOf, withFolder, writePair } from './files';

const open = (root: string, options: Partial<DatasetOptions> = {}) =>
  openDataset({ name: 'nyuv2', root, ...options });

/** class13Mapping.mat: the 13-class label of each 40-class label. */
const mapping = [
  ...[12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5],
  ...[7, 3, 2, 6, 11, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7],
];

/** Train frames 1–10 (one scene), 21–30, 41–60; test frames 11–14. PNG images as the official ones. */
async function writeNyu(root: string): Promise<string> {
  const folder = path.join(root, 'nyuv2');
  const frame = async (part: string, index: number) => {
    const number = String(index).padStart(4, '0');
    const image = path.join(folder, `nyu_${part}_rgb/nyu_rgb_${number}.png`);
    for (const count of [13, 40]) {
      const label = (i: number) => (count === 40 ? i % 41 : [0, ...mapping][i % 41]);
      const mask = path.join(folder, `${part}_labels_${count}/new_nyu_class${count}_${number}.png`);
      await writePair(image, mask, { height: 6, width: 8, number: index % 6, label });
    }
  };
  for (let i = 1; i <= 10; i++) await frame('train', i);
  for (let i = 11; i <= 14; i++) await frame('test', i);
  for (let i = 21; i <= 30; i++) await frame('train', i);
  for (let i = 41; i <= 60; i++) await frame('train', i);
  return folder;
}

const indexes = async (root: string, options: Partial<DatasetOptions> = {}) =>
  (await namesOf(await open(root, options))).map((name) => Number(name.slice('nyu_rgb_'.length)));

describe('nyuv2: labels', () => {
  it('has 13 classes, label − 1, and void as 255 or as the last id', async () => {
    await withFolder(async (root) => {
      await writeNyu(root);
      for (const [voidAs, voidId, count] of [
        ['ignore', 255, 13],
        ['class', 13, 14],
      ] as const) {
        const dataset = await open(root, { voidAs });
        expect([dataset.numClasses, dataset.classNames.length]).toEqual([count, count]);
        expect([...(await dataset.sample(0)).labels]).toEqual(
          Array.from({ length: 48 }, (_, i) => (i % 41 === 0 ? voidId : mapping[(i % 41) - 1] - 1)),
        );
      }
    });
  });

  it('has 40 classes on demand, and refuses other numbers', async () => {
    await withFolder(async (root) => {
      await writeNyu(root);
      const dataset = await open(root, { labels: 40 });
      expect([dataset.numClasses, new Set(dataset.palette.map(String)).size]).toEqual([40, 40]);
      expect([...(await dataset.sample(0)).labels]).toEqual(
        Array.from({ length: 48 }, (_, i) => (i % 41 === 0 ? 255 : (i % 41) - 1)),
      );
      expect((await open(root, { labels: 40, voidAs: 'class' })).numClasses).toBe(41);
      const wrong = open(root, { labels: 14 as 13 });
      await expect(wrong).rejects.toThrow(/labels must be one of 13, 40, got '14'/);
    });
  });

  it('makes 13 classes from the 40-class files where only these are there', async () => {
    await withFolder(async (root) => {
      const folder = await writeNyu(root);
      const before = await countLabels([await open(root)]);
      await rm(path.join(folder, 'train_labels_13'), { recursive: true });
      expect(await countLabels([await open(root)])).toEqual(before);
      const paper = await open(root, { splitRule: 'paper', split: 'train' });
      expect([paper.length, paper.numClasses]).toEqual([24, 13]);
    });
  });

  it('its table is class13Mapping.mat', () => {
    expect(classes40.map(([, label13]) => label13)).toEqual(mapping);
  });
});

describe('nyuv2: splits', () => {
  it('are the folders, with whole scenes of train for validation', async () => {
    await withFolder(async (root) => {
      await writeNyu(root);
      expect(await indexes(root, { split: 'test' })).toEqual([11, 12, 13, 14]);
      for (const seed of [0, 1, 2, 3]) {
        const train = await indexes(root, { seed });
        const valid = await indexes(root, { split: 'valid', seed });
        expect([1, 21, 41]).toContain(valid[0]);
        expect(valid).toHaveLength(valid[0] === 41 ? 20 : 10);
        expect([...train, ...valid]).toHaveLength(40);
        expect(new Set([...train, ...valid]).size).toBe(40);
      }
    });
  });

  it('are the lists where there are any', async () => {
    await withFolder(async (root) => {
      const folder = await writeNyu(root);
      const list = (name: string, lines: string) => writeFile(path.join(folder, name), lines);
      await list('val.txt', '0003\nnyu_rgb_0021.png\n');
      expect(await indexes(root, { split: 'valid' })).toEqual([3, 21]);
      expect(await indexes(root)).toHaveLength(38);
      await list('train.txt', '0041\n0002\n');
      await list('test.txt', '12\n');
      expect(await indexes(root)).toEqual([41, 2]);
      expect(await indexes(root, { split: 'test' })).toEqual([12]);
      await list('train.txt', '0041\n0003\n');
      await expect(open(root)).rejects.toThrow(/'nyu_rgb_0003' in .* got 'train and valid'/);
      await list('train.txt', 'none\n');
      await expect(open(root)).rejects.toThrow(/line 1 of .*train\.txt must be the name of an/);
    });
  });

  it('of the paper are over train and test, and a frame that is not there is named', async () => {
    await withFolder(async (root) => {
      const folder = await writeNyu(root);
      const all = await Promise.all(
        (['train', 'valid', 'test'] as const).map((split) =>
          indexes(root, { split, splitRule: 'paper' }),
        ),
      );
      expect(all.map(({ length }) => length)).toEqual([24, 10, 10]); // whole scenes of 10, 10, 20 and 4
      expect(new Set(all.flat()).size).toBe(44);
      await expect(open(root, { splitRule: 'groups' })).rejects.toThrow(
        /splitRule must be 'official' or 'paper', got 'groups'\. The official splits of NYUv2/,
      );
      const mask = path.join(folder, 'test_labels_13/new_nyu_class13_0012.png');
      await rm(mask);
      await expect(open(root, { split: 'test' })).rejects.toThrow(`${mask} does not exist`);
    });
  });
});

const root = process.env.PAT_DATA_DIR ?? '';
const shared = path.join(root, 'nyuv2');
const real =
  existsSync(path.join(shared, 'train_labels_40')) && existsSync(path.join(shared, 'val.txt'));
const parts: readonly Split[] = ['train', 'valid'];

describe('nyuv2: the shared part (needs PAT_DATA_DIR with its 480 pairs)', () => {
  it.skipIf(!real)('loads all 414 + 66 pairs, of 480x640', async () => {
    const datasets = await Promise.all(parts.map((split) => open(root, { split })));
    expect(datasets.map(({ length }) => length)).toEqual([414, 66]);
    for (const dataset of datasets) {
      for (let i = 0; i < dataset.length; i++) {
        const { height, width, image, labels } = await dataset.sample(i);
        expect([height, width, image.length, labels.length]).toEqual([480, 640, 921600, 307200]);
      }
    }
  });

  it.skipIf(!real)(
    'its 40 classes give its 13 in every pixel; no more than in all of train',
    async () => {
      const table = Uint8Array.from({ length: 256 }, (_, id) => (id < 40 ? mapping[id] - 1 : 255));
      let different = 0;
      for (const split of parts) {
        const fine = await open(root, { split, labels: 40 });
        const coarse = await open(root, { split });
        for (let i = 0; i < fine.length; i++) {
          const [a, b] = [await fine.labelMap(i), await coarse.labelMap(i)];
          expect(a.name).toBe(b.name);
          for (let p = 0; p < a.labels.length; p++)
            different += Number(table[a.labels[p]] !== b.labels[p]);
        }
      }
      expect(different).toBe(0);
      const { images, pixels, presence } = await countLabels(
        await Promise.all(parts.map((split) => open(root, { split }))),
      );
      expect(images).toBe(480);
      expect(pixels.reduce((sum, count) => sum + count, 0)).toBe(480 * 480 * 640);
      expect(presence[255], 'void occurs in every image').toBe(480);
      // Pixels and images of each class in all 795 training images (README of the shared data).
      const whole = [
        ...[8578042, 1308322, 3535427, 8258474, 23949931, 35664840, 31450858, 4864604],
        ...[5747842, 7347520, 1349733, 57555778, 11611728],
      ];
      const inImages = [164, 136, 212, 366, 690, 691, 789, 433, 157, 375, 77, 778, 380];
      whole.forEach((most, id) => {
        expect(pixels[id]).toBeGreaterThan(0.4 * most);
        expect(pixels[id]).toBeLessThanOrEqual(most);
        expect(presence[id]).toBeLessThanOrEqual(inImages[id]);
      });
    },
  );

  it.skipIf(!real)('names its classes as classes13.txt and classes40.txt do', async () => {
    const lines = async (file: string) =>
      (await readFile(path.join(shared, file), 'utf8')).trim().split('\n').slice(1);
    const { classNames } = await open(root);
    expect(await lines('classes13.txt')).toEqual(classNames.map((name, id) => `${id + 1} ${name}`));
    const fine = classes40.map(([name, label13], id) => `${id + 1} ${name} ${label13}`);
    expect(await lines('classes40.txt')).toEqual(fine);
    expect(await readdir(shared)).toContain('nyu_train_rgb');
  });
});
