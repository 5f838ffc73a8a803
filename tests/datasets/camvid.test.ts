import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import { countLabels, pngBytes, rgbPixels, withFolder, writeCamvid } from './files';
import type { TinyCamvid } from './files';

const open = (root: string, options: object = {}) =>
  openDataset({ name: 'camvid', root, ...options });

/** Opens a tiny CamVid after `spoil` has changed its files. */
async function tiny<T>(
  options: TinyCamvid,
  use: (root: string, folder: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (root) => use(root, await writeCamvid(root, options)));
}

async function names(root: string, options: object = {}): Promise<string[]> {
  const dataset = await open(root, options);
  const list: string[] = [];
  for (let i = 0; i < dataset.length; i++) list.push((await dataset.sample(i)).name);
  return list;
}

describe('camvid: layouts', () => {
  const styles: [string, TinyCamvid['list'], 'png' | 'jpg'][] = [
    [
      'the original lists',
      (s) => s.map((n) => `/SegNet/CamVid/train/${n}.png /SegNet/CamVid/trainannot/${n}.png`),
      'png',
    ],
    [
      'lists of relative paths to JPEGs',
      (s) => s.map((n) => `CamVid/train/${n}.jpg CamVid/trainannot/${n}.png`),
      'jpg',
    ],
    [
      'the original lists over JPEG copies',
      (s) => s.map((n) => `/SegNet/CamVid/train/${n}.png /SegNet/CamVid/trainannot/${n}.png`),
      'jpg',
    ],
    [
      'lists with Windows line ends',
      (s) => s.map((n) => `CamVid/train/${n}.png\tCamVid/trainannot/${n}.png\r`),
      'png',
    ],
    ['folders without lists', undefined, 'jpg'],
  ];
  it.each(styles)('%s', async (_, list, format) => {
    await tiny({ count: 3, list, format }, async (root) => {
      expect(await names(root)).toEqual(['frame_0', 'frame_1', 'frame_2']);
    });
  });

  it('follows the order and the choice of the list', async () => {
    const list = (s: readonly string[]) =>
      [s[2], s[0]].map((n) => `train/${n}.png trainannot/${n}.png`);
    await tiny({ count: 3, list }, async (root) => {
      expect(await names(root)).toEqual(['frame_2', 'frame_0']);
    });
  });

  it('has its parts val and test as valid and test', async () => {
    for (const [part, split] of [
      ['val', 'valid'],
      ['test', 'test'],
    ] as const) {
      await tiny({ count: 1, part }, async (root) => {
        expect(await names(root, { split })).toEqual(['frame_0']);
        await expect(open(root)).rejects.toThrow(/CamVid.train'\. It does not exist: unpack/);
      });
    }
  });
});

describe('camvid: samples', () => {
  it('keeps ids 0–10 and ignores 11, or counts it as class 11', async () => {
    await tiny({ count: 2 }, async (root) => {
      const expected = Array.from({ length: 24 }, (_, i) => (1 + i) % 12);
      const ignore = await open(root);
      const { labels, image, height, width } = await ignore.sample(1);
      expect([...labels]).toEqual(expected.map((id) => (id === 11 ? 255 : id)));
      expect([...image]).toEqual([...rgbPixels(4, 6, 1)]);
      expect([height, width, ignore.numClasses]).toEqual([4, 6, 11]);
      const asClass = await open(root, { voidAs: 'class' });
      expect([...(await asClass.sample(1)).labels]).toEqual(expected);
      expect([asClass.numClasses, asClass.classNames[11], asClass.palette.length]).toEqual([
        12,
        'Void',
        12,
      ]);
    });
  });

  it('resizes image and labels to the size asked for', async () => {
    await tiny(
      { count: 1, height: 6, width: 9, label: (_, i) => (i % 9 < 3 ? 0 : 5) },
      async (root) => {
        const { height, width, image, labels } = await (
          await open(root, { size: [2, 3] })
        ).sample(0);
        expect([height, width, image.length]).toEqual([2, 3, 18]);
        expect([...labels]).toEqual([0, 5, 5, 0, 5, 5]);
      },
    );
  });
});

describe('camvid: faults', () => {
  const list: TinyCamvid['list'] = (s) => s.map((n) => `train/${n}.png trainannot/${n}.png`);

  it('a missing folder: where it looked, how to set it, what works without files', async () => {
    await withFolder(async (root) => {
      const error = await open(root).catch((reason: Error) => reason.message);
      expect(error).toContain(
        `openDataset: root must be a folder that holds camvid/CamVid, got '${root}'`,
      );
      expect(error).toContain(path.join(root, 'camvid/CamVid'));
      expect(error).toMatch(/set PAT_DATA_DIR.*'synthetic' works without files/);
    });
  });

  it('a missing mask or image, with and without a list', async () => {
    for (const [file, lists] of [
      ['trainannot/frame_1.png', list],
      ['trainannot/frame_1.png', undefined],
      ['train/frame_1.png', list],
      ['train/frame_1.png', undefined],
    ] as const) {
      await tiny({ count: 3, list: lists }, async (root, folder) => {
        await rm(path.join(folder, file));
        await expect(open(root)).rejects.toThrow(`${path.join(folder, file)} does not exist`);
      });
    }
  });

  it('an empty data set', async () => {
    for (const lists of [() => ['', ' '], undefined]) {
      await tiny({ count: 0, list: lists }, async (root) => {
        await expect(open(root)).rejects.toThrow(
          /split must be one with images, got 'train'.*is empty/,
        );
      });
    }
  });

  it('a line that is no pair', async () => {
    await tiny({ count: 1, list: (s) => [`train/${s[0]}.png`] }, async (root) => {
      await expect(open(root)).rejects.toThrow(
        /line 1 of .*train\.txt must be .* got 'train\/frame_0\.png'/,
      );
    });
  });

  it('a mask of another size than its image: both files, both sizes', async () => {
    await tiny({ count: 1 }, async (root, folder) => {
      const mask = path.join(folder, 'trainannot/frame_0.png');
      await writeFile(mask, pngBytes({ width: 4, height: 6, values: Array<number>(24).fill(0) }));
      const message =
        `mask size must equal its image's, got 6x4 in ${mask} and 4x6 in ` +
        path.join(folder, 'train/frame_0.png');
      for (const options of [{}, { size: [4, 6] }]) {
        const dataset = await open(root, options);
        await expect(dataset.sample(0)).rejects.toThrow(message);
        await expect(dataset.labelMap(0)).rejects.toThrow(message);
      }
      const image = sharp(rgbPixels(4, 6, 0), { raw: { width: 6, height: 4, channels: 3 } });
      await image.withMetadata({ orientation: 6 }).toFile(path.join(folder, 'train/turned.jpg'));
      await rm(path.join(folder, 'train/frame_0.png'));
      await writeFile(path.join(folder, 'train.txt'), 'train/turned.jpg trainannot/frame_0.png');
      await expect((await open(root)).sample(0)).rejects.toThrow(
        /EXIF orientation 6 is not applied/,
      );
    });
  });

  it('a label value that is not allowed, a truncated image: at the sample, by name', async () => {
    await tiny(
      { count: 2, label: (image, i) => (image === 1 && i === 8 ? 12 : 0) },
      async (root, folder) => {
        const dataset = await open(root);
        expect((await dataset.sample(0)).name).toBe('frame_0');
        await expect(dataset.sample(1)).rejects.toThrow(
          /trainannot.frame_1\.png must be one of 0–11, got 12\. It occurs first at row 1, column 2/,
        );
        const image = path.join(folder, 'train/frame_0.png');
        await writeFile(image, (await sharp(image).png().toBuffer()).subarray(0, 60));
        await expect(dataset.sample(0)).rejects.toThrow(`got '${image}'`);
      },
    );
  });
});

const root = process.env.PAT_DATA_DIR ?? '';
const real = existsSync(path.join(root, 'camvid/CamVid/train'));

describe('camvid: the real files', () => {
  it.skipIf(!real)('all 367 + 101 pairs load (needs PAT_DATA_DIR with CamVid)', async () => {
    for (const [split, count] of [
      ['train', 367],
      ['valid', 101],
    ] as const) {
      const dataset = await open(root, { split });
      expect(dataset.length).toBe(count);
      const sizes = new Set<string>();
      for (let i = 0; i < dataset.length; i++) {
        const { height, width, image, labels } = await dataset.sample(i);
        sizes.add(`${height}x${width} ${image.length} ${labels.length}`);
      }
      expect([...sizes]).toEqual(['360x480 518400 172800']);
    }
  });

  it.skipIf(!real)(
    'their counts are those published, to the pixel (needs PAT_DATA_DIR)',
    async () => {
      const train = await countLabels([await open(root)]);
      // README of the shared data: pixels and images of each class in train, void last.
      expect([...train.pixels.slice(0, 11), train.pixels[255]]).toEqual([
        ...[10682767, 14750079, 623349, 20076880, 2845085, 6166762, 743859, 714595],
        ...[3719877, 405385, 184967, 2503995],
      ]);
      expect([...train.presence.slice(0, 11), train.presence[255]]).toEqual([
        ...[366, 365, 366, 367, 349, 319, 351, 173, 360, 317, 201, 367],
      ]);
      const valid = await countLabels([await open(root, { split: 'valid' })]);
      expect(valid.presence.slice(0, 11)).toEqual(Array(11).fill(101));
      const percent = valid.pixels.slice(0, 11).map((count) => Number((count / 174528).toFixed(3)));
      expect(percent).toEqual([
        ...[9.177, 25.962, 0.564, 28.953, 8.719, 16.336, 0.892, 3.078, 1.746, 0.651, 2.217],
      ]);
    },
  );
});

describe("camvid: splitRule 'groups' and 'paper'", () => {
  const frame = /^(\w+)_f?(\d+)$/;
  const seconds = (names: readonly string[], others: readonly string[]) =>
    Math.min(
      ...names.flatMap((name) => {
        const [, drive, at] = frame.exec(name) ?? [];
        return others.flatMap((other) => {
          const [, otherDrive, otherAt] = frame.exec(other) ?? [];
          return drive === otherDrive ? [Math.abs(Number(at) - Number(otherAt)) / 30] : [];
        });
      }),
    );

  const shared = process.env.PAT_DATA_DIR ?? '';
  it.skipIf(!existsSync(path.join(shared, 'camvid')))(
    'learns from no frame within 10 seconds of a scored one (needs PAT_DATA_DIR with CamVid)',
    async () => {
      for (const [splitRule, sizes] of [
        ['groups', [215, 96, 233]],
        ['paper', undefined],
      ] as const) {
        const parts = await Promise.all(
          (['train', 'valid', 'test'] as const).map(async (split) => {
            const { parts } = await openDataset({ name: 'camvid', root: shared, split, splitRule });
            return (parts?.files ?? []).map(({ name }) => name);
          }),
        );
        const [train, valid, test] = parts;
        if (sizes) expect(parts.map(({ length }) => length)).toEqual(sizes);
        expect(seconds(train, valid)).toBeGreaterThan(10);
        expect(seconds(train, test)).toBeGreaterThan(10);
        expect(seconds(valid, test)).toBeGreaterThan(10);
      }
      const valid = await openDataset({ name: 'camvid', root: shared, split: 'valid' });
      const clip = (valid.parts?.files ?? []).map(({ name }) => name);
      const train = await openDataset({ name: 'camvid', root: shared, splitRule: 'groups' });
      const learnt = (train.parts?.files ?? []).map(({ name }) => name);
      expect(seconds(learnt, clip)).toBeGreaterThan(10);
    },
  );

  it('warns of a split that version 1.0 wrote down frame by frame', async () => {
    await tiny({ count: 3 }, async (root, folder) => {
      const stems = ['0001TP_000030', '0001TP_000060', '0006R0_f00030', '0016E5_00030'];
      const files = ['train', 'trainannot'];
      for (const part of files) await rm(path.join(folder, part), { recursive: true });
      for (const part of files) await mkdir(path.join(folder, part));
      const picture = await sharp({
        create: { width: 6, height: 4, channels: 3, background: 'red' },
      })
        .png()
        .toBuffer();
      const mask = await sharp(new Uint8Array(24), { raw: { width: 6, height: 4, channels: 1 } })
        .png()
        .toBuffer();
      for (const stem of stems) {
        await writeFile(path.join(folder, 'train', `${stem}.png`), picture);
        await writeFile(path.join(folder, 'trainannot', `${stem}.png`), mask);
      }
      const written = { train: stems.slice(1, 3), valid: [stems[0]], test: [stems[3]] };
      await mkdir(path.join(folder, 'splits'));
      await writeFile(path.join(folder, 'splits/paper-seed0.json'), JSON.stringify(written));
      const { remarks, length } = await open(root, { splitRule: 'paper' });
      expect(length).toBe(2);
      expect(remarks?.join()).toMatch(
        /share 1 of 3 groups of images \(e\.g\. '0001TP, block 0'\).*delete splits/,
      );
      await rm(path.join(folder, 'splits'), { recursive: true });
      expect((await open(root, { splitRule: 'paper' })).remarks).toEqual([]);
    });
  });
});
