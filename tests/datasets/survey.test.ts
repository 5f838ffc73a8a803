/** What is found in images and labels before the first step: orientation, depth, classes without a pixel. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import { labelDoubts, surveyLabels, unreadableSamples } from '../../lib/datasets/survey';
import { surveyData } from '../../lib/training/surveyData';
import { withFolder, writePair } from './files';
import { messageOf, openOwn as open, writeOwn } from './ownFolder';

describe('orientation', () => {
  const pixels = Buffer.from(Array.from({ length: 24 }, (_, i) => [i * 10, 0, 0]).flat());
  const photo = sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } });

  it.each([2, 3, 4, 5, 6, 7, 8])(
    '%i is refused until classes.json tells what it means',
    (orientation) =>
      withFolder(async (root) => {
        await writeOwn(root, { image: (i) => `n${i}.webp` });
        for (const format of ['webp', 'png', 'jpeg', 'tiff'] as const) {
          const bytes = await photo
            .clone()
            .webp({ lossless: true })
            .tiff({ compression: 'lzw' })
            .toFormat(format)
            .withMetadata({ orientation })
            .toBuffer();
          await writeFile(path.join(root, 'images/n0.webp'), bytes);
          await writeFile(path.join(root, 'train.txt'), 'n0\n');
          await writeFile(path.join(root, 'classes.json'), JSON.stringify({ classes: ['a', 'b'] }));
          const refused = new RegExp(
            `orientation must be 1 \\(upright\\), got ${orientation} in .*n0\\.webp`,
          );
          const dataset = await open(root);
          await expect(dataset.sample(0), format).rejects.toThrow(refused);
          await expect(dataset.labelMap(0), format).rejects.toThrow(refused);
          const classes = (rule: string) =>
            JSON.stringify({ classes: ['a', 'b'], orientation: rule });
          await writeFile(path.join(root, 'classes.json'), classes('stored'));
          const stored = await (await open(root)).sample(0);
          expect([stored.height, stored.width]).toEqual([4, 6]);
          if (format !== 'jpeg') expect(Buffer.compare(stored.image, pixels)).toBe(0);
          await writeFile(path.join(root, 'classes.json'), classes('upright'));
          const upright = sharp(bytes).rotate().toColourspace('srgb').removeAlpha();
          const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
          await writePair(path.join(root, 'other.png'), path.join(root, 'masks/n0.png'), {
            height: info.height,
            width: info.width,
          });
          const turned = await (await open(root)).sample(0);
          expect([turned.height, turned.width]).toEqual([info.height, info.width]);
          expect(Buffer.compare(turned.image, data), format).toBe(0);
          expect((await (await open(root)).labelMap(0)).height).toBe(info.height);
          await writePair(path.join(root, 'other.png'), path.join(root, 'masks/n0.png'), {
            label: (i) => i % 2,
          });
        }
      }),
  );

  it('is told of every image at the start of a training', () =>
    withFolder(async (root) => {
      await writeOwn(root, { count: 5, image: (i) => `n${i}.jpg` });
      for (const i of [1, 3]) {
        const bytes = await photo.clone().jpeg().withMetadata({ orientation: 3 }).toBuffer();
        await writeFile(path.join(root, `images/n${i}.jpg`), bytes);
      }
      const lists = { train: 'n0\nn1\nn2\nn3\n', valid: 'n4\n' };
      for (const [list, names] of Object.entries(lists)) {
        await writeFile(path.join(root, `${list}.txt`), names);
      }
      const train = await open(root);
      const valid = await open(root, { split: 'valid' });
      const message = await messageOf(surveyData({ train, valid }));
      expect(message).toMatch(/^InputError: 2 samples of the train split/);
      expect(message).toContain(path.join(root, 'images/n1.jpg'));
      expect(message).toContain(path.join(root, 'images/n3.jpg'));
    }));
});

describe('depth', () => {
  const grey = { width: 6, height: 4, channels: 1 } as const;
  const ramp = (high: number) => Uint16Array.from({ length: 24 }, (_, i) => (i * high) / 23);

  it.each([
    ['float', '32-bit floating-point'],
    ['int', '32-bit'],
    ['uint', '32-bit'],
    ['short', 'signed 16-bit'],
  ] as const)('refuses %s, which would be read as black or white', (depth, words) =>
    withFolder(async (root) => {
      await writeOwn(root, { image: (i) => `n${i}.tiff` });
      const kinds = {
        float: Float32Array,
        int: Int32Array,
        uint: Uint32Array,
        short: Int16Array,
      };
      const pixels = new kinds[depth](24);
      await writeFile(path.join(root, 'images/n1.tiff'), tiffBytes(pixels));
      const dataset = await open(root, { splitRule: 'paper' });
      const names = await Promise.all(
        (['train', 'valid', 'test'] as const).map(async (split) => {
          const { bad } = await surveyLabels(await open(root, { split }));
          return bad.map(({ reason }) => reason);
        }),
      );
      expect(dataset.length).toBe(2);
      expect(names.flat()).toEqual([
        expect.stringMatching(`got ${words} numbers in '.*n1\\.tiff'.*rescale to 8 bits`),
      ]);
    }),
  );

  it('warns of 16 bits of which a small part is used, and of no others', () =>
    withFolder(async (root) => {
      await writeOwn(root);
      for (const [i, high] of [4095, 65535, 16383].entries()) {
        const image = sharp(ramp(high), { raw: grey }).toColourspace('grey16');
        await writeFile(path.join(root, `images/n${i}.png`), await image.png().toBuffer());
      }
      await writeFile(path.join(root, 'train.txt'), 'n0\nn1\nn2\nn3\n');
      for (const read of ['labels', 'samples']) {
        const dataset = await open(root);
        if (read === 'labels') await surveyLabels(dataset);
        else for (let i = 0; i < 4; i++) await dataset.sample(i);
        expect([...(dataset.remarks ?? [])].sort()).toEqual([
          expect.stringMatching(
            /n0\.png has 16 bits .* read as 0 to 15 of 255\. Rescale it to 8 bits/,
          ),
          expect.stringMatching(/n2\.png has 16 bits .* read as 0 to 63 of 255/),
        ]);
      }
    }));
});

/** A grey TIFF of one strip: what sharp does not write. */
function tiffBytes(pixels: Float32Array | Int32Array | Uint32Array | Int16Array): Buffer {
  const format = { Float32Array: 3, Int32Array: 2, Int16Array: 2, Uint32Array: 1 };
  const kind = pixels.constructor.name as keyof typeof format;
  const tags = [
    ...[
      [256, 6],
      [257, 4],
      [258, 8 * pixels.BYTES_PER_ELEMENT],
      [259, 1],
      [262, 1],
      [273, 8],
    ],
    ...[
      [277, 1],
      [278, 4],
      [279, pixels.byteLength],
      [339, format[kind]],
    ],
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(4, 4 + 12 * i);
    directory.writeUInt32LE(1, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  });
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  header.writeUInt32LE(8 + pixels.byteLength, 4);
  return Buffer.concat([header, Buffer.from(pixels.buffer), directory]);
}

