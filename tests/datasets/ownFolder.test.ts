/** What people's own folders hold that is not as it should be: said as it is, with what to do. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { listDatasets } from '../../lib/cli/data/list';
import { findDataset, openDataset } from '../../lib/datasets';
import { surveyData } from '../../lib/training/surveyData';
import { namesOf, rgbPixels, withFolder } from './files';
import { messageOf, openOwn as open, writeOwn } from './ownFolder';
import type { Own } from './ownFolder';

/** What is done to a good folder, and what opening it and reading all samples says. */
const faults: readonly (readonly [
  what: string,
  spoil: (root: string) => Promise<unknown>,
  message: RegExp,
  own?: Own,
])[] = [
  [
    'label files of other names',
    () => Promise.resolve(),
    /names in images\/ and masks\/ must be equal, got n0\.png and n0_mask\.png.*rename n0_mask\.png to n0\.png/,
    { mask: (i) => `n${i}_mask.png` },
  ],
  [
    'labels/ for masks/',
    (root) => rename(path.join(root, 'masks'), path.join(root, 'labels')),
    /label files must be in .*masks, got none\. .* has labels\/: rename the folder of label files to masks/,
  ],
  [
    'sub-folders of images',
    async (root) => {
      await mkdir(path.join(root, 'deep'));
      await rename(path.join(root, 'images'), path.join(root, 'deep/train'));
      await rename(path.join(root, 'deep'), path.join(root, 'images'));
    },
    /images with none but the folders train\. Move the files up/,
  ],
  [
    'val.txt for valid.txt',
    async (root) => {
      await writeFile(path.join(root, 'train.txt'), 'n0\nn1\n');
      await writeFile(path.join(root, 'val.txt'), 'n2\nn3\n');
    },
    /list of valid must be valid\.txt, got '.*val\.txt'\. Rename it to valid\.txt/,
  ],
  [
    'a BMP',
    (root) => rename(path.join(root, 'images/n1.png'), path.join(root, 'images/n1.bmp')),
    /the image of 'n1' must be a JPEG, PNG, WebP, TIFF or GIF, got '.*n1\.bmp'.*convert the file to PNG/,
  ],
  [
    'a BMP under the name of a PNG',
    (root) =>
      writeFile(path.join(root, 'images/n1.png'), 'BM, and so on, for more than a few bytes'),
    /n1\.png', which is a BMP\. Convert it to PNG/,
  ],
  [
    'an AVIF under the name of a PNG',
    async (root) => {
      const raw = { width: 6, height: 4, channels: 3 } as const;
      const avif = await sharp(rgbPixels(4, 6, 1), { raw })
        .avif()
        .toBuffer();
      await writeFile(path.join(root, 'images/n1.png'), avif);
    },
    /n1\.png', which is an AVIF\. Convert it to PNG/,
  ],
  [
    'an SVG under the name of a PNG',
    (root) =>
      writeFile(
        path.join(root, 'images/n1.png'),
        '<svg xmlns="http://www.w3.org/2000/svg" width="6" height="4"><rect width="6" height="4"/></svg>',
      ),
    /n1\.png', which is an SVG\. Convert it to PNG/,
  ],
  [
    'a pointer of Git LFS for a label file',
    (root) =>
      writeFile(path.join(root, 'masks/n1.png'), 'version https://git-lfs.github.com/spec/v1'),
    /n1\.png', which is a Git LFS pointer\. Run 'git lfs pull' there/,
  ],
  [
    'a FIFO for an image',
    async (root) => {
      await rm(path.join(root, 'images/n1.png'));
      execFileSync('mkfifo', [path.join(root, 'images/n1.png')]);
    },
    /n1\.png', which is a FIFO/,
  ],
  [
    'a FIFO for classes.json',
    async (root) => {
      await rm(path.join(root, 'classes.json'));
      execFileSync('mkfifo', [path.join(root, 'classes.json')]);
    },
    /classes\.json', which is a FIFO/,
  ],
  [
    'classes.json in UTF-16',
    (root) =>
      writeFile(
        path.join(root, 'classes.json'),
        Buffer.from('\ufeff{"classes":["a","b"]}', 'utf16le'),
      ),
    /classes\.json', which is in UTF-16\. Save it as UTF-8/,
  ],
  [
    'a list in Latin-1',
    (root) => writeFile(path.join(root, 'train.txt'), Buffer.from('n0\nblé\n', 'latin1')),
    /train\.txt', which is in another encoding\. Save it as UTF-8/,
  ],
  [
    'two classes of one name',
    () => Promise.resolve(),
    /names of classes must be different from each other, got 'a'/,
    { classes: { classes: ['a', 'b', 'a'] } },
  ],
  [
    'an image that is listed and not there',
    async (root) => {
      for (const [list, name] of Object.entries({ train: 'n0', valid: 'n1', test: 'n9' })) {
        await writeFile(path.join(root, `${list}.txt`), `${name}\n`);
      }
    },
    /n9\.png does not exist \(the image of 'n9', listed in test\.txt\)/,
  ],
  [
    'fewer than three images',
    () => Promise.resolve(),
    /images must be at least 3 for a split to be drawn, got 2/,
    { count: 2 },
  ],
  [
    'label values over 255',
    async (root) => {
      const wide = new Uint16Array(24).fill(300);
      const mask = sharp(wide, { raw: { width: 6, height: 4, channels: 1 } }).toColourspace(
        'grey16',
      );
      await writeFile(path.join(root, 'masks/n1.png'), await mask.png().toBuffer());
    },
    /label value in .*n1\.png must be one of 0–1, 255, got 300\. .* Class ids go up to 255/,
  ],
  [
    'class ids in RGB',
    async (root) => {
      const raw = { width: 6, height: 4, channels: 3 } as const;
      const rgb = sharp(Buffer.alloc(72, 1), { raw }).png({ palette: false });
      await writeFile(path.join(root, 'masks/n1.png'), await rgb.toBuffer());
    },
    /colour in .*n1\.png must be that of one of the classes, got \[1, 1, 1\]\. .*save the labels as 8-bit grey PNGs/,
  ],
];

