/** A folder data set of one's own, for tests that spoil it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDataset } from '../../lib/datasets';
import type { DatasetOptions } from '../../lib/datasets';
import { writePair } from './files';

export const openOwn = (root: string, options: Partial<DatasetOptions> = {}) =>
  openDataset({ name: 'folder', root, ...options });

export interface Own {
  count?: number;
  /** The name of image `i`, with its extension. */
  image?: (i: number) => string;
  mask?: (i: number) => string;
  label?: (i: number) => number;
  classes?: unknown;
}

/** A folder of 4x6 images, valid until something is done to it. */
export async function writeOwn(root: string, own: Own = {}): Promise<void> {
  const {
    count = 4,
    image = (i) => `n${i}.png`,
    mask = (i) => `n${i}.png`,
    label = (i) => i % 2,
  } = own;
  for (let i = 0; i < count; i++) {
    const files = [path.join(root, 'images', image(i)), path.join(root, 'masks', mask(i))] as const;
    await writePair(...files, { number: i, label });
  }
  const { classes = { classes: ['a', 'b'] } } = own;
  await writeFile(path.join(root, 'classes.json'), JSON.stringify(classes));
}

/** The error, or a text that says there was none. */
export const messageOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );
