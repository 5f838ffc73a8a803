/** Takes a lock away from an owner that is dead. */
import { rename, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { InputError } from '../check';
import { isAbsence } from '../files';
import { created, readLock, timeOf } from './lockFile';
import { ownerOf, stateOf } from './lockOwner';
import type { LockOwner } from './lockOwner';

/** Between two looks at another's takeover. */
const TAKEOVER_MILLISECONDS = 5;

/** A lock that is not whole is being written for no longer; a guard of elsewhere is held for no longer. */
const TORN_MILLISECONDS = 1000;

/** The folder is in use; the only error of a run that goes away by waiting. */
export class LockedError extends InputError {}

/** How often an owner touches its lock, and how long a lock is good without that. */
export interface Heartbeat {
  beatMs: number;
  expiryMs: number;
}

/** A lock that is to be taken. */
export interface Attempt extends Heartbeat {
  where: string;
  /** What an error calls the folder. */
  what: string;
  folder: string;
  file: string;
  /** A file beside the lock with what the lock is to hold. */
  own: string;
}

/**
 * Deletes the lock of a dead process, unless another is doing so; the owner, or undefined when the lock is to be tried
 * again. Only the holder of `lock.takeover` looks and deletes: a process that looked earlier could delete the lock of the
 * one that was faster.
 */
export async function removeStale(attempt: Attempt): Promise<LockOwner | undefined> {
  const { file, own } = attempt;
  const guard = `${file}.takeover`;
  const seen = await staleLock(attempt);
  if (seen === undefined) return undefined;
  if (!(await created(own, guard))) {
    await removeAbandoned(attempt, guard);
    await setTimeout(TAKEOVER_MILLISECONDS);
    return undefined;
  }
  try {
    const stale = await staleLock(attempt, seen.text);
    if (stale === undefined) return undefined;
    await rm(file, { force: true });
    return stale.owner;
  } finally {
    await rm(guard, { force: true });
  }
}

/**
 * Undefined without a lock that can go; a torn one has no owner. A lock of elsewhere whose text is `watched` has been waited
 * for.
 *
 * @throws LockedError when the owner is alive.
 */
async function staleLock(
  attempt: Attempt,
  watched?: string,
): Promise<{ text: string; owner?: LockOwner } | undefined> {
  const { where, what, folder, file, own, expiryMs } = attempt;
  const text = await readLock(where, file);
  if (text === undefined) return undefined;
  const age = (await timeOf(own)) - (await timeOf(file)); // both by the clock of the disk
  const owner = ownerOf(text);
  if (owner === undefined) {
    if (age > TORN_MILLISECONDS) return { text };
    await setTimeout(TORN_MILLISECONDS / 10);
    return undefined;
  }
  const state = stateOf(owner);
  if (state === 'gone') return { text, owner };
  const isSilent = state === 'elsewhere' && owner.beats === true && age > expiryMs;
  if (isSilent && (text === watched || !(await movesWithin(attempt)))) return { text, owner };
  const { pid, host, since, beats } = owner;
  const wait = `it is taken over ${expiryMs / 1000} s after its last sign of life, or`;
  const remedy =
    state === 'alive'
      ? 'Wait for it, end it, or choose another folder.'
      : `If that process is gone, ${beats ? `${wait} ` : ''}delete ${file}.`;
  throw new LockedError(
    `${where}: ${what} must be free, got ${folder} in use by process ${pid} on ${host} since ${since}. ${remedy}`,
  );
}

/** Whether the owner touches its lock now, whatever its clock says. */
async function movesWithin({ file, beatMs }: Attempt): Promise<boolean> {
  const before = await timeOf(file);
  await setTimeout(2 * beatMs);
  return (await timeOf(file)) !== before;
}

/** A guard is held for a moment; what a killed process left is moved aside and deleted. */
async function removeAbandoned({ where, own }: Attempt, guard: string): Promise<void> {
  const text = await readLock(where, guard);
  if (text === undefined) return;
  const owner = ownerOf(text);
  const state = owner && stateOf(owner);
  const isYoung = (await timeOf(own)) - (await timeOf(guard)) < TORN_MILLISECONDS;
  if (state === 'alive' || (state !== 'gone' && isYoung)) return;
  const aside = `${own}.abandoned`;
  try {
    await rename(guard, aside);
  } catch (error) {
    if (isAbsence(error)) return; // another process was faster
    throw error;
  }
  const moved = await readLock(where, aside);
  if (moved !== text) await created(aside, guard); // it was another's
  await rm(aside, { force: true });
}
