/** Where records lie: every file below some folders that may be one. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { invalid } from '../check';
import type { LeftOut } from './cells';

/** What a sweep keeps beside its runs. */
const sweepFiles = ['sweep.json', 'request.json', 'failure.json'];
/** Of a run folder: no run is inside. */
const runsOwn = ['checkpoints', 'tensorboard'];

interface Found {
  files: string[];
  /** What cannot be read. */
  skipped: LeftOut[];
  /** Real paths of the folders and files that were found, however they were reached. */
  seen: Set<string>;
}

/**
 * The files that may be records, in the order of their paths: see `readRecords`.
 *
 * @throws InputError where one of `folders` cannot be read.
 */
export async function recordFiles(
  folders: string | readonly string[],
): Promise<Pick<Found, 'files' | 'skipped'>> {
  const { files, skipped, seen }: Found = { files: [], skipped: [], seen: new Set() };
  for (const folder of typeof folders === 'string' ? [folders] : folders) {
    const found: Found = { files: [], skipped, seen };
    await addFiles(folder, found).catch((error: Error) => {
      throw invalid('readRecords', 'folders', 'folders that can be read', folder, error.message);
    });
    files.push(...found.files.sort());
  }
  return { files, skipped };
}

async function addFiles(folder: string, found: Found): Promise<void> {
  if (await isSeen(folder, found)) return;
  const entries = (await readdir(folder, { withFileTypes: true })).sort(byName);
  const isRun = entries.some(({ name }) => name === 'config.json');
  for (const entry of entries) {
    const { name } = entry;
    const file = path.join(folder, name);
    try {
      const { isFolder, isFile } = await kindOf(file, entry);
      if (isFolder && !name.startsWith('.') && !(isRun && runsOwn.includes(name))) {
        await addFiles(file, found);
      }
      const isWanted = isRun
        ? name === 'record.json'
        : name.endsWith('.json') && !sweepFiles.includes(name);
      if (isFolder || !isWanted) continue;
      if (!isFile) found.skipped.push({ file, reason: 'is no file' });
      else if (!(await isSeen(file, found))) found.files.push(file);
    } catch (error) {
      found.skipped.push({ file, reason: `cannot be read: ${(error as Error).message}` });
    }
  }
}

/** A link is what it leads to. */
async function kindOf(
  file: string,
  entry: Dirent,
): Promise<{ isFolder: boolean; isFile: boolean }> {
  const kind = entry.isSymbolicLink() ? await stat(file) : entry;
  return { isFolder: kind.isDirectory(), isFile: kind.isFile() };
}

async function isSeen(file: string, { seen }: Found): Promise<boolean> {
  const real = await realpath(file);
  if (seen.has(real)) return true;
  seen.add(real);
  return false;
}

const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1);
