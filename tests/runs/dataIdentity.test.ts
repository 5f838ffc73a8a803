import { cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import { identifySplit } from '../../lib/datasets/identity';
import { dataDifference, identifyData } from '../../lib/runs/dataIdentity';
import { withFolder } from '../datasets/files';
import { writeFolderData, writeFolderPair } from '../support/folderData';

async function identify(root: string, contents = false) {
  const open = (split: 'train' | 'valid' | 'test') => openDataset({ name: 'folder', root, split });
  const opened = {
    train: await open('train'),
    valid: await open('valid'),
    test: await open('test'),
  };
  const found = await identifyData(opened, { contents });
  if (found === undefined) throw new Error('no identity');
  return found;
}

type Change = (root: string) => Promise<unknown>;

const changes: [what: string, change: Change, text: string][] = [
  [
    'classes in another order',
    (root: string) => writeFolderData(root, { classes: ['sky', 'road'] }),
    "class 0 is 'sky' (was 'road')",
  ],
  [
    "a class's value",
    (root: string) =>
      writeFolderData(root, {
        classes: [
          { name: 'road', value: 1 },
          { name: 'sky', value: 0 },
        ],
      }),
    "class 0, 'road', is '1 #800000' in label files (was '0 #800000')",
  ],
  [
    'a title',
    (root: string) => writeFolderData(root, { title: 'Others' }),
    "the data set is 'Others' (was 'Two classes')",
  ],
  [
    'a sample more',
    async (root: string) => {
      await writeFolderPair(root, 'b2', { height: 32, width: 32 });
      await writeFile(path.join(root, 'valid.txt'), 'b0\nb1\nb2\n');
    },
    "sample 3 of the valid split is 'b2' (was none)",
  ],
  [
    'splits redrawn',
    async (root: string) => {
      await writeFile(path.join(root, 'train.txt'), 'a0\na1\nb0\na3\n');
      await writeFile(path.join(root, 'valid.txt'), 'a2\nb1\n');
    },
    "sample 3 of the train split is 'b0' (was 'a2')",
  ],
  [
    'an image replaced',
    (root: string) => writeFolderPair(root, 'c1', { height: 40, width: 32 }),
    "'c1' of the test split has files of",
  ],
];

async function differenceOf(root: string, change: () => Promise<unknown>, contents = false) {
  const before = await identify(root, contents);
  await change();
  const after = await identify(root, contents);
  const text = dataDifference(before.identity, after.identity, {
    listings: [before.listing, after.listing],
  });
  return { text, sameId: before.identity.id === after.identity.id };
}

describe('the identity of data', () => {
  it('is the same for a copy elsewhere, and holds no path', () =>
    withFolder(async (folder) => {
      const root = await writeFolderData(path.join(folder, 'one'));
      await cp(root, path.join(folder, 'two'), { recursive: true });
      const [one, two] = [await identify(root), await identify(path.join(folder, 'two'))];
      expect(two.identity).toEqual(one.identity);
      expect(JSON.stringify(one.identity)).not.toContain(folder);
      expect(one.identity).toMatchObject({
        title: 'Two classes',
        classes: [
          { name: 'road', values: '0 #800000' },
          { name: 'sky', values: '1 #008000' },
        ],
        void: '255',
        splits: { train: { samples: 4, skipped: [] }, test: { samples: 2 } },
      });
    }));

  it('tells two roots apart, and names the first difference', () =>
    withFolder(async (folder) => {
      const root = await writeFolderData(path.join(folder, 'one'));
      const other = await writeFolderData(path.join(folder, 'two'), { width: 48 });
      const [one, two] = [await identify(root), await identify(other)];
      expect(two.identity.id).not.toBe(one.identity.id);
      expect(dataDifference(one.identity, two.identity)).toBe(
        'files of the train split have other sizes',
      );
      expect(
        dataDifference(one.identity, two.identity, { listings: [one.listing, two.listing] }),
      ).toMatch(
        /^'a0' of the train split has files of \d+ \d+ bytes, image and labels \(was \d+ \d+\)$/,
      );
    }));

  it.each(changes)('sees %s', (_, change, text) =>
    withFolder(async (folder) => {
      const root = await writeFolderData(folder);
      const found = await differenceOf(root, () => change(root));
      expect(found.text).toContain(text);
      expect(found.sameId).toBe(false);
    }),
  );

  it('sees other bytes of the same number only where contents are read', () =>
    withFolder(async (folder) => {
      const root = await writeFolderData(folder);
      const file = path.join(root, 'images', 'a0.png');
      const change = async () => {
        const bytes = await readFile(file);
        bytes[bytes.length - 20] ^= 1;
        await writeFile(file, bytes);
      };
      expect((await differenceOf(root, change)).text).toBeUndefined();
      expect(await differenceOf(root, change, true)).toEqual({
        text: 'files of the train split hold other bytes, of the same number',
        sameId: true, // which does not depend on whether contents were read
      });
    }));

  it('names what `onBadSample` left out', () =>
    withFolder(async (folder) => {
      const root = await writeFolderData(folder);
      await truncate(path.join(root, 'images', 'a2.png'), 60);
      const dataset = await openDataset({
        name: 'folder',
        root,
        split: 'train',
        onBadSample: 'skip',
      });
      expect((await identifySplit(dataset))?.identity).toMatchObject({
        samples: 3,
        skipped: ['a2'],
      });
    }));

  it('of drawn scenes is what they are drawn by', async () => {
    const open = (seed: number, split: 'train' | 'valid') =>
      openDataset({ name: 'synthetic', seed, split, length: 3, size: [32, 32] });
    const of = async (seed: number) => {
      const opened = { train: await open(seed, 'train'), valid: await open(seed, 'valid') };
      return (await identifyData(opened))?.identity.id;
    };
    expect(await of(1)).toBe(await of(1));
    expect(await of(1)).not.toBe(await of(2));
  });

  it('of 20,000 images takes less than a second', { timeout: 240_000 }, () =>
    withFolder(async (folder) => {
      await mkdir(path.join(folder, 'images'));
      const files = Array.from({ length: 20_000 }, (_, i) => {
        const file = path.join(folder, 'images', String(i));
        return { name: String(i), image: file, mask: file };
      });
      for (let start = 0; start < files.length; start += 1000) {
        await Promise.all(
          files.slice(start, start + 1000).map(({ image }) => writeFile(image, 'x')),
        );
      }
      const opened = await openDataset({ name: 'synthetic', length: 1 });
      const dataset = { ...opened, length: files.length, parts: { files, values: [] } };
      const times: number[] = [];
      for (let i = 0; i < 3; i++) {
        const started = performance.now();
        const found = await identifySplit(dataset);
        times.push(performance.now() - started);
        expect(found?.identity.samples).toBe(20_000);
      }
      expect(Math.min(...times)).toBeLessThan(1000);
      await rm(path.join(folder, 'images'), { recursive: true });
    }),
  );
});
