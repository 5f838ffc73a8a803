/** Files that may be absent: only "there is no such file" reads so, everything else that fails is told. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { InputError } from './check';

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
export function parseJson(where: string, file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: ${file} must be JSON. ${String(error)} Mend or delete it.`);
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
