/** The file of a lock, on any disk. */
import { readFileSync } from 'node:fs';
import { link, lstat, open, stat } from 'node:fs/promises';
import { InputError } from '../check';
import { readIfThere } from '../files';

/**
 * Undefined without a lock. A link to a file that is not there would be no lock to a reader, and one to a process that
 * takes it.
 *
 * @throws InputError for one that cannot be read.
 */
export async function readLock(where: string, file: string): Promise<string | undefined> {
  const remedy = `If no process works in the folder, delete ${file}.`;
  const text = await readIfThere(where, file, remedy);
  if (text !== undefined) return text;
  const isLink = await lstat(file).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );
  if (!isLink) return undefined;
  throw new InputError(`${where}: ${file} must be a file, got a link to nothing. ${remedy}`);
}

/**
 * Creates `to` with the content of `from`; false where it is there already. A link is there with all of its content or not
 * at all, on network file systems too; disks without hard links (exFAT, buckets) have it created, then written.
 */
export async function created(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
  }
  try {
    const handle = await open(to, 'wx');
    await handle.writeFile(readFileSync(from)).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** When a file was last touched, in milliseconds; 0 for one that is gone. */
export function timeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
