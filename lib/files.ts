/** Files that may be absent: only "there is no such file" reads so, everything else that fails is told. */
import { mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError, invalid } from './check';

/** ENOENT, and ENOTDIR where a folder on the way is a file. */
export function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * The text of `file`; undefined where there is none.
 *
 * @throws InputError that begins with `where` and names the file, for one that is there and cannot be read.
 */
export function readIfThere(
  where: string,
  file: string,
  remedy?: string,
): Promise<string | undefined> {
  return ifThere(where, file, () => readFile(file, 'utf8'), remedy);
}

/** The JSON in `file`; undefined where there is none. @throws InputError as `readIfThere`, and where it is not JSON. */
export async function readJsonIfThere(where: string, file: string): Promise<unknown> {
  const text = await readIfThere(where, file);
  return text === undefined ? undefined : parseJson(where, file, text);
}

/** The JSON in `text`, read from `file`. @throws InputError that begins with `where` and names the file. */
export function parseJson(
  where: string,
  file: string,
  text: string,
  remedy = 'Mend or delete it.',
): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: ${file} must be JSON. ${String(error)} ${remedy}`);
  }
}

/** What a folder holds, by name; nothing where there is no such folder. @throws InputError as `readIfThere`. */
export async function entriesIfThere(where: string, folder: string) {
  const entries = await ifThere(where, folder, () => readdir(folder, { withFileTypes: true }));
  return (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a file or a folder is there. @throws InputError as `readIfThere`. */
export async function isThere(where: string, file: string): Promise<boolean> {
  return (await ifThere(where, file, () => stat(file))) !== undefined;
}

async function ifThere<T>(
  where: string,
  file: string,
  read: () => Promise<T>,
  remedy = 'Make it readable, or move it away.',
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    const { message } = error as Error;
    throw new InputError(`${where}: ${file} must be readable or absent, got ${message}. ${remedy}`);
  }
}

/**
 * The path of `name` (which may hold `/`) below `folder`, for a name that a file brought: whatever is written there stays in
 * the folder.
 *
 * @throws InputError that begins with `where` for a name with `..`, an absolute one, one with a control character or `\\`,
 *   and where a link on the way leads out of the folder.
 */
export async function pathBelow(where: string, folder: string, name: string): Promise<string> {
  const root = path.resolve(folder);
  const file = path.resolve(root, checkRelative(where, name));
  for (let at = file; at !== root; at = path.dirname(at)) {
    const real = await ifThere(where, at, () => realpath(at));
    if (real === undefined) continue;
    if (isBelow(real, await realpath(root))) break;
    throw new InputError(
      `${where}: ${file} must lie in ${root}, got a link that leads to ${real}. Take the link out.`,
    );
  }
  return file;
}

/** Returns a name that leads nowhere but down. @throws InputError as `pathBelow`. */
export function checkRelative(where: string, name: string): string {
  const parts = name.split('/');
  const isSafe = parts.every((part) => !['', '.', '..'].includes(part) && part.length <= 200);
  if (isSafe && !/[\u0000-\u001f\u007f\\]/.test(name)) return name;
  throw invalid(where, 'name', 'a path that leads down, of parts of at most 200 characters', name);
}

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

/** What the file system's refusals mean, and what to do. */
const refusals: Record<string, readonly [meaning: string, remedy: string]> = {
  ENOSPC: ['have room on its disk', 'Free some space, and give the same command again.'],
  EDQUOT: ['have room in your quota', 'Free some space, and give the same command again.'],
  EACCES: ['be allowed to you', 'Choose another place, or change its permissions.'],
  EPERM: ['be allowed to you', 'Choose another place, or change its permissions.'],
  EROFS: ['lie on a disk that can be written to', 'Choose another place.'],
  EISDIR: ['be a file', 'It is a folder: choose another name, or move it away.'],
  ENOTDIR: ['lie in a folder', 'A file is in the way: choose another place, or move it away.'],
  EEXIST: ['be a folder', 'A file is in the way: choose another place, or move it away.'],
  ENOTEMPTY: ['be empty', 'Choose another place, or empty it.'],
  ENOENT: ['be there', 'Make it, or name another.'],
  ENAMETOOLONG: ['have a shorter name', 'Choose a shorter one.'],
  ELOOP: ['not be a link to itself', 'Take the link out.'],
  EMFILE: ['be opened beside the files that are open', 'Raise the limit: ulimit -n 4096'],
  EIO: [
    'be read and written without errors',
    'Its disk or network fails: try again, or choose another place.',
  ],
};

/**
 * What `work` on `file` resolves to. A failed write does not say of what, and in a cell nobody else does.
 *
 * @throws InputError of `plainFileError`, with the `code` and the file as `path`, where the file system refuses.
 */
export async function toldPlainly<T>(
  where: string,
  file: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, syscall = 'write' } = error as NodeJS.ErrnoException;
    const plain = plainFileError(where, { code, syscall, path: file });
    throw plain === undefined ? error : Object.assign(plain, { code, path: file, cause: error });
  }
}

/** Makes a folder and those that it lies in. @throws InputError as `toldPlainly`. */
export async function makeFolder(where: string, folder: string): Promise<void> {
  await toldPlainly(where, folder, () => mkdir(folder, { recursive: true }));
}

/** The file system's refusal in the words of `lib/check`, with file and remedy; undefined for any other error. */
export function plainFileError(where: string, error: unknown): InputError | undefined {
  const { code = '', path: file, syscall } = error as NodeJS.ErrnoException;
  const [meaning, remedy] = Object.hasOwn(refusals, code) ? refusals[code] : [];
  if (meaning === undefined || (file === undefined && syscall === undefined)) return undefined;
  return new InputError(`${where}: ${file ?? 'a file'} must ${meaning}, got ${code}. ${remedy}`);
}
