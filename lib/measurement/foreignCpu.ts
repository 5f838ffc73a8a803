/** How much of the machine other programs use, and how much memory a process has; Linux only. */
import { sum } from '../statistics';
import { readFileSync } from 'node:fs';

/** Share of all cores used by others above which a measurement of training is no evidence. */
export const MAX_FOREIGN = 0.1;

/** Processor time so far, in the kernel's clock ticks. */
export interface CpuTimes {
  /** Of all cores, idle ones included. */
  total: number;
  /** Of all cores, doing something, stolen time included. */
  busy: number;
  /** Of the given processes and the children they waited for. */
  own: number;
}

/** Undefined where there is no /proc. */
export function cpuTimes(pids: readonly number[]): CpuTimes | undefined {
  const machine = read('/proc/stat')?.split('\n', 1)[0].trim().split(/\s+/).slice(1).map(Number);
  if (machine === undefined) return undefined;
  // user nice system idle iowait irq softirq steal; guest times are part of the first two
  const total = sum(machine.slice(0, 8));
  const idle = machine[3] + machine[4];
  return { total, busy: total - idle, own: sum(pids.map(ticksOf)) };
}

/** Share of all cores that was busy with others between two readings, 0–1. */
export function foreignShare(before: CpuTimes, after: CpuTimes): number {
  const total = after.total - before.total;
  const foreign = after.busy - before.busy - (after.own - before.own);
  return total > 0 ? Math.min(Math.max(foreign / total, 0), 1) : 0;
}

/** The most memory that a running process had in RAM so far; undefined where there is no /proc. */
export const peakMiB = (pid: number) => statusMiB(pid, 'VmHWM');

/**
 * What a running process has in RAM now and shares with no file: without the pages of the libraries that it mapped, which
 * the system may take back at any time and has once for all processes. Undefined where there is no /proc.
 */
export const ownMiB = (pid: number) => statusMiB(pid, 'RssAnon');

function statusMiB(pid: number, field: string): number | undefined {
  const status = read(`/proc/${pid}/status`) ?? '';
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}

function ticksOf(pid: number): number {
  // The command, in parentheses, may hold spaces; utime, stime, cutime, cstime are fields 14 to 17.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').pop()?.split(' ') ?? [];
  return sum(fields.slice(11, 15).map(Number));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
