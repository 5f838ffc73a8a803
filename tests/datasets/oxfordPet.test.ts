import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { keepSplit, openDataset } from '../../lib/datasets';
import type { DatasetOptions } from '../../lib/datasets';
import type { Split } from '../../lib/datasets/datasetTypes';
import { countLabels, namesOf, rgbPixels, withFolder, writePair } from './files';

const splits: readonly Split[] = ['train', 'valid', 'test'];

const open = (root: string, options: Partial<DatasetOptions> = {}) =>
  openDataset({ name: 'oxfordPet', root, ...options });

/** 20 pairs in trainval.txt, 4 in test.txt, one in no list. */
async function writePets(root: string): Promise<string> {
  const folder = path.join(root, 'oxford-iiit-pet');
  const names = Array.from({ length: 25 }, (_, i) => `Pet_${i}`);
  for (const [number, name] of names.entries()) {
    const mask = path.join(folder, 'annotations/trimaps', `${name}.png`);
    const label = (i: number) => (i % 3) + 1;
    await writePair(path.join(folder, 'images', `${name}.jpg`), mask, { number, label });
  }
  const lines = (list: readonly string[]) => list.map((name) => `${name} 1 1 1\n`).join('');
  const annotations = path.join(folder, 'annotations');
  await writeFile(path.join(annotations, 'trainval.txt'), lines(names.slice(0, 20).reverse()));
  await writeFile(path.join(annotations, 'test.txt'), lines(names.slice(20, 24)));
  // What the archives hold besides.
  await writeFile(path.join(folder, 'images/Pet_0.mat'), 'matlab');
  await writeFile(path.join(annotations, 'trimaps/._Pet_0.png'), 'resource fork');
  return folder;
}

describe('oxfordPet', () => {
  it('has the official test split, and a tenth of trainval for validation', async () => {
    await withFolder(async (root) => {
      await writePets(root);
      const [train, valid, test] = await Promise.all(
        splits.map(async (split) => namesOf(await open(root, { split }))),
      );
      expect(test).toEqual(['Pet_20', 'Pet_21', 'Pet_22', 'Pet_23']);
      expect([train.length, valid.length]).toEqual([18, 2]);
      const trainval = Array.from({ length: 20 }, (_, i) => `Pet_${i}`);
      expect([...train, ...valid].sort()).toEqual(trainval.sort());
      expect(await namesOf(await open(root, { split: 'valid', seed: 5 }))).not.toEqual(valid);
    });
  });

  it("has every pair in the paper's split, listed or not", async () => {
    await withFolder(async (root) => {
      await writePets(root);
      const paper = await Promise.all(
        splits.map(async (split) => namesOf(await open(root, { split, splitRule: 'paper' }))),
      );
      expect(paper.map(({ length }) => length)).toEqual([19, 3, 3]);
      expect(new Set(paper.flat()).size).toBe(25);
      const written = path.join(root, 'oxford-iiit-pet/splits/paper-seed0.json');
      await keepSplit({ name: 'oxfordPet', root });
      expect(existsSync(written)).toBe(false);
      await keepSplit({ name: 'oxfordPet', root, splitRule: 'paper' });
      expect(existsSync(written)).toBe(true);
    });
  });

  it('has ids 0–2 and three classes, whatever is to be done with void', async () => {
    await withFolder(async (root) => {
      await writePets(root);
      for (const voidAs of ['ignore', 'class'] as const) {
        const dataset = await open(root, { voidAs });
        expect([dataset.numClasses, dataset.classNames]).toEqual([
          3,
          ['pet', 'background', 'border'],
        ]);
        expect([...(await dataset.sample(0)).labels.subarray(0, 4)]).toEqual([0, 1, 2, 0]);
      }
    });
  });

  it('reads GIF and PNG with alpha under a .jpg name', async () => {
    await withFolder(async (root) => {
      const folder = await writePets(root);
      const pixels = rgbPixels(4, 6, 3);
      const image = sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } });
      const rgba = await image.clone().ensureAlpha(0.2).png().toBuffer();
      const gif = await image.clone().gif().toBuffer();
      await writeFile(path.join(folder, 'images/Pet_20.jpg'), rgba);
      await writeFile(path.join(folder, 'images/Pet_21.jpg'), gif);
      const test = await open(root, { split: 'test' });
      expect([...(await test.sample(0)).image]).toEqual([...pixels]);
      expect((await test.sample(1)).image).toHaveLength(pixels.length);
    });
  });

  it('refuses lists that overlap, repeat a name or name no image', async () => {
    await withFolder(async (root) => {
      const list = path.join(await writePets(root), 'annotations/test.txt');
      await writeFile(list, 'Pet_20 1 1 1\nPet_3 1 1 1\n');
      await expect(open(root)).rejects.toThrow(/'Pet_3' in .* got 'train and test'/);
      await writeFile(list, 'Pet_20 1 1 1\nPet_20 1 1 1\n');
      await expect(open(root)).rejects.toThrow(/line 2 of .*test\.txt must be a name not listed/);
      await writeFile(list, 'Pet_20 1 1 1\nPet_77 1 1 1\n');
      const test = open(root, { split: 'test' });
      await expect(test).rejects.toThrow(/images.Pet_77\.jpg does not exist/);
      await writeFile(list, '# nothing\n');
      await expect(open(root, { split: 'test' })).rejects.toThrow(/test split in .* is empty/);
    });
  });

  it('says where it looked when it is not there', async () => {
    await withFolder(async (root) => {
      await expect(open(root)).rejects.toThrow(/holds oxford-iiit-pet, got .*download oxfordPet/);
      await mkdir(path.join(root, 'oxford-iiit-pet'));
      await expect(open(root)).rejects.toThrow(/a readable list.*trainval\.txt/);
    });
  });
});

