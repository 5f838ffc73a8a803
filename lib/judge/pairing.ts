/** Finds the label and prediction files of each image by their names. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../check';
import { isAbsence } from '../files';
import { byCodePoint, stemOf } from '../datasets/listing';
import { tensorNames } from '../models/safetensors';
import { floatTypes } from './probabilityMap';
import type { FloatSource } from './probabilityMap';

/** A file, or a tensor in one, that belongs to an image. */
export interface Found extends FloatSource {
  kind: 'map' | 'floats';
}

export interface Listing {
  /** By the image's name. */
  files: Map<string, Found>;
  /** Files of kinds that are not read, without the suffix, or with a name that another one has. */
  unread: string[];
}

/**
 * The prediction (or label) files below `place`, a folder or one safetensors file: `.png`, `.npy` and `.safetensors`, by
 * their names without extension and without `suffix`, which all must have. A safetensors file of one tensor has the image's name itself, one of
 * several has the images' names as those of its tensors. Where two files in different folders share a name, all have their
 * folders in it (`city/name`).
 *
 * @throws InputError where it is not there, and the file system's errors
 */
export async function listFiles(what: string, place: string, suffix = ''): Promise<Listing> {
  const isFile = await kindOf(what, place);
  const root = isFile ? path.dirname(place) : place;
  const names = isFile ? [path.basename(place)] : await filesBelow(root);
  const unread: string[] = [];
  const found: { name: string; folder: string; source: Found }[] = [];
  for (const relative of names) {
    const file = path.join(root, relative);
    const folder = path.posix.dirname(relative);
    const extension = path.extname(relative).toLowerCase();
    if (extension === '.safetensors') {
      const tensors = await tensorNames(file, floatTypes);
      for (const tensor of tensors) {
        const name = tensors.length === 1 ? stemOf(relative) : tensor.normalize('NFC');
        found.push({ name, folder, source: { kind: 'floats', file, tensor } });
      }
    } else if (extension === '.png' || extension === '.npy') {
      const kind = extension === '.png' ? 'map' : 'floats';
      found.push({ name: stemOf(relative), folder, source: { kind, file } });
    } else unread.push(file);
  }
  const files = new Map<string, Found>();
  const twice = new Set<string>();
  const named = found.flatMap((one) => {
    if (one.name.endsWith(suffix))
      return [{ ...one, name: one.name.slice(0, one.name.length - suffix.length) }];
    unread.push(one.source.file);
    return [];
  });
  const areDistinct = new Set(named.map(({ name }) => name)).size === named.length;
  for (const { name, folder, source } of named) {
    const key = areDistinct || folder === '.' ? name : `${folder}/${name}`;
    if (files.has(key)) twice.add(source.file);
    else files.set(key, source);
  }
  return { files, unread: [...unread, ...twice] };
}

/** Whether `place` is a file; else it is a folder. */
async function kindOf(what: string, place: string): Promise<boolean> {
  try {
    return !(await stat(place)).isDirectory();
  } catch (error) {
    if (!isAbsence(error)) throw error;
    throw new InputError(
      `judge: ${what} must be in a folder that is there, got '${place}'. Check the path.`,
    );
  }
}

/** Visible files, in folders too, in code-point order. */
async function filesBelow(root: string, inside = ''): Promise<string[]> {
  const entries = await readdir(path.join(root, inside), { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const relative = path.posix.join(inside, entry.name);
    const isFolder = entry.isSymbolicLink()
      ? (await stat(path.join(root, relative)).catch(() => undefined))?.isDirectory()
      : entry.isDirectory();
    if (isFolder) names.push(...(await filesBelow(root, relative)));
    else names.push(relative);
  }
  return names.sort(byCodePoint);
}
