/**
 * The file of a disk cache: each sample's RGB and labels as raw bytes, in the order in which they
 * were first read, then an index. It is written under another name and renamed when every sample is
 * in, so that a cache file is complete or not there.
 */
import fs from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { invalid } from '../../check';
import { checked } from '../../schema';
import type { Inferred } from '../../schema';
import type { Sample, SampleSource } from '../datasetTypes';

export interface CacheFile {
  /** The sample, or undefined while it is not in the file. */
  read(index: number): Promise<Sample | undefined>;
  /** Adds a sample that is not in the file; the last one completes the file. */
  add(index: number, sample: Sample): Promise<void>;
}

const count = z.number().int().min(0);
/** Where a sample lies: `height·width·3` bytes of RGB, then `height·width` labels. */
const entrySchema = z.object({ name: z.string(), height: count, width: count, offset: count });
type Entry = Inferred<typeof entrySchema>;
const indexSchema = z.array(entrySchema);

const read = promisify(fs.read);
const write = promisify(fs.write);
const sync = promisify(fs.fsync);
/** Ends every complete file, behind the length of its index in 4 bytes. */
const mark = Buffer.from('samples1');
/** A read that takes longer waited for the disk. */
const slowMs = 1;
const readsInPool = 64;
const dayInMs = 24 * 60 * 60 * 1000;

/** An open file, closed when nobody can read it any more: data sets have no end of use to tell. */
interface OpenFile {
  descriptor: number;
  /** Reads and writes under way; counting them keeps the file open until they end. */
  busy: number;
  /** Reads that are still to go through the thread pool, since one has been slow. */
  slow: number;
}
const openFiles = new FinalizationRegistry<number>((descriptor) => fs.closeSync(descriptor));

/** Unfinished files of this process. */
const unfinished = new Set<string>();
let filesBegun = 0;
process.on('exit', () => unfinished.forEach((file) => fs.rmSync(file, { force: true })));

/** Opens `file` for reading when it is complete and agrees with `source`, else begins a new one. */
export async function openCacheFile(file: string, source: SampleSource): Promise<CacheFile> {
  const found = await openComplete(file, source);
  if (found !== undefined) return found;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await removeAbandoned(path.dirname(file));
    return begin(file, source.length);
  } catch (error) {
    throw notWritable(file, error);
  }
}

async function openComplete(file: string, source: SampleSource): Promise<CacheFile | undefined> {
  let opened: OpenFile;
  try {
    opened = keepOpen(fs.openSync(file, 'r'));
  } catch {
    return undefined;
  }
  const entries = await readIndex(opened);
  if (entries?.length !== source.length) return undefined;
  const first = await readSample(opened, entries[0]);
  if (!isSame(first, await source.sample(0))) return undefined;
  return {
    read: (index) => readSample(opened, entries[index]),
    add: () => Promise.resolve(),
  };
}

async function readIndex(file: OpenFile): Promise<Entry[] | undefined> {
  const { size } = fs.fstatSync(file.descriptor);
  if (size < 12) return undefined;
  const tail = await readAt(file, size - 12, 12);
  const bytes = tail.readUInt32LE(0);
  if (!tail.subarray(4).equals(mark) || bytes > size - 12) return undefined;
  const text = (await readAt(file, size - 12 - bytes, bytes)).toString('utf8');
  try {
    const { data } = checked(indexSchema, JSON.parse(text));
    const end = size - 12 - bytes;
    const isInside = ({ height, width, offset }: Entry) => offset + 4 * height * width <= end;
    return data?.every(isInside) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** A file that grows until every sample is in. */
function begin(file: string, length: number): CacheFile {
  const partial = `${file}.${os.hostname()}-${process.pid}-${filesBegun++}.partial`;
  const opened = keepOpen(fs.openSync(partial, 'w+'));
  unfinished.add(partial);
  const entries: (Entry | undefined)[] = Array.from({ length }, () => undefined);
  const taken = new Set<number>();
  let end = 0;
  let written = 0;

  const complete = async (): Promise<void> => {
    const index = Buffer.from(JSON.stringify(entries));
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(index.length);
    await writeAt(opened, Buffer.concat([index, bytes, mark]), end);
    await sync(opened.descriptor);
    await rename(partial, file);
    unfinished.delete(partial);
  };
  return {
    async read(index) {
      const entry = entries[index];
      return entry === undefined ? undefined : readSample(opened, entry);
    },
    async add(index, { name, height, width, image, labels }) {
      if (taken.has(index)) return;
      taken.add(index);
      const offset = end;
      end += image.length + labels.length;
      try {
        await writeAt(opened, Buffer.concat([image, labels]), offset);
        entries[index] = { name, height, width, offset };
        written += 1;
        if (written === length) await complete();
      } catch (error) {
        throw notWritable(file, error);
      }
    },
  };
}

function keepOpen(descriptor: number): OpenFile {
  const file = { descriptor, busy: 0, slow: 0 };
  openFiles.register(file, descriptor);
  return file;
}

async function readSample(file: OpenFile, entry: Entry): Promise<Sample> {
  const { name, height, width, offset } = entry;
  const pixels = height * width;
  const { buffer } = await readAt(file, offset, 4 * pixels);
  const image = new Uint8Array(buffer, 0, 3 * pixels);
  return { name, height, width, image, labels: new Uint8Array(buffer, 3 * pixels, pixels) };
}

/**
 * Reads on this thread while the operating system holds the file in memory: 65 KB take 15 µs, the
 * way through the thread pool costs more. After a read that had to wait, the next ones do not.
 */
async function readAt(file: OpenFile, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  file.busy += 1;
  for (let done = 0; done < length;) {
    const place = [bytes, done, length - done, offset + done] as const;
    const bytesRead =
      file.slow > 0 ? (await read(file.descriptor, ...place)).bytesRead : readNow(file, place);
    if (bytesRead === 0) {
      throw new Error('cache: the file ended early; it was changed while in use');
    }
    done += bytesRead;
  }
  file.slow = Math.max(0, file.slow - 1);
  file.busy -= 1;
  return bytes;
}

function readNow(file: OpenFile, place: readonly [Buffer, number, number, number]): number {
  const start = performance.now();
  const bytesRead = fs.readSync(file.descriptor, ...place);
  if (performance.now() - start > slowMs) file.slow = readsInPool;
  return bytesRead;
}

async function writeAt(file: OpenFile, bytes: Buffer, offset: number): Promise<void> {
  file.busy += 1;
  for (let done = 0; done < bytes.length;) {
    done += (await write(file.descriptor, bytes, done, undefined, offset + done)).bytesWritten;
  }
  file.busy -= 1;
}

/** Removes what processes that were killed left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.partial')) continue;
    const file = path.join(folder, name);
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > dayInMs) await rm(file, { force: true });
  }
}

function isSame(one: Sample, other: Sample): boolean {
  return (
    one.name === other.name &&
    one.height === other.height &&
    one.width === other.width &&
    Buffer.compare(one.image, other.image) === 0 &&
    Buffer.compare(one.labels, other.labels) === 0
  );
}

function notWritable(file: string, error: unknown) {
  const remedy = `${(error as Error).message}. Free space or rights there, or take cache: 'memory'.`;
  return invalid('openDataset', 'cache folder', 'writable', path.dirname(file), remedy);
}
