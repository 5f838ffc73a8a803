/** Who holds a lock, and whether it still lives. */
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';
import { checked } from '../schema';
import type { Inferred } from '../schema';

const lockOwnerSchema = z.object({
  pid: z.number().int(),
  host: z.string(),
  /** When the process started, in the clock ticks of the kernel, so that a reused pid is not taken for it; else ''. */
  started: z.string(),
  /** ISO time. */
  since: z.string(),
  /** Names the set of processes in which `pid` counts (a container has its own); else absent. */
  space: z.string().optional(),
  /** Of SLURM: job and task, and how often it was queued again. */
  job: z.string().optional(),
  restarts: z.number().int().optional(),
  /** The lock's file is touched while its owner lives; version 1.0 did not. */
  beats: z.boolean().optional(),
});

export type LockOwner = Inferred<typeof lockOwnerSchema>;

/** This process as the owner of a lock. */
export function thisOwner(): LockOwner {
  const job = slurmJob();
  return {
    pid: process.pid,
    host: os.hostname(),
    started: startOf(process.pid),
    since: new Date().toISOString(),
    space: processSpace(),
    ...(job && { job, restarts: restarts() }),
    beats: true,
  };
}

/** Undefined for a torn text (a power cut), or one that is being written. */
export function ownerOf(text: string): LockOwner | undefined {
  try {
    return checked(lockOwnerSchema, JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * `'gone'`: the process has ended, or is a zombie, which its parent has not reaped; or it was this SLURM task before it was
 * queued again. `'elsewhere'`: nothing can be known of it from here but its heartbeat.
 */
export function stateOf(owner: LockOwner): 'alive' | 'gone' | 'elsewhere' {
  const { pid, host, started, space, job, restarts: before = 0 } = owner;
  if (job !== undefined && job === slurmJob() && before < restarts()) return 'gone';
  if (host !== os.hostname()) return 'elsewhere';
  if (space !== undefined && space !== processSpace()) return 'elsewhere';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'gone';
  }
  if (/^[ZX]/.test(statOf(pid))) return 'gone';
  return started === '' || startOf(pid) === started ? 'alive' : 'gone';
}

function slurmJob(): string | undefined {
  const { SLURM_JOB_ID: id, SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task } = process.env;
  return array !== undefined && task !== undefined ? `${array}_${task}` : id;
}

const restarts = (): number => Number(process.env.SLURM_RESTART_COUNT) || 0;

function processSpace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined; // not Linux
  }
}

/** Field 22 of /proc/PID/stat; '' where there is none. */
const startOf = (pid: number): string => statOf(pid).split(' ')[19] ?? '';

/** /proc/PID/stat from its third field on, the state; '' where there is none. */
function statOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2);
  } catch {
    return '';
  }
}
