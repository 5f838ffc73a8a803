/** One process at a time in a run folder. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { InputError } from '../check';
import { isAbsence, readIfThere } from '../files';
import { typed } from '../schema';
import type { Infer } from '../schema';

/** Between two looks at another's takeover. */
const TAKEOVER_MILLISECONDS = 5;

/** The folder is in use; the only error of a run that goes away by waiting. */
export class LockedError extends InputError {}

/** Who holds a lock. */
const lockOwnerSchema = z.object({
  pid: z.number().int(),
  host: z.string(),
  /** When the process started, in the clock ticks of the kernel, so that a reused pid is not taken for it; else ''. */
  started: z.string(),
  /** ISO time. */
  since: z.string(),
});

export type LockOwner = Infer<typeof lockOwnerSchema>;

export interface RunLock {
  /** The dead owner whose lock was taken over, if any. */
  takenOver?: LockOwner;
  release(): Promise<void>;
}

/**
 * Takes the lock of `folder` (the file `lock`), creating the folder. A lock whose process on this host is gone is taken
 * over. `where` begins the error's message.
 *
 * @throws LockedError that names the owner when it is alive, or on another host, where nothing can be known of it;
 *   InputError for a lock that cannot be read, such as a folder of that name.
 */
export async function lockRun(folder: string, where = 'runExperiment'): Promise<RunLock> {
  await mkdir(folder, { recursive: true });
  const file = lockFile(folder);
  const owner: LockOwner = {
    pid: process.pid,
    host: os.hostname(),
    started: startOf(process.pid),
    since: new Date().toISOString(),
  };
  const token = randomBytes(8).toString('hex');
  const own = `${file}.${token}`;
  const text = JSON.stringify({ ...owner, token });
  await writeFile(own, text);
  let takenOver: LockOwner | undefined;
  try {
    // A link is there with all of its content or not at all, on network file systems too.
    while (!(await linked(own, file))) {
      takenOver = (await removeStale(where, folder, own)) ?? takenOver;
    }
  } finally {
    await rm(own, { force: true });
  }
  const release = async () => {
    if ((await readLock('releaseLock', file)) === text) await rm(file, { force: true });
  };
  return { takenOver, release };
}

/** Who works in `folder`; undefined when nobody does. */
export async function lockOwner(folder: string): Promise<LockOwner | undefined> {
  const text = await readLock('lockOwner', lockFile(folder));
  const owner = text === undefined ? undefined : ownerOf(text);
  return owner && isAlive(owner) ? owner : undefined;
}

const lockFile = (folder: string): string => path.join(folder, 'lock');

/**
 * Undefined without a lock. A link to a file that is not there would be no lock to a reader, and one to a process that
 * takes it.
 *
 * @throws InputError for one that cannot be read.
 */
async function readLock(where: string, file: string): Promise<string | undefined> {
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

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Deletes the lock of a dead process, unless another is doing so; the owner, or undefined when the lock is to be tried
 * again. Only the holder of `lock.takeover` looks and deletes: a process that looked earlier could delete the lock of the
 * one that was faster.
 */
async function removeStale(where: string, folder: string, own: string) {
  const file = lockFile(folder);
  const guard = `${file}.takeover`;
  if ((await staleLock(where, folder)) === undefined) return undefined;
  if (!(await linked(own, guard))) {
    await removeAbandoned(where, guard, `${own}.abandoned`);
    await setTimeout(TAKEOVER_MILLISECONDS);
    return undefined;
  }
  try {
    const stale = await staleLock(where, folder);
    if (stale === undefined) return undefined;
    await rm(file, { force: true });
    return stale.owner;
  } finally {
    await rm(guard, { force: true });
  }
}

/** Undefined without a lock; a torn one has no owner. @throws LockedError when the owner is alive. */
async function staleLock(
  where: string,
  folder: string,
): Promise<{ owner?: LockOwner } | undefined> {
  const file = lockFile(folder);
  const text = await readLock(where, file);
  if (text === undefined) return undefined;
  const owner = ownerOf(text);
  if (owner === undefined || !isAlive(owner)) return { owner };
  const { pid, host, since } = owner;
  const remedy =
    host === os.hostname()
      ? 'Wait for it, end it, or choose another folder.'
      : `If that process is gone, delete ${file}.`;
  throw new LockedError(
    `${where}: outDir must be free, got ${folder} in use by process ${pid} on ${host} since ${since}. ${remedy}`,
  );
}

/** A guard is held for a moment, and by this host only; what a killed process left is moved aside and deleted. */
async function removeAbandoned(where: string, guard: string, aside: string): Promise<void> {
  const text = await readLock(where, guard);
  if (text === undefined) return;
  const owner = ownerOf(text);
  if (owner?.host === os.hostname() && isAlive(owner)) return;
  try {
    await rename(guard, aside);
  } catch (error) {
    if (isAbsence(error)) return; // another process was faster
    throw error;
  }
  const moved = await readLock(where, aside);
  if (moved !== text) await linked(aside, guard); // it was another's
  await rm(aside, { force: true });
}

function ownerOf(text: string): LockOwner | undefined {
  try {
    return typed(lockOwnerSchema).parse(JSON.parse(text));
  } catch {
    return undefined; // a power cut
  }
}

function isAlive({ pid, host, started }: LockOwner): boolean {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return started === '' || startOf(pid) === started;
}

/** Field 22 of /proc/PID/stat; '' where there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}
