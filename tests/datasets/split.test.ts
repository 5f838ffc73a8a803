import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkDisjoint,
  holdOut,
  paperSplit,
  tornGroups,
  writePaperSplit,
  writtenPaperSplit,
} from '../../lib/datasets/split';
import { Random } from '../../lib/random';
import { withFolder } from './files';

const names = (count: number) => Array.from({ length: count }, (_, i) => `image ${i}`);
const anyNames = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 60 });

describe('paperSplit', () => {
  it('is 0.8 / 0.1 / 0.1', () => {
    for (const [count, sizes] of [
      [0, [0, 0, 0]],
      [2, [2, 0, 0]],
      [3, [1, 1, 1]],
      [10, [8, 1, 1]],
      [320, [256, 32, 32]],
      [7390, [5912, 739, 739]],
    ] as const) {
      const { train, valid, test } = paperSplit(names(count), 0);
      expect([train.length, valid.length, test.length]).toEqual(sizes);
    }
  });

  it('is written in stone: these names, seed 0, give this split on every machine', () => {
    const { train, valid, test } = paperSplit([...'hgfedcba', 'ä', 'é', '😀', '\uff5e'], 0);
    expect([train.join(' '), valid.join(' '), test.join(' ')]).toEqual([
      'c d e f g h ä é \uff5e 😀',
      'b',
      'a',
    ]);
  });

  it('is disjoint, complete, and independent of the order of listing', () => {
    fc.assert(
      fc.property(anyNames, fc.integer(), fc.integer(), (all, seed, other) => {
        const split = paperSplit(all, seed);
        const parts = [...split.train, ...split.valid, ...split.test];
        expect(parts).toHaveLength(all.length);
        expect(new Set(parts)).toEqual(new Set(all));
        const order = new Random(other).permutation(all.length);
        expect(
          paperSplit(
            order.map((i) => all[i]),
            seed,
          ),
        ).toEqual(split);
      }),
    );
  });

  it('changes with the seed, and refuses a name that occurs twice', () => {
    expect(paperSplit(names(50), 1)).not.toEqual(paperSplit(names(50), 0));
    expect(() => paperSplit(['a', 'b', 'a'], 0)).toThrow(/names must be different.*got 'a'/);
  });
});

describe('paperSplit with groups', () => {
  const groupOf = (name: string) => name.split(' ')[0];
  const grouped = fc.uniqueArray(
    fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 30 })).map(([group, i]) => `${group} ${i}`),
    { maxLength: 120 },
  );

  it('keeps groups whole, has three splits where there are three, and leaves out what is near', () => {
    fc.assert(
      fc.property(grouped, fc.integer(), (all, seed) => {
        const split = paperSplit(all, seed, { groupOf });
        const { train, valid, test } = split;
        expect([...train, ...valid, ...test].sort()).toEqual([...all].sort());
        expect(tornGroups(split, groupOf)).toEqual([]);
        if (new Set(all.map(groupOf)).size >= 3) {
          expect(Math.min(train.length, valid.length, test.length)).toBeGreaterThan(0);
          expect(valid.length).toBeGreaterThanOrEqual(Math.round(all.length / 10));
        }
        const number = (name: string) => Number(name.split(' ')[1]);
        const nearby = (names: readonly string[], held: readonly string[]) => {
          const taken = new Set(held.map(number));
          return new Set(names.filter((name) => taken.has(number(name))));
        };
        const apart = paperSplit(all, seed, { groupOf, nearby });
        expect(apart.test).toEqual(test);
        expect([...nearby(apart.train, [...valid, ...test])]).toEqual([]);
        expect([...nearby(apart.valid, test)]).toEqual([]);
      }),
    );
  });

  it('is written down with what is in no split, and told from a split that tears groups', async () => {
    await withFolder(async (folder) => {
      const all = ['a 1', 'a 2', 'b 1', 'c 3', 'd 4', 'e 5'];
      const nearby = () => new Set(['d 4']);
      const place = { name: 'films', folder, seed: 0, copies: path.join(folder, 'copies') };
      await writePaperSplit(all, place, { groupOf, nearby });
      const file = path.join(folder, 'splits/paper-seed0.json');
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ apart: ['d 4'] });
      expect(await writtenPaperSplit(all, place, { groupOf, nearby })).toEqual(
        paperSplit(all, 0, { groupOf, nearby }),
      );
      await expect(writtenPaperSplit([...all, 'f 6'], place)).rejects.toThrow(
        /1 images are not in it, e\.g\. 'f 6'/,
      );
    });
    const torn = { train: ['a 1', 'b 1'], valid: ['a 2'], test: ['c 3'] };
    expect(tornGroups(torn, groupOf)).toEqual(['a']);
  });
});

