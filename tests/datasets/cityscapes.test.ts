import { rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import type { DatasetOptions } from '../../lib/datasets';
import { namesOf, withFolder, writePair } from './files';

const open = (root: string, options: Partial<DatasetOptions> = {}) =>
  openDataset({ name: 'cityscapes', root, ...options });

/** [train id, label id, name] of the official table (mcordts/cityscapesScripts, labels.py). */
const official: readonly (readonly [number, number, string])[] = [
  [0, 7, 'road'],
  [1, 8, 'sidewalk'],
  [2, 11, 'building'],
  [3, 12, 'wall'],
  [4, 13, 'fence'],
  [5, 17, 'pole'],
  [6, 19, 'traffic light'],
  [7, 20, 'traffic sign'],
  [8, 21, 'vegetation'],
  [9, 22, 'terrain'],
  [10, 23, 'sky'],
  [11, 24, 'person'],
  [12, 25, 'rider'],
  [13, 26, 'car'],
  [14, 27, 'truck'],
  [15, 28, 'bus'],
  [16, 31, 'train'],
  [17, 32, 'motorcycle'],
  [18, 33, 'bicycle'],
];

/** The official tree: two cities for training, one each for val and test; every label id occurs. */
async function writeCityscapes(root: string): Promise<string> {
  const folder = path.join(root, 'cityscapes');
  const frames = [
    ['train', 'zurich', 2],
    ['train', 'aachen', 2],
    ['val', 'lindau', 1],
    ['test', 'bonn', 1],
  ] as const;
  for (const [part, city, count] of frames) {
    for (let frame = 0; frame < count; frame++) {
      const stem = `${city}_00000${frame}_000019`;
      const label = part === 'test' ? (i: number) => 1 + (i % 3) : (i: number) => i % 34;
      const pair = {
        image: path.join(folder, 'leftImg8bit', part, city, `${stem}_leftImg8bit.png`),
        mask: path.join(folder, 'gtFine', part, city, `${stem}_gtFine_labelIds.png`),
      };
      await writePair(pair.image, pair.mask, { height: 4, width: 9, label });
      // What the archive holds besides.
      const beside = (suffix: string) => pair.mask.replace('labelIds.png', suffix);
      await writeFile(beside('instanceIds.png'), 'not read');
      await writeFile(beside('color.png'), 'not read');
      await writeFile(beside('polygons.json'), '{}');
    }
  }
  return folder;
}

describe('cityscapes', () => {
  it('finds the frames of every city, in the order of their names', async () => {
    await withFolder(async (root) => {
      const folder = await writeCityscapes(root);
      // Folders of cities are read one level deep: a loop of links is no trap.
      await symlink('..', path.join(folder, 'leftImg8bit/train/loop'));
      await symlink('self', path.join(folder, 'leftImg8bit/train/self'));
      const train = ['aachen_000000', 'aachen_000001', 'zurich_000000', 'zurich_000001'];
      expect(await namesOf(await open(root))).toEqual(train.map((name) => `${name}_000019`));
      expect(await namesOf(await open(root, { split: 'valid' }))).toEqual(['lindau_000000_000019']);
      expect((await open(root, { split: 'test' })).length).toBe(1);
    });
  });

  it('maps label ids to train ids as the official table does', async () => {
    await withFolder(async (root) => {
      await writeCityscapes(root);
      const ids = new Map(official.map(([trainId, labelId]) => [labelId, trainId]));
      for (const [voidAs, voidId] of [
        ['ignore', 255],
        ['class', 19],
      ] as const) {
        const dataset = await open(root, { voidAs });
        const { labels } = await dataset.sample(0);
        expect([...labels]).toEqual(
          Array.from({ length: 36 }, (_, i) => ids.get(i % 34) ?? voidId),
        );
        const names = official.map(([, , name]) => name);
        expect(dataset.classNames).toEqual(voidAs === 'class' ? [...names, 'Void'] : names);
        expect(dataset.numClasses).toBe(voidAs === 'class' ? 20 : 19);
        expect(new Set(dataset.palette.map(String)).size).toBe(dataset.numClasses);
      }
    });
  });

  it('has no labels in its test split, which the paper’s split leaves out', async () => {
    await withFolder(async (root) => {
      await writeCityscapes(root);
      const test = await open(root, { split: 'test' });
      expect([...new Set((await test.sample(0)).labels)]).toEqual([255]);
      const paper = await Promise.all(
        (['train', 'valid', 'test'] as const).map(async (split) =>
          namesOf(await open(root, { split, splitRule: 'paper' })),
        ),
      );
      const cities = paper.map((names) => [...new Set(names.map((name) => name.split('_')[0]))]);
      expect(paper.flat()).toHaveLength(5);
      expect(new Set(cities.flat()).size).toBe(cities.flat().length); // each in one split
      expect(paper.flat().some((name) => name.startsWith('bonn'))).toBe(false);
    });
  });

  it('names a missing label file and a value that is no label id', async () => {
    await withFolder(async (root) => {
      const folder = await writeCityscapes(root);
      const file = 'zurich/zurich_000000_000019_gtFine_labelIds.png';
      const mask = path.join(folder, 'gtFine/train', file);
      await rm(mask);
      await expect(open(root)).rejects.toThrow(`${mask} does not exist`);
      const image = path.join(
        folder,
        'leftImg8bit/train/zurich/zurich_000000_000019_leftImg8bit.png',
      );
      await writePair(image, mask, { height: 4, width: 9, label: () => 34 });
      const dataset = await open(root);
      await expect(dataset.sample(2)).rejects.toThrow(/labelIds\.png must be one of 0–33, got 34/);
    });
  });
});
