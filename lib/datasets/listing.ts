/**
 * Finds the image and label files of a data set: by a list file, or by equal names in two folders.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError, invalid } from '../check';
import { isAbsence } from '../files';
import { readText } from './decode/readBytes';

/** An image file and its label file. */
export interface FilePair {
  /** Unique within the data set; by default the image file's name without its extension. */
  name: string;
  image: string;
  mask: string;
}

/** A sample that has no two files, and what is wrong with it. */
export interface BrokenPair {
  name: string;
  problem: InputError;
}

export type Pair = FilePair | BrokenPair;

/** The image files of a folder, found by their keys. */
export interface FileIndex {
  folder: string;
  /** Files of each key, relative to `folder`; more than one is an error when the key is used. */
  files: ReadonlyMap<string, readonly string[]>;
  /** Image files of formats that are not read, by the same keys. */
  unread: ReadonlyMap<string, string>;
  /** Visible folders in `folder`, whose files do not belong. */
  subfolders: readonly string[];
  /** The file to expect for a key that has none, for the error message. */
  fileOf(key: string): string;
}

export interface IndexOptions {
  /** The key of a file name, undefined for files that do not belong; default `stemOf`. */
  keyOf?: (file: string) => string | undefined;
  /** Default: the key with the extension of the first file, else `.png`. */
  fileOf?: (key: string) => string;
  /** List the files one folder down (`city/file.png`) instead of those of the folder itself. */
  nested?: boolean;
}

const imageExtension = /\.(png|jpe?g|jfif|gif|webp|tiff?)$/i;
const unreadExtension =
  /\.(bmp|avif|hei[cf]|jp2|j2k|jxl|svg|p[bgpn]m|tga|exr|hdr|ico|psd|dcm|dng|npy|npz|mat|nii|raw)$/i;

/** A file's name without folder and extension, in Unicode normal form C: the same on every system. */
export function stemOf(file: string): string {
  return path.posix.parse(file).name.normalize('NFC');
}

/** The same for a name in a list, which may do without its extension (`frame.001`). */
function listedStem(text: string): string {
  return path.posix.basename(text).replace(imageExtension, '').normalize('NFC');
}

/** Orders by Unicode code points: the same on every machine, whatever its language is. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Indexes the visible image files of `folder`, in code-point order. */
export async function indexFiles(folder: string, options: IndexOptions = {}): Promise<FileIndex> {
  const { keyOf = stemOf, nested = false } = options;
  const entries = await entriesOf(folder);
  const names = nested ? await nestedFiles(folder, entries) : imagesAmong(entries);
  const files = new Map<string, string[]>();
  const unread = new Map<string, string>();
  for (const { name } of entries) {
    const key = isVisible(name) && unreadExtension.test(name) ? keyOf(name) : undefined;
    if (key !== undefined) unread.set(key, name);
  }
  for (const name of names) {
    const key = keyOf(path.posix.basename(name));
    if (key !== undefined) files.set(key, [...(files.get(key) ?? []), name]);
  }
  const extension = names.length > 0 ? path.posix.extname(names[0]) : '.png';
  const { fileOf = (key: string) => `${key}${extension}` } = options;
  const folders = nested ? [] : entries.filter((entry) => entry.isDirectory());
  const subfolders = folders.map(({ name }) => name).filter(isVisible);
  return { folder, files, unread, subfolders, fileOf };
}

/** The file of `key`; throws when there is none or more than one. `what` says who asks for it. */
function findFile(index: FileIndex, key: string, what: string, file = index.fileOf(key)): string {
  const { folder, files, unread } = index;
  const found = files.get(key) ?? [];
  if (found.length === 1) return path.join(folder, found[0]);
  const other = unread.get(key);
  if (found.length === 0 && other !== undefined) {
    const expected = 'a JPEG, PNG, WebP, TIFF or GIF';
    const remedy = 'That format is not read: convert the file to PNG.';
    throw invalid('openDataset', what, expected, path.join(folder, other), remedy);
  }
  if (found.length === 0) {
    throw new InputError(
      `openDataset: ${path.join(folder, file)} does not exist (${what}). Add the missing file, or take its ` +
        'partner out.',
    );
  }
  const remedy = 'Take all but one of them out.';
  throw invalid('openDataset', `file of '${key}' in ${folder}`, 'one', found.join(', '), remedy);
}

