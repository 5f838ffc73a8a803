import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { availableDatasets, keepSplit, openDataset } from '../../lib/datasets';
import type { DatasetOptions } from '../../lib/datasets';
import { writeFolderTemplate } from '../../lib/datasets/folderTemplate';
import { vocColour } from '../../lib/datasets/palette';
import { namesOf, pngBytes, withFolder, writePair } from './files';

const open = (root: string, options: Partial<DatasetOptions> = {}) =>
  openDataset({ name: 'folder', root, ...options });

const twoClasses = {
  title: 'Leaves',
  classes: [
    { name: 'soil', colour: [10, 20, 30] },
    { name: 'leaf', colour: [0, 200, 0] },
  ],
  ignoreColour: [255, 255, 255],
};

/** A folder of 4x6 images; masks hold 0, 1 and 255 in turn. */
async function writeFolder(
  root: string,
  names: readonly string[],
  classes: unknown = twoClasses,
): Promise<void> {
  for (const [number, name] of names.entries()) {
    const mask = path.join(root, 'masks', `${name}.png`);
    const label = (i: number) => [0, 1, 255][i % 3];
    await writePair(path.join(root, 'images', `${name}.jpg`), mask, { number, label });
  }
  await writeFile(path.join(root, 'classes.json'), JSON.stringify(classes));
}

const firstLabels = async (root: string, options: Partial<DatasetOptions> = {}) => [
  ...(await (await open(root, { splitRule: 'paper', ...options })).sample(0)).labels.subarray(0, 4),
];

describe('folder: labels', () => {
  it('takes names, colours and title from classes.json', async () => {
    await withFolder(async (root) => {
      await writeFolder(root, ['a', 'b']);
      const dataset = await open(root, { voidAs: 'class' });
      expect([dataset.name, dataset.title, dataset.numClasses]).toEqual(['folder', 'Leaves', 3]);
      expect(dataset.classNames).toEqual(['soil', 'leaf', 'Void']);
      expect(dataset.palette[1]).toEqual([0, 200, 0]);
      expect(await firstLabels(root)).toEqual([0, 1, 255, 0]);
      expect(await firstLabels(root, { voidAs: 'class' })).toEqual([0, 1, 2, 0]);
    });
  });

  it('takes names alone, values of its own, and no void', async () => {
    await withFolder(async (root) => {
      await writeFolder(root, ['a'], { classes: ['x', 'y'] });
      expect((await open(root)).palette).toEqual([vocColour(1), vocColour(2)]);
      const classes = [{ name: 'off' }, { name: 'middle', value: 255 }, { name: 'on', value: 1 }];
      await writeFolder(root, ['a'], { classes, ignoreIndex: null });
      expect(await firstLabels(root)).toEqual([0, 2, 1, 0]);
      expect((await open(root, { voidAs: 'class' })).numClasses).toBe(3);
    });
  });

  it('reads indexed, RGB and RGBA masks as the same labels', async () => {
    await withFolder(async (root) => {
      await writeFolder(root, ['a']);
      const mask = path.join(root, 'masks/a.png');
      const expected = Array.from({ length: 24 }, (_, i) => [0, 1, 255][i % 3]);
      const colours = [twoClasses.classes[0].colour, twoClasses.classes[1].colour, [255, 255, 255]];
      const rgb = Buffer.from(Array.from({ length: 24 }, (_, i) => colours[i % 3]).flat());
      const image = sharp(rgb, { raw: { width: 6, height: 4, channels: 3 } });
      const values = expected;
      const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7]).flat();
      const byColour = { width: 6, height: 4, values: values.map((v) => (v === 255 ? 2 : v)) };
      for (const [kind, bytes, masks] of [
        ['indexed', pngBytes({ width: 6, height: 4, values, palette }), 'ids'],
        ['palette by colour', pngBytes({ ...byColour, palette: colours.flat() }), 'colours'],
        ['RGB', await image.clone().png({ palette: false }).toBuffer(), 'ids'],
        ['RGBA', await image.clone().ensureAlpha(0.1).png({ palette: false }).toBuffer(), 'ids'],
      ] as const) {
        await writeFile(mask, bytes);
        await writeFile(path.join(root, 'classes.json'), JSON.stringify({ ...twoClasses, masks }));
        expect([...(await (await open(root)).sample(0)).labels], kind).toEqual(expected);
      }
      rgb[3 * 8] = 99;
      await writeFile(mask, await image.png({ palette: false }).toBuffer());
      await expect((await open(root)).sample(0)).rejects.toThrow(
        /colour in .*a\.png must be that of one of the classes, got \[99, 255, 255\]\. .* row 1, column 2/,
      );
    });
  });

  it.each([
    [{ classes: [] }, /classes must be a list of 1 to 255 classes, got \[\]/],
    [{ classes: [3] }, /classes\[0\] must be a name or \{ name/],
    [{ classes: [{ name: 'a', color: [1, 2, 3] }] }, /got 'color'\. Did you mean 'colour'/],
    [{ classes: [{ name: 'a', colour: [1, 2] }] }, /classes\[0\]\.colour must be \[red, green/],
    [
      { classes: [{ name: 'a', colour: [1, 2, 256] }] },
      /colour must be an integer >= 0 and <= 255/,
    ],
    [{ classes: ['a', { name: 'b', value: 0 }] }, /value of 'b' must be different.*got 0/],
    [{ classes: ['a'], ignoreIndex: 0 }, /value of 'a' must be different/],
    [{ classes: ['a'], ignoreIndex: 300 }, /ignoreIndex must be an integer/],
    [{ classes: ['a'], ignoreColour: vocColour(1) }, /colour of 'a' must be different/],
    [{ classes: ['a'], masks: 'colors' }, /masks must be one of ids, colours.*Did you mean/],
    [{ classes: ['a'], ignoreindex: 3 }, /got 'ignoreindex'\. Did you mean 'ignoreIndex'/],
  ])('refuses the classes.json %j, by its name', async (classes, message) => {
    await withFolder(async (root) => {
      await writeFolder(root, ['a'], classes);
      await expect(open(root)).rejects.toThrow(message);
      await expect(open(root)).rejects.toThrow('classes.json');
    });
  });

  it('refuses a classes.json that is no JSON or not there', async () => {
    await withFolder(async (root) => {
      await writeFile(path.join(root, 'classes.json'), '{');
      await expect(open(root)).rejects.toThrow(/classes\.json must be JSON/);
      await expect(open(path.join(root, 'none'))).rejects.toThrow(/new-folder DIR/);
      await mkdir(path.join(root, 'other'));
      await expect(open(path.join(root, 'other'))).rejects.toThrow(/new-folder DIR/);
    });
  });
});

