/** One process at a time in a run folder. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere } from '../files';
import { created, readLock, timeOf } from './lockFile';
import { LockedError, removeStale } from './lockTakeover';
import type { Attempt, Heartbeat } from './lockTakeover';
import { ownerOf, stateOf, thisOwner } from './lockOwner';
import type { LockOwner } from './lockOwner';

export { LockedError } from './lockTakeover';
export type { LockOwner } from './lockOwner';

/** After so long one gives up taking a lock that others take and leave. */
const PATIENCE_MILLISECONDS = 60_000;

/** An owner whose machine cannot be asked is taken for dead after two minutes without a sign. */
export const heartbeat: Heartbeat = { beatMs: 10_000, expiryMs: 120_000 };

export interface RunLock {
  /** The dead owner whose lock was taken over, if any. */
  takenOver?: LockOwner;
  /** @throws LockedError when another process has taken the lock over, as this one gave no sign for too long. */
  check(): void;
  release(): Promise<void>;
}

/**
 * Takes the lock of `folder` (the file `lock`), creating the folder. A lock whose process is gone is taken over: one of this
 * machine that has ended or is a zombie, this SLURM task before it was queued again, and one elsewhere (another host, another
 * container) that has not touched its lock for two minutes. `where` begins the error's message, `what` is
 * what it calls the folder.
 *
 * @throws LockedError that names the owner when it is alive; InputError for a lock that cannot be read, such as a folder
 *   of that name.
 */
export async function lockRun(
  folder: string,
  where = 'runExperiment',
  beats = heartbeat,
  what = 'outDir',
): Promise<RunLock> {
  await mkdir(folder, { recursive: true });
  const file = lockFile(folder);
  const token = randomBytes(8).toString('hex');
  const own = `${file}.${token}`;
  const text = JSON.stringify({ ...thisOwner(), token });
  const attempt = { ...beats, where, what, folder, file, own };
  let takenOver: LockOwner | undefined;
  const until = performance.now() + PATIENCE_MILLISECONDS + 2 * beats.beatMs;
  try {
    for (;;) {
      await writeFile(own, text); // anew each time: what the disk's clock says of it is now
      if (await created(own, file)) break;
      takenOver = (await removeStale(attempt)) ?? takenOver;
      if (performance.now() < until) continue;
      throw new LockedError(
        `${where}: ${what} must be free, got ${folder}, whose ${file} others take all the time.`,
      );
    }
  } finally {
    await rm(own, { force: true });
  }
  return { takenOver, ...held(attempt, text) };
}

/** Keeps a lock that was taken. */
function held({ where, what, folder, file, beatMs, expiryMs }: Attempt, text: string) {
  let touched = performance.now();
  let lost = false;
  const timer = setInterval(() => void beat(), beatMs);
  timer.unref();
  const beat = async () => {
    const now = new Date();
    const found = await readIfThere('lockRun', file).catch(() => text); // a disk that does not answer
    lost ||= found !== text;
    if (!lost)
      await utimes(file, now, now).then(
        () => (touched = performance.now()),
        () => undefined,
      );
  };
  const check = () => {
    if (!lost && performance.now() - touched > expiryMs) lost = textNow(file) !== text;
    if (!lost) return;
    throw new LockedError(
      `${where}: ${what} must stay free, but another process took ${folder} over: this one gave no sign for ` +
        `${expiryMs / 1000} s (the machine was asleep, or its disk did not answer). Give the command again.`,
    );
  };
  const release = async () => {
    clearInterval(timer);
    if ((await readLock('releaseLock', file)) === text) await rm(file, { force: true });
  };
  return { check, release };
}

function textNow(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Who works in `folder`; undefined when nobody does. */
export async function lockOwner(folder: string): Promise<LockOwner | undefined> {
  const file = lockFile(folder);
  const text = await readLock('lockOwner', file);
  const owner = text === undefined ? undefined : ownerOf(text);
  if (owner === undefined) return undefined;
  const state = stateOf(owner);
  const isSilent = owner.beats && Date.now() - (await timeOf(file)) > heartbeat.expiryMs;
  return state === 'gone' || (state === 'elsewhere' && isSilent) ? undefined : owner;
}

const lockFile = (folder: string): string => path.join(folder, 'lock');