const root = process.env.PAT_DATA_DIR ?? '';
const real = existsSync(path.join(root, 'oxford-iiit-pet/images/Abyssinian_34.jpg'));

describe('oxfordPet: the shared part (needs PAT_DATA_DIR with its 320 pairs)', () => {
  it.skipIf(!real)('has the splits of its lists', async () => {
    const lengths = await Promise.all(
      splits.map(async (split) => (await open(root, { split })).length),
    );
    expect(lengths).toEqual([148, 17, 153]);
  });

  it.skipIf(!real)('loads all 320 pairs, with the counts of its README to the pixel', async () => {
    const datasets = await Promise.all(
      splits.map((split) => open(root, { split, splitRule: 'paper' })),
    );
    const { images, pixels, presence } = await countLabels(datasets);
    expect(images).toBe(320);
    expect(pixels.slice(0, 3)).toEqual([16_055_276, 35_363_903, 6_966_987]);
    expect(presence.slice(0, 3)).toEqual([319, 320, 319]);
    expect(pixels.slice(3).every((count) => count === 0)).toBe(true);
    const sizes = { height: [Infinity, 0], width: [Infinity, 0] };
    for (const dataset of datasets) {
      for (let i = 0; i < dataset.length; i++) {
        const sample = await dataset.sample(i);
        expect(sample.image).toHaveLength(3 * sample.labels.length);
        for (const side of ['height', 'width'] as const) {
          const [least, most] = sizes[side];
          sizes[side] = [Math.min(least, sample[side]), Math.max(most, sample[side])];
        }
      }
    }
    expect(sizes).toEqual({ height: [145, 1200], width: [177, 1600] });
  });

  it.skipIf(!real)('reads the GIF and the PNG with alpha', async () => {
    for (const [name, height, width] of [
      ['Abyssinian_34', 202, 250],
      ['Abyssinian_5', 150, 200],
    ] as const) {
      const sample = await find(root, name);
      expect([sample.height, sample.width]).toEqual([height, width]);
      expect(new Set(sample.image).size, 'grey levels in use').toBeGreaterThan(100);
      if (name === 'Abyssinian_34') expect([...new Set(sample.labels)]).toEqual([1]);
    }
  });
});

async function find(folder: string, name: string) {
  for (const split of splits) {
    const dataset = await open(folder, { split, splitRule: 'paper' });
    const at = (await namesOf(dataset)).indexOf(name);
    if (at >= 0) return dataset.sample(at);
  }
  throw new Error(`${name} is in no split`);
}
