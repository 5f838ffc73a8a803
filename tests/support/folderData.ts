/** A tiny data set of a folder of one's own, for tests of what happens when it changes. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writePair } from '../datasets/files';

export interface FolderData {
  classes?: readonly (string | { name: string; value?: number })[];
  title?: string;
  /** Samples of each split, listed in `SPLIT.txt`. */
  samples?: { train: number; valid: number; test?: number };
  height?: number;
  width?: number;
}

/** Writes `root` with images `a0, a1 …` (train), `b0 …` (valid), `c0 …` (test); every image has both classes. */
export async function writeFolderData(
  root: string,
  {
    classes = ['road', 'sky'],
    title = 'Two classes',
    samples = { train: 4, valid: 2, test: 2 },
    height = 32,
    width = 32,
  }: FolderData = {},
): Promise<string> {
  await mkdir(root, { recursive: true });
  await writeFile(path.join(root, 'classes.json'), JSON.stringify({ title, classes }));
  const letters = { train: 'a', valid: 'b', test: 'c' } as const;
  for (const [split, letter] of Object.entries(letters)) {
    const count = samples[split as keyof typeof samples] ?? 0;
    if (count === 0) continue;
    const names = Array.from({ length: count }, (_, i) => `${letter}${i}`);
    await writeFile(path.join(root, `${split}.txt`), `${names.join('\n')}\n`);
    for (const [number, name] of names.entries()) {
      await writeFolderPair(root, name, {
        number,
        height,
        width,
        label: (i) => Number(i % 3 === 0),
      });
    }
  }
  return root;
}

/** Writes (or replaces) an image and its labels. */
export function writeFolderPair(
  root: string,
  name: string,
  options: Parameters<typeof writePair>[2],
): Promise<void> {
  return writePair(
    path.join(root, 'images', `${name}.png`),
    path.join(root, 'masks', `${name}.png`),
    options,
  );
}