describe.each(faults.map(([what, spoil, message, own]) => ({ what, spoil, message, own })))(
  '$what',
  ({ spoil, message, own }) => {
    it('is an error that names the place and the remedy, and nothing is written', () =>
      withFolder(async (root) => {
        await writeOwn(root, own);
        await spoil(root);
        const before = (await readdir(root)).sort();
        const texts: string[] = [];
        for (const split of ['train', 'valid', 'test'] as const) {
          const read = open(root, { split }).then(async (dataset) => {
            for (let i = 0; i < dataset.length; i++) await dataset.sample(i);
            await namesOf(dataset);
          });
          texts.push(await messageOf(read));
        }
        expect(texts.join('\n')).toMatch(message);
        for (const text of texts) expect(text).toMatch(/^(InputError|no error)/);
        expect((await readdir(root)).sort()).toEqual(before);
      }));
  },
);

describe('a folder that is well all the same', () => {
  it('holds folders beside its files: what is passed over is named, once for all splits', () =>
    withFolder(async (root) => {
      await writeOwn(root);
      expect((await open(root, { split: 'train' })).remarks).toEqual([]);
      await mkdir(path.join(root, 'images/night'));
      await mkdir(path.join(root, 'images/.hidden'));
      const [train, valid] = [
        await open(root, { split: 'train' }),
        await open(root, { split: 'valid' }),
      ];
      expect(train.remarks).toEqual([
        expect.stringContaining(
          `${root}/images holds folders, whose files are passed over: night.`,
        ),
      ]);
      const { notes } = await surveyData({ train, valid });
      expect(notes.filter((note) => note.includes('night'))).toHaveLength(1);
    }));

  it('has a byte order mark, or images named .jfif', () =>
    withFolder(async (root) => {
      await writeOwn(root, { image: (i) => `n${i}.jpg` });
      for (let i = 0; i < 4; i++) {
        await rename(path.join(root, `images/n${i}.jpg`), path.join(root, `images/n${i}.jfif`));
      }
      await writeFile(path.join(root, 'classes.json'), '\ufeff{"classes":["a","b"]}');
      await writeFile(path.join(root, 'train.txt'), '\ufeffn1\n');
      expect(await namesOf(await open(root))).toEqual(['n1']);
    }));
});

describe('a root that holds folders of one’s own', () => {
  it('gives the only one, by name and by auto, and says what to set for none or several', () =>
    withFolder(async (root) => {
      const none = await messageOf(open(root));
      expect(none).toMatch(
        /root must be a folder with a classes\.json.*Set root .*datasetRoot in a notebook/,
      );
      expect(await findDataset({ root })).toBe('synthetic');
      await writeOwn(path.join(root, 'mine'));
      expect((await open(root)).length).toBeGreaterThan(0);
      expect(await findDataset({ root })).toBe('folder');
      expect((await openDataset({ name: 'auto', root })).classNames).toEqual(['a', 'b']);
      await writeOwn(path.join(root, 'other'));
      expect(await messageOf(open(root))).toMatch(/several: set root to one of .*mine, .*other/);
      const listed = await listDatasets(root);
      const own = listed.filter(({ name }) => name === 'folder');
      expect(own.map(({ folder, splits }) => [path.basename(folder!), splits.train])).toEqual([
        ['mine', 2],
        ['other', 2],
      ]);
      expect(listed.filter(({ name }) => name === 'camvid')).toHaveLength(1);
    }));
});
