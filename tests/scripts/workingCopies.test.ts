import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { withFolder } from '../datasets/files';

interface Script {
  makeWorkingCopies: (places: { originals: string[]; folder: string }) => string[];
}

const SCRIPT = pathToFileURL(resolve(__dirname, '../../scripts/workingCopies.mjs')).href;

it('makes working copies, renews those that were left alone, and keeps those that were changed', () =>
  withFolder(async (root) => {
    const { makeWorkingCopies } = (await import(SCRIPT)) as Script;
    const names = ['a.ipynb', 'b.ipynb'];
    const originals = names.map((name) => join(root, name));
    const folder = join(root, 'work');
    await mkdir(folder);
    const write = (text: string) => originals.forEach((file) => writeFileSync(file, text));
    const copies = () => names.map((name) => readFileSync(join(folder, name), 'utf8'));
    write('one');
    expect(makeWorkingCopies({ originals, folder })).toEqual([]);
    expect(copies()).toEqual(['one', 'one']);

    writeFileSync(join(folder, 'b.ipynb'), 'mine');
    expect(makeWorkingCopies({ originals, folder })).toEqual([]); // its original is the same
    write('two');
    expect(makeWorkingCopies({ originals, folder })).toEqual(['b.ipynb']);
    expect(copies()).toEqual(['two', 'mine']);

    rmSync(join(folder, 'b.ipynb'));
    expect(makeWorkingCopies({ originals, folder })).toEqual([]);
    expect(copies()).toEqual(['two', 'two']);
  }));
