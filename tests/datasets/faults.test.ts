/** What can be wrong with the files of a data set: one clear error, or skipped with a count. */
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/datasets';
import type { DatasetOptions } from '../../lib/datasets';
import type { Sample } from '../../lib/datasets/datasetTypes';
import { namesOf, withFolder, writePair } from './files';

const open = (root: string, options: Partial<DatasetOptions> = {}) =>
  openDataset({ name: 'folder', root, ...options });

const names = ['a', 'b_é', '猫', 'd'];
const imageOf = (root: string, name: string) => path.join(root, 'images', `${name}.jpg`);
const maskOf = (root: string, name: string) => path.join(root, 'masks', `${name}.png`);

async function writeGood(root: string): Promise<void> {
  for (const [number, name] of names.entries()) {
    const size = { height: 48, width: 64, number };
    await writePair(imageOf(root, name), maskOf(root, name), { ...size, label: (i) => i % 2 });
  }
  await writeFile(path.join(root, 'classes.json'), JSON.stringify({ classes: ['x', 'y'] }));
  await writeFile(path.join(root, 'train.txt'), names.join('\n'));
}

/** What is done to the pair of `猫`, and the error, which names `file`. */
interface Fault {
  what: string;
  spoil: (root: string) => Promise<unknown>;
  file: (root: string) => string;
  message: RegExp;
  /** The error comes when the data set is opened (else: when the sample is read). */
  atOpen?: boolean;
}

const victim = '猫';
const image = (root: string) => imageOf(root, victim);
const mask = (root: string) => maskOf(root, victim);

const faults: readonly Fault[] = [
  {
    what: 'a truncated JPEG',
    spoil: async (root) => truncate(image(root), (await readFile(image(root))).length - 60),
    file: image,
    message: /complete, undamaged image/,
  },
  {
    what: 'an empty image file',
    spoil: (root) => truncate(image(root)),
    file: image,
    message: /complete, undamaged image/,
  },
  {
    what: 'a truncated mask',
    spoil: async (root) => truncate(mask(root), (await readFile(mask(root))).length - 5),
    file: mask,
    message: /complete PNG.*truncated/,
  },
  {
    what: 'a mask with an unknown value',
    spoil: (root) =>
      writePair(image(root), mask(root), {
        height: 48,
        width: 64,
        label: (i) => (i === 70 ? 9 : 0),
      }),
    file: mask,
    message: /must be one of 0–1, 255, got 9\. It occurs first at row 1, column 6/,
  },
  {
    what: 'a missing mask',
    spoil: (root) => rm(mask(root)),
    file: mask,
    message: /does not exist/,
    atOpen: true,
  },
  {
    what: 'a missing image',
    spoil: (root) => rm(image(root)),
    file: image,
    message: /does not exist/,
    atOpen: true,
  },
  {
    what: 'swapped sizes',
    spoil: async (root) => {
      await writePair(path.join(root, 'else.jpg'), mask(root), { height: 64, width: 48 });
    },
    file: mask,
    message: /mask size must equal its image's, got 64x48 .* and 48x64/,
  },
  {
    what: 'an unreadable image (a folder in its place)',
    spoil: async (root) => {
      await rm(image(root));
      await mkdir(image(root));
    },
    file: image,
    message: /a readable image file, got .*which is a folder/,
  },
  {
    what: 'a dangling link for a mask',
    spoil: async (root) => {
      await rm(mask(root));
      await symlink('nowhere.png', mask(root));
    },
    file: mask,
    message: /does not exist/,
  },
  {
    what: 'a link to itself for an image',
    spoil: async (root) => {
      await rm(image(root));
      await symlink(`${victim}.jpg`, image(root));
    },
    file: image,
    message: /a readable image file.*ELOOP/,
  },
  {
    what: 'two images of one name',
    spoil: (root) => writeFile(path.join(root, 'images', `${victim}.jpeg`), ''),
    file: (root) => path.join(root, 'images'),
    message: /file of '猫' in .* must be one, got '猫\.jpeg, 猫\.jpg'/,
    atOpen: true,
  },
];

