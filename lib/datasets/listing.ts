/**
 * Finds the image and label files of a data set: by a list file, or by equal names in two folders.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError, invalid } from '../check';
import type { FilePair } from './files';

/** A folder and its visible image files, in code-unit order: the same on every file system. */
export interface Listing {
  folder: string;
  names: readonly string[];
}

/** Lists the PNG and JPEG files of `folder`. */
export async function listFiles(folder: string): Promise<Listing> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'It does not exist' : message;
    const remedy = `${why}: unpack this split of the data set, or open another split.`;
    throw invalid('openDataset', 'folder', 'a readable folder', folder, remedy);
  }
  return { folder, names: entries.filter((name) => /^[^.].*\.(png|jpe?g)$/i.test(name)).sort() };
}

/**
 * The pairs named by a list file: an image and a label file on each line. Of each path only the
 * last part counts ("/SegNet/CamVid/train/NAME.png"), and the extension may differ (a PNG set
 * copied to JPEG).
 */
export async function listedPairs(
  list: string,
  images: Listing,
  masks: Listing,
): Promise<FilePair[]> {
  const findImage = finder(images);
  const findMask = finder(masks);
  const lines = (await readFile(list, 'utf8')).split(/\r?\n/);
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const place = `line ${i + 1} of ${list}`;
    const match = /^\s*(\S.*\.(?:png|jpe?g))\s+(\S.*\.png)\s*$/i.exec(line);
    if (match === null) {
      throw invalid('openDataset', place, 'the path of an image and of a PNG label file', line);
    }
    return [
      {
        name: stemOf(match[1]),
        image: findImage(match[1], place),
        mask: findMask(match[2], place),
      },
    ];
  });
}

/** The pairs of equal names, where there is no list file; a file that stands alone is an error. */
export function matchedPairs(images: Listing, masks: Listing): FilePair[] {
  const findImage = finder(images);
  const findMask = finder(masks);
  for (const mask of masks.names) findImage(mask, `the image of ${path.join(masks.folder, mask)}`);
  return images.names.map((name) => {
    const image = path.join(images.folder, name);
    return { name: stemOf(name), image, mask: findMask(name, `the label file of ${image}`) };
  });
}

/** Looks a file up by its name, else by its stem; throws when it is not there. */
function finder({ folder, names }: Listing): (file: string, what: string) => string {
  const exact = new Set(names);
  const byStem = new Map(names.map((name) => [stemOf(name), name]));
  return (file, what) => {
    const base = path.posix.basename(file);
    const name = exact.has(base) ? base : byStem.get(stemOf(base));
    if (name !== undefined) return path.join(folder, name);
    throw new InputError(
      `openDataset: ${path.join(folder, base)} does not exist (${what}). Add the missing file, or take its ` +
        'partner out.',
    );
  };
}

function stemOf(file: string): string {
  return path.posix.parse(file).name;
}
