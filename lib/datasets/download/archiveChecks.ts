/** What an archive of a data set is held against: size, checksum, content, and the space it needs. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ArchiveError } from './archives';
import { DownloadError } from './http';
import { hashFile, sizeOf } from './partFile';
import type { Archive } from './sources';

/**
 * Verifies size and checksum of an archive that was there before.
 *
 * @throws DownloadError when one is wrong.
 */
export async function verifyArchive(
  { bytes, checksum }: Archive,
  file: string,
  { signal, say }: { signal?: AbortSignal; say: (line: string) => void },
): Promise<void> {
  const size = await sizeOf(file);
  const remedy = `Fetch it again, or delete ${file}.`;
  if (bytes !== undefined && size !== bytes) {
    throw new DownloadError(`${file} has ${size} bytes, published are ${bytes}. ${remedy}`);
  }
  if (checksum === undefined) return;
  say(`… ${path.basename(file)}: ${checksum.algorithm} of ${size} bytes`);
  const digest = await hashFile(file, checksum.algorithm, signal);
  if (digest === checksum.digest) return;
  throw new DownloadError(
    `the ${checksum.algorithm} of ${file} is ${digest}, published is ${checksum.digest}. ${remedy}`,
  );
}

/**
 * Holds what came out of an archive against what is known of it.
 *
 * @throws ArchiveError for a wrong number of files or a wrong folder digest.
 */
export async function checkContent(
  { files: expected, folderDigests = {} }: Archive,
  file: string,
  folder: string,
  files: number,
): Promise<void> {
  if (files === 0 || (expected !== undefined && files !== expected)) {
    const known = expected === undefined ? 'some' : String(expected);
    throw new ArchiveError(`${file} holds ${files} of the data set's files, expected ${known}.`);
  }
  for (const [name, digest] of Object.entries(folderDigests)) {
    if ((await folderDigest(path.join(folder, name))) === digest) continue;
    throw new ArchiveError(`${file}: the files of ${name} are not those that were published.`);
  }
}

/** SHA-256 of the output of `sha256sum *.png` in `folder` (C locale). */
export async function folderDigest(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const digest = createHash('sha256');
  for (const name of names.filter((each) => each.endsWith('.png')).sort()) {
    digest.update(`${await hashFile(path.join(folder, name), 'sha256')}  ${name}\n`);
  }
  return digest.digest('hex');
}

/** How far an installed archive is verified, in words. */
export function verification(
  { checksum, folderDigests }: Archive,
  mirror: string | undefined,
): string {
  if (checksum) return `${checksum.algorithm} ${checksum.digest} verified`;
  const source = mirror === undefined ? 'no checksum is published' : `from ${mirror}, no checksum`;
  return folderDigests ? `${source}, label files verified` : source;
}

/**
 * Refuses to begin what cannot fit: the rest of the archive, and its files.
 *
 * @param there bytes of the archive on the disk already
 * @throws DownloadError with the space needed and free.
 */
export async function checkSpace(
  { bytes, aboutBytes }: Archive,
  root: string,
  there: number,
): Promise<void> {
  const size = Math.max(there, bytes ?? aboutBytes ?? 0);
  const needed = size + (size - there);
  await mkdir(root, { recursive: true });
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize >= needed) return;
  const megabytes = (value: number) => `${Math.ceil(value / 1e6)} MB`;
  throw new DownloadError(
    `${megabytes(needed)} are needed in ${root} (archive and files), ${megabytes(bavail * bsize)} are ` +
      'free. Free some space, or pass --root DIR on a larger disk.',
  );
}