describe.each(faults)('$what', ({ spoil, file, message, atOpen = false }) => {
  it('is an error that names the file', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      await spoil(root);
      const error: unknown = await (async () => {
        for (const size of [undefined, [16, 16] as const]) {
          const dataset = await open(root, { size });
          expect(atOpen, 'opened').toBe(false);
          await dataset.sample(1);
          await dataset.sample(2);
        }
      })().catch((reason: unknown) => reason);
      expect((error as Error).name).toBe('InputError');
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toContain(file(root));
    });
  });

  it('is skipped at opening with a count, the name and the reason', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      await spoil(root);
      for (const size of [undefined, [16, 16] as const]) {
        const dataset = await open(root, { onBadSample: 'skip', size });
        expect(dataset.skipped).toHaveLength(1);
        expect(dataset.skipped[0].name).toBe(victim);
        expect(dataset.skipped[0].reason).toMatch(message);
        expect(dataset.skipped[0].reason).toContain(file(root));
        expect(await namesOf(dataset)).toEqual(['a', 'b_é', 'd']);
        expect(dataset.length).toBe(3);
      }
    });
  });
});

describe('a folder', () => {
  it('that is a link to itself', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      await rm(path.join(root, 'images'), { recursive: true });
      await symlink('images', path.join(root, 'images'));
      await expect(open(root)).rejects.toThrow(/a readable folder, got '.*images'\. ELOOP/);
      await expect(open(root, { onBadSample: 'skip' })).rejects.toThrow(/ELOOP/);
    });
  });

  it('that holds a link to its parent is not followed', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      await rm(path.join(root, 'train.txt'));
      await symlink('..', path.join(root, 'images/loop'));
      await symlink('..', path.join(root, 'masks/loop'));
      expect((await open(root)).length).toBe(2);
    });
  });
});

describe('a split', () => {
  it('that is empty', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      await writeFile(path.join(root, 'train.txt'), '\n');
      for (const onBadSample of ['error', 'skip'] as const) {
        await expect(open(root, { onBadSample })).rejects.toThrow(
          /split must be one with images, got 'train'\. The train split in .* is empty/,
        );
      }
    });
  });

  it('of which nothing is left: how many, and the first reason', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      for (const name of names) await writeFile(imageOf(root, name), 'no image');
      await expect(open(root, { onBadSample: 'skip' })).rejects.toThrow(
        /None of its 4 samples in .* can be read\. The first: .*a\.jpg/,
      );
    });
  });

  it('stays the same when a bad sample is skipped from it', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      const options = { splitRule: 'paper', split: 'train' } as const;
      const whole = await namesOf(await open(root, options));
      await rm(maskOf(root, whole[0]));
      const rest = await open(root, { ...options, onBadSample: 'skip' });
      expect(await namesOf(rest)).toEqual(whole.slice(1));
    });
  });

  it('has no skipped samples unless asked to skip', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      expect((await open(root)).skipped).toEqual([]);
      expect((await open(root, { onBadSample: 'skip' })).skipped).toEqual([]);
      const wrong = { onBadSample: 'ignore', splitRule: 'random' } as object;
      await expect(open(root, wrong)).rejects.toThrow(/splitRule must be one of official, paper/);
    });
  });
});

describe('the cache option', () => {
  it('gives the same samples, and refuses other kinds', async () => {
    await withFolder(async (root) => {
      await writeGood(root);
      const read = async ({ sample }: { sample: (index: number) => Promise<Sample> }) => {
        const { image: rgb, labels, ...rest } = await sample(2);
        return { ...rest, rgb: [...rgb], labels: [...labels] };
      };
      const plain = await read(await open(root));
      const cached = await open(root, { cache: 'memory' });
      expect(await read(cached)).toEqual(plain);
      await rm(image(root));
      expect(await read(cached)).toEqual(plain);
      const wrong = open(root, { cache: 'ram' as 'memory' });
      await expect(wrong).rejects.toThrow(/cache must be one of none, memory, disk, got 'ram'/);
    });
  });
});
