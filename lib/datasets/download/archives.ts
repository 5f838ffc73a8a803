/**
 * Unpacks zip and tar archives that may be hostile: only wanted regular files are written, each
 * created anew below the target folder. No link is ever made, so no path can lead outside.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Parser } from 'tar';
import type { ReadEntry } from 'tar';
import { openPromise } from 'yauzl';
import type { Entry } from 'yauzl';
import { diskError } from './partFile';
import { DownloadError } from './http';

export interface ExtractOptions {
  /** Members to unpack; group 1 is their path below the folder. */
  members: RegExp;
  /** The most bytes that may come out: a bound on decompression bombs. */
  limit: number;
  signal?: AbortSignal;
  /** Bytes read (tar) or members passed (zip), and how many there are. */
  onProgress?: (done: number, total: number) => void;
}

/** The archive is damaged, hostile, or not the one it should be. */
export class ArchiveError extends DownloadError {
  override readonly name = 'ArchiveError';
}

type MemberKind = 'file' | 'folder' | 'other';

/**
 * Unpacks the wanted members of `archive` (`.zip`, else tar, gzipped or not) into `folder`, which
 * must exist and be empty. Returns the number of files.
 *
 * Hidden macOS companions (`._NAME`) are left. On an error, what was written stays for the caller
 * to delete.
 *
 * @throws ArchiveError for a path outside the folder (even of a member that is not wanted), a wanted
 *   link, device or duplicate, damage, more than `limit` bytes; DownloadError for a full disk.
 */
export async function extractArchive(
  archive: string,
  folder: string,
  options: ExtractOptions,
): Promise<number> {
  const writer = new MemberWriter(archive, folder, options);
  try {
    await (archive.endsWith('.zip') ? readZip : readTar)(archive, writer, options);
    return writer.files;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw archiveError(archive, diskError(error as Error, folder));
  } finally {
    await writer.close();
  }
}

function archiveError(archive: string, error: Error): Error {
  if (error instanceof DownloadError) return error;
  // yauzl refuses such names itself.
  const refused = /^(invalid relative path|absolute path|invalid characters)/.test(error.message);
  const kind = archive.endsWith('.zip') ? 'zip' : 'tar';
  const what = refused ? 'refused' : `damaged or no ${kind} archive`;
  return new ArchiveError(`${archive} is ${what}: ${error.message}. Nothing of it is unpacked.`);
}

class MemberWriter {
  files = 0;
  private bytes = 0;
  private readonly folders = new Set<string>();
  private opened: Promise<FileHandle> | undefined;
  private closed = false;

  constructor(
    private readonly archive: string,
    private readonly folder: string,
    private readonly options: ExtractOptions,
  ) {}

  /** Where a member goes; undefined when it is not wanted. */
  place(member: string, kind: MemberKind): string | undefined {
    if (!isInside(member)) {
      throw this.error(`its member '${member}' leads outside the folder`);
    }
    const name = path.posix.normalize(member);
    const wanted = this.options.members.exec(name)?.[1];
    if (wanted === undefined || kind === 'folder' || /(^|\/)\._[^/]*$/.test(name)) return undefined;
    if (kind !== 'file') throw this.error(`its member '${member}' is a link or a device`);
    return path.join(this.folder, ...wanted.split('/'));
  }

  async write(file: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const parent = path.dirname(file);
    if (!this.folders.has(parent)) await mkdir(parent, { recursive: true });
    this.folders.add(parent);
    if (this.closed) return;
    this.opened = open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? this.error(`it holds ${path.basename(file)} twice`) : error;
    });
    const handle = await this.opened;
    try {
      for await (const chunk of content) {
        this.options.signal?.throwIfAborted();
        this.bytes += chunk.length;
        if (this.bytes > this.options.limit) {
          throw this.error(`it unpacks to more than ${this.options.limit} bytes`);
        }
        await handle.appendFile(chunk);
      }
    } finally {
      await handle.close();
    }
    this.files += 1;
  }

  /** No file is written or open from here on, even if a member is never read to its end. */
  async close(): Promise<void> {
    this.closed = true;
    const handle = await this.opened?.catch(() => undefined);
    await handle?.close().catch(() => undefined); // closed before, as a rule
  }

  private error(what: string): ArchiveError {
    return new ArchiveError(
      `${this.archive} is refused: ${what}. It is not the published archive; nothing of it is unpacked.`,
    );
  }
}

/** Whether a member's path stays below the folder it is unpacked into. */
function isInside(member: string): boolean {
  if (/[\\\0]/.test(member) || /^([a-z]:|\/)/i.test(member)) return false;
  return !member.split('/').includes('..');
}

async function readTar(
  archive: string,
  writer: MemberWriter,
  { signal, onProgress }: ExtractOptions,
): Promise<void> {
  const { size } = await stat(archive);
  const stream = createReadStream(archive, { highWaterMark: 2 ** 18, signal });
  await new Promise<void>((resolve, reject) => {
    let written: Promise<unknown> = Promise.resolve();
    const member = async (entry: ReadEntry) => {
      const file = writer.place(entry.path, kinds[entry.type] ?? 'other');
      if (file === undefined) entry.resume();
      else await writer.write(file, entry);
    };
    const onReadEntry = (entry: ReadEntry) => {
      written = Promise.all([written, member(entry)]);
      written.catch(reject);
    };
    const parser = new Parser({ strict: true, onReadEntry });
    parser.on('error', reject);
    parser.on('end', () => void written.then(() => resolve(), reject));
    const drained = () => new Promise<void>((ready) => parser.once('drain', ready));
    const feed = async () => {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (!parser.write(chunk)) await drained();
        onProgress?.(stream.bytesRead, size);
      }
      parser.end();
    };
    feed().catch(reject);
  }).finally(() => stream.destroy());
}

const kinds: Readonly<Record<string, MemberKind>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
};

async function readZip(
  archive: string,
  writer: MemberWriter,
  { signal, onProgress }: ExtractOptions,
): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      const file = writer.place(entry.fileName, zipKind(entry));
      if (file !== undefined) await writer.write(file, await zip.openReadStreamPromise(entry));
      onProgress?.(zip.entriesRead, zip.entryCount);
    }
  } finally {
    zip.close();
  }
}

/** The kind of a zip member: a folder ends in a slash; Unix zips keep the file mode's upper bits. */
function zipKind(entry: Entry): MemberKind {
  if (entry.fileName.endsWith('/')) return 'folder';
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  return type === 0 || type === 0o100000 ? 'file' : 'other';
}