describe('folder: splits', () => {
  const ten = Array.from({ length: 10 }, (_, i) => `bild ${i} ü.${i}`);

  it('without lists, are the paper’s; reading writes nothing, keepSplit writes them down', async () => {
    await withFolder(async (root) => {
      await writeFolder(root, ten);
      const [train, valid, test] = await Promise.all(
        (['train', 'valid', 'test'] as const).map(async (split) =>
          namesOf(await open(root, { split })),
        ),
      );
      expect([train.length, valid.length, test.length]).toEqual([8, 1, 1]);
      expect([...train, ...valid, ...test].sort()).toEqual(ten);
      expect((await readdir(root)).sort()).toEqual(['classes.json', 'images', 'masks']);
      await keepSplit({ name: 'folder', root });
      const file = path.join(root, 'splits/paper-seed0.json');
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ train, valid, test });
    });
  });

  it('with lists, are the lists; names may have extensions, folders and accents of any form', async () => {
    await withFolder(async (root) => {
      await writeFolder(root, ten);
      await writeFile(
        path.join(root, 'train.txt'),
        `\uFEFF${ten[4].normalize('NFD')}\r\nimages/${ten[2]}.jpg\r\n# none\r\n`,
      );
      await writeFile(path.join(root, 'test.txt'), `${ten[3]}\n`);
      expect(await namesOf(await open(root))).toEqual([ten[4], ten[2]]);
      expect(await namesOf(await open(root, { split: 'test' }))).toEqual([ten[3]]);
      const valid = open(root, { split: 'valid' });
      await expect(valid).rejects.toThrow(/train\.txt and test\.txt only: add valid\.txt/);
      const status = await availableDatasets(root, 'valid');
      expect(status.find(({ name }) => name === 'folder')?.found).toBe(false);
      expect((await open(root, { splitRule: 'paper' })).length).toBe(8);
      await writeFile(path.join(root, 'test.txt'), `${ten[2]}\n`);
      await expect(open(root)).rejects.toThrow(/in one split, got 'train and test'/);
    });
  });
});

describe('writeFolderTemplate', () => {
  it('writes a folder that works as soon as there are images in it, and overwrites nothing', async () => {
    await withFolder(async (parent) => {
      const root = path.join(parent, 'neu/mein Satz');
      const made = await writeFolderTemplate(root);
      expect(made.map((file) => path.relative(root, file)).sort()).toEqual(
        (await readdir(root)).sort(),
      );
      await expect(open(root)).rejects.toThrow(/train split in .* is empty/);
      for (const name of ['a', 'b']) {
        await writePair(
          path.join(root, `images/${name}.webp`),
          path.join(root, `masks/${name}.png`),
          {
            label: (i) => [0, 1, 255][i % 3],
          },
        );
      }
      const dataset = await open(root);
      expect([dataset.length, dataset.title, dataset.classNames]).toEqual([
        2,
        'My data set',
        ['background', 'object'],
      ]);
      expect([...(await dataset.sample(1)).labels.subarray(0, 3)]).toEqual([0, 1, 255]);
      await expect(writeFolderTemplate(root)).rejects.toThrow(
        /new-folder: DIR must be .*classes\.json, which is there.*another folder/,
      );
    });
  });
});

describe('vocColour', () => {
  it('is the colour map of the PASCAL VOC development kit', () => {
    // background, aeroplane, bicycle, bird, boat, bottle, …, tv/monitor, void
    expect([0, 1, 2, 3, 4, 5, 20, 255].map(vocColour)).toEqual([
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [128, 128, 0],
      [0, 0, 128],
      [128, 0, 128],
      [0, 64, 128],
      [224, 224, 192],
    ]);
  });
});