/** The keys of both folders, in code-point order. */
function allKeys(images: FileIndex, masks: FileIndex): string[] {
  const indexes = [images.files, masks.files, images.unread, masks.unread];
  return [...new Set(indexes.flatMap((index) => [...index.keys()]))].sort(byCodePoint);
}

/** The pair of each key; a file that stands alone makes a broken pair. `listed` says in errors where the keys stand. */
export function pairKeys(
  images: FileIndex,
  masks: FileIndex,
  keys: readonly string[] = allKeys(images, masks),
  listed = '',
): Pair[] {
  return keys.map((name) =>
    pairOf(name, () => ({
      image: findFile(images, name, `the image of '${name}'${listed}`),
      mask: findFile(masks, name, `the label file of '${name}'${listed}`),
    })),
  );
}

/**
 * The pairs named by a list file: an image and a label file on each line. Of each path only the
 * last part counts ("/SegNet/CamVid/train/NAME.png"), and the extension may differ (a PNG set
 * copied to JPEG).
 */
export async function listedPairs(
  list: string,
  images: FileIndex,
  masks: FileIndex,
): Promise<Pair[]> {
  const lines = await readLines(list);
  return lines.map(({ text, place }) => {
    const match = /^(\S.*\.(?:png|jpe?g))\s+(\S.*\.png)$/i.exec(text);
    if (match === null) {
      throw invalid('openDataset', place, 'the path of an image and of a PNG label file', text);
    }
    const [image, mask] = [match[1], match[2]].map((file) => path.posix.basename(file));
    return pairOf(stemOf(image), () => ({
      image: findFile(images, stemOf(image), place, image),
      mask: findFile(masks, stemOf(mask), place, mask),
    }));
  });
}

/**
 * The keys in a list file, one a line (what follows a space is not read when `firstWord`); empty
 * lines and lines that begin with # are passed over.
 *
 * @throws InputError that names line and file for a line that `keyOf` refuses and for a repetition.
 */
export async function listedKeys(
  list: string,
  {
    keyOf = listedStem,
    firstWord = false,
  }: { keyOf?: (text: string) => string | undefined; firstWord?: boolean } = {},
): Promise<string[]> {
  const keys = new Set<string>();
  for (const { text, place } of await readLines(list)) {
    if (text.startsWith('#')) continue;
    const key = keyOf(firstWord ? text.split(/\s/)[0] : text);
    if (key === undefined) throw invalid('openDataset', place, 'the name of an image', text);
    if (keys.has(key)) throw invalid('openDataset', place, 'a name not listed before', text);
    keys.add(key);
  }
  return [...keys];
}

async function readLines(list: string): Promise<{ text: string; place: string }[]> {
  const content = await readText('openDataset', list, 'a readable list');
  return content.split(/\r?\n/).flatMap((line, i) => {
    const text = line.trim();
    return text === '' ? [] : [{ text, place: `line ${i + 1} of ${list}` }];
  });
}

function pairOf(name: string, find: () => { image: string; mask: string }): Pair {
  try {
    return { name, ...find() };
  } catch (error) {
    if (error instanceof InputError) return { name, problem: error };
    throw error;
  }
}

const isVisible = (name: string) => !name.startsWith('.');

function imagesAmong(entries: readonly { name: string }[]): string[] {
  const names = entries.map(({ name }) => name);
  return names.filter((name) => isVisible(name) && imageExtension.test(name)).sort(byCodePoint);
}

/** The image files in the folders of `folder`, which are read one level deep. */
async function nestedFiles(
  folder: string,
  entries: readonly { name: string }[],
): Promise<string[]> {
  const names = entries.map(({ name }) => name).filter(isVisible);
  const lists = await Promise.all(
    names.sort(byCodePoint).map(async (name) => {
      const inside = path.join(folder, name);
      const isFolder = await stat(inside).then(
        (entry) => entry.isDirectory(),
        () => false, // a link that leads nowhere
      );
      return isFolder ? imagesAmong(await entriesOf(inside)).map((file) => `${name}/${file}`) : [];
    }),
  );
  return lists.flat();
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const why = isAbsence(error) ? 'It does not exist' : (error as Error).message;
    const remedy = `${why}: unpack this split of the data set, or open another split.`;
    throw invalid('openDataset', 'folder', 'a readable folder', folder, remedy);
  }
}
