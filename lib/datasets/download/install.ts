/** Gets a data set's archives (downloads them, or takes them from a folder), verifies and unpacks them. */
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { invalid } from '../../check';
import { checkContent, checkSpace, verification, verifyArchive } from './archiveChecks';
import { ArchiveError, extractArchive } from './archives';
import { downloadFile } from './fetch';
import { DownloadError } from './http';
import { diskError, sizeOf } from './partFile';
import type { Archive, DatasetSource } from './sources';

/** What is told while it happens. */
export interface InstallReporter {
  /** A step that moves: `total` is undefined where it is unknown; `unit` is what is counted. */
  progress(step: string, done: number, total: number | undefined, unit: 'bytes' | 'members'): void;
  /** A step is over, or something worth a line has happened. */
  say(line: string): void;
}

export interface InstallOptions {
  root: string;
  /** A folder with archives fetched already, or one archive; nothing is downloaded then. */
  from?: string;
  /** Take the archives from `MIRROR/FILE` instead of their official addresses. */
  mirror?: string;
  /** Keep the downloaded archives (default false). */
  keep?: boolean;
  signal?: AbortSignal;
  /** Keeps other processes out of the folder of downloads, from the first archive that is missing on (default: nothing does). */
  lock?: (folder: string) => Promise<{ release(): Promise<void> }>;
  report: InstallReporter;
  /** Of the download: see `downloadFile`. */
  retries?: number;
  pause?: number;
}

/** An archive that is not installed, and why. */
export interface MissingArchive {
  archive: Archive;
  reason: string;
}

/** Unpacked size over archive size, generously: images hardly shrink, JSON polygons do. */
const largestRatio = 12;
const spareBytes = 64e6;

/**
 * Installs every archive of `source` that is not there yet below `root/source.folder`. Each fills one
 * folder, unpacked beside its place and renamed at the end, so that a folder is complete or absent.
 * An archive that fails does not stop the others.
 *
 * @returns the archives that are still missing.
 * @throws InputError for a `from` that holds none of them; an AbortError when interrupted; what `lock` throws.
 */
export async function installDataset(
  source: DatasetSource,
  options: InstallOptions,
): Promise<MissingArchive[]> {
  const { root, from, report, lock } = options;
  const given = from === undefined ? undefined : await archivesIn(from, source);
  const absent: Archive[] = [];
  for (const archive of source.archives) {
    const target = path.join(root, source.folder, archive.target);
    if (!(await isFilled(target))) absent.push(archive);
    else report.say(`✓ ${archive.file}: ${target} is there already`);
  }
  if (absent.length === 0) return [];
  const downloads = path.join(root, '.downloads');
  const folder = path.join(downloads, source.name);
  const held = await lock?.(folder);
  try {
    return await installAll(absent, source, options, given);
  } finally {
    await held?.release();
    // Not empty, or never made.
    for (const each of [folder, downloads]) await rmdir(each).catch(() => undefined);
  }
}

const isFilled = async (folder: string) => (await readdir(folder).catch(() => [])).length > 0;

/** @returns the archives that are still missing. */
async function installAll(
  archives: readonly Archive[],
  source: DatasetSource,
  options: InstallOptions,
  given: Map<string, string> | undefined,
): Promise<MissingArchive[]> {
  const { root, signal, report } = options;
  const missing: MissingArchive[] = [];
  for (const archive of archives) {
    const target = path.join(root, source.folder, archive.target);
    if (await isFilled(target)) continue; // by a process that had the lock until now
    try {
      await install(archive, target, source, options, given);
    } catch (error) {
      signal?.throwIfAborted();
      const plain = diskError(error as Error, target);
      if (!(plain instanceof DownloadError)) throw plain;
      report.say(`✗ ${archive.file}: ${plain.message}`);
      missing.push({ archive, reason: plain.message });
    }
  }
  return missing;
}

async function install(
  archive: Archive,
  target: string,
  source: DatasetSource,
  options: InstallOptions,
  given: Map<string, string> | undefined,
): Promise<void> {
  const { root, keep = false, mirror, signal, report } = options;
  const folder = path.join(root, '.downloads', source.name);
  const file = given?.get(archive.file) ?? path.join(folder, archive.file);
  const own = given?.get(archive.file) === undefined;
  if (given !== undefined && own) throw new DownloadError(`it is not in ${options.from}.`);
  const there = Math.max(await sizeOf(file), await sizeOf(`${file}.part`));
  await checkSpace(archive, root, there);
  if (own && (await sizeOf(file)) === 0) await download(archive, file, source, options);
  else await verifyArchive(archive, file, { signal, say: (line) => report.say(line) });
  try {
    const files = await unpack(archive, file, target, options);
    report.say(`✓ ${archive.file}: ${verification(archive, mirror)}; ${files} files in ${target}`);
  } catch (error) {
    // Without this, a damaged download would be taken for the archive the next time.
    if (own && error instanceof ArchiveError) await rm(file, { force: true });
    throw error;
  }
  if (own && !keep) await rm(file);
}

async function download(
  archive: Archive,
  file: string,
  source: DatasetSource,
  { mirror, signal, report, retries, pause }: InstallOptions,
): Promise<void> {
  const url = mirror === undefined ? archive.url : `${mirror.replace(/\/+$/, '')}/${archive.file}`;
  if (url === undefined) {
    throw new DownloadError(
      `it needs a login: fetch it at ${source.login} and pass it with --from.`,
    );
  }
  const { bytes, checksum } = archive;
  await downloadFile({
    url,
    file,
    bytes,
    checksum,
    signal,
    retries,
    pause,
    onProgress: (done, total) => report.progress(archive.file, done, total, 'bytes'),
    onRetry: (message) => report.say(message),
  });
}

async function unpack(
  archive: Archive,
  file: string,
  target: string,
  { signal, report }: InstallOptions,
): Promise<number> {
  const fresh = path.join(path.dirname(target), `.${path.basename(target)}.unpacking`);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    const files = await extractArchive(file, fresh, {
      members: archive.members,
      limit: (await sizeOf(file)) * largestRatio + spareBytes,
      signal,
      onProgress: (done, total) => {
        const unit = file.endsWith('.zip') ? 'members' : 'bytes';
        report.progress(`unpacking ${archive.file}`, done, total, unit);
      },
    });
    await checkContent(archive, file, fresh, files);
    await rmdir(target).catch(() => undefined); // an empty folder in its place
    await rename(fresh, target);
    return files;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The archives of `source` found at `from`, a folder or one of them, by file name. */
async function archivesIn(from: string, source: DatasetSource): Promise<Map<string, string>> {
  const names = source.archives.map(({ file }) => file);
  const kind = await stat(from).catch(() => undefined);
  const files = kind?.isDirectory()
    ? (await readdir(from)).map((name) => path.join(from, name))
    : kind
      ? [from]
      : [];
  const found = files.filter((file) => names.includes(path.basename(file)));
  if (found.length > 0) return new Map(found.map((file) => [path.basename(file), file]));
  const expected = `a folder that holds, or the path of, ${names.join(', ')}`;
  throw invalid('npm run data', '--from', expected, from);
}