describe('holdOut', () => {
  it('is disjoint, complete, a tenth, and independent of the order of listing', () => {
    fc.assert(
      fc.property(anyNames, fc.integer(), (all, seed) => {
        const { train, valid } = holdOut(all, seed);
        expect(valid).toHaveLength(all.length < 2 ? 0 : Math.max(1, Math.round(all.length / 10)));
        expect([...train, ...valid]).toHaveLength(all.length);
        expect(new Set([...train, ...valid])).toEqual(new Set(all));
        expect(holdOut([...all].reverse(), seed)).toEqual({ train, valid });
      }),
    );
  });

  it('keeps groups together, and always leaves one for training', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (count, size) => {
          const groupOf = (name: string) => String(Math.floor(Number(name.slice(6)) / size));
          const { train, valid } = holdOut(names(count), 3, { groupOf });
          const held = new Set(valid.map(groupOf));
          expect(train.some((name) => held.has(groupOf(name)))).toBe(false);
          expect(train.length).toBeGreaterThan(0);
          if (count > size) expect(valid.length).toBeGreaterThanOrEqual(Math.round(count / 10));
        },
      ),
    );
  });
});

describe('writtenPaperSplit', () => {
  const write = async (folder: string, count: number, seed = 0) => {
    const place = { name: 'pets', folder, seed, copies: path.join(folder, 'copies') };
    await writePaperSplit(names(count), place);
    return writtenPaperSplit(names(count), place);
  };

  it('writes the names beside the data, once, and reads them from there', async () => {
    await withFolder(async (folder) => {
      const [first, second] = await Promise.all([write(folder, 20), write(folder, 20)]);
      expect(first).toEqual(paperSplit(names(20), 0));
      expect(second).toEqual(first);
      expect(await readdir(path.join(folder, 'splits'))).toEqual(['paper-seed0.json']);
      const file = path.join(folder, 'splits/paper-seed0.json');
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
        rule: 'paper',
        seed: 0,
        ...first,
      });
      const { train, valid, test } = first;
      const moved = { train: [...train, ...valid.slice(0, 1)], valid: valid.slice(1), test };
      await writeFile(file, JSON.stringify(moved));
      expect(await write(folder, 20)).toEqual(moved);
      await write(folder, 20, 7);
      expect(await readdir(path.join(folder, 'splits'))).toContain('paper-seed7.json');
    });
  });

  it('says so when images came or went, or the file is spoilt', async () => {
    await withFolder(async (folder) => {
      await write(folder, 20);
      await expect(write(folder, 21)).rejects.toThrow(
        /paper-seed0\.json must hold .* 1 images are not in it, e\.g\. 'image 20'.*delete the file/,
      );
      await expect(write(folder, 18)).rejects.toThrow(/2 of its names have no image now/);
      const file = path.join(folder, 'splits/paper-seed0.json');
      await writeFile(file, '{"train": []}');
      await expect(write(folder, 20)).rejects.toThrow(/JSON with train, valid and test.*Delete it/);
      await writeFile(file, JSON.stringify({ train: ['a'], valid: ['a'], test: [] }));
      await expect(write(folder, 20)).rejects.toThrow(/'a' in .* must be in one split/);
    });
  });

  it('leaves a read-only folder alone: the same split, and a copy elsewhere', async () => {
    await withFolder(async (folder) => {
      const data = path.join(folder, 'data');
      const copies = path.join(folder, 'copies');
      await mkdir(data);
      await chmod(data, 0o555);
      const where = { name: 'pets', folder: data, seed: 0, copies };
      await writePaperSplit(names(20), where);
      const split = await writtenPaperSplit(names(20), where);
      expect(split).toEqual(paperSplit(names(20), 0));
      expect(await readdir(data)).toEqual([]);
      const [copy] = await readdir(copies);
      expect(copy).toMatch(/^pets-paper-seed0-[0-9a-f]{12}\.json$/);
      expect(JSON.parse(await readFile(path.join(copies, copy), 'utf8'))).toMatchObject(split);
      // Nowhere to write at all.
      await writeFile(path.join(folder, 'file'), '');
      const nowhere = { ...where, copies: path.join(folder, 'file/copies') };
      await writePaperSplit(names(20), nowhere);
      expect(await writtenPaperSplit(names(20), nowhere)).toEqual(split);
    });
  });
});

describe('checkDisjoint', () => {
  it('names what is in two splits', () => {
    expect(() => checkDisjoint('the lists', { train: ['a'], test: ['b'] })).not.toThrow();
    expect(() => checkDisjoint('the lists', { train: ['a'], test: ['b', 'a'] })).toThrow(
      "openDataset: 'a' in the lists must be in one split, got 'train and test'.",
    );
  });
});