describe('labels', () => {
  const survey = async (root: string) => {
    const dataset = await open(root);
    return labelDoubts(dataset, await surveyLabels(dataset));
  };

  it('of 0 and 255 with 255 as void: the class that lost its pixels, and what to write', () =>
    withFolder(async (root) => {
      const classes = { title: 'Cells', classes: ['background', 'object'] };
      await writeOwn(root, { label: (i) => 255 * (i % 2), classes });
      expect(await survey(root)).toEqual([
        "class 'object' has no pixel in the train split of Cells, while 50.00 % of the pixels are ignored. " +
          "If these are its pixels, give 'object' the value 255 and ignoreIndex null (classes.json).",
        expect.stringMatching(/all labelled pixels .* are of class 'background'/),
      ]);
      const mended = { classes: ['background', { name: 'object', value: 255 }], ignoreIndex: null };
      await writeOwn(root, { label: (i) => 255 * (i % 2), classes: mended });
      expect(await survey(root)).toEqual([]);
    }));

  it('of a class without a pixel where nothing is ignored', () =>
    withFolder(async (root) => {
      await writeOwn(root, { classes: { title: 'T', classes: ['a', 'b', 'c'] } });
      expect(await survey(root)).toEqual(["class 'c' has no pixel in the train split of T."]);
    }));

  it('of one class stop a training', () =>
    withFolder(async (root) => {
      await writeOwn(root, { label: () => 0, classes: { classes: ['only'] } });
      const train = await open(root);
      const valid = await open(root, { split: 'valid' });
      await expect(surveyData({ train, valid })).rejects.toThrow(
        /classes of .* must be at least 2, got 1\. Add one to classes\.json.*voidAs/,
      );
    }));

  it('that are bad are listed up to fifty', async () => {
    const dataset = await openDataset({ name: 'synthetic', length: 1, size: [8, 8] });
    const bad = Array.from({ length: 60 }, (_, i) => ({ name: `${i}`, reason: `reason ${i}` }));
    expect(unreadableSamples(dataset, [])).toBeUndefined();
    expect(unreadableSamples(dataset, bad)?.message.split('\n')).toHaveLength(52);
  });
});
