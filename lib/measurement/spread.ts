/** Numbers of repeated measurements, and the machine they hold for. */
import os from 'node:os';
import { deviceReport } from '../backend';

/** Median and extremes of the rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** `412 (398–420)`. */
export function spreadText({ median, min, max }: Spread, digits = 0): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  device: string;
  node: string;
  tensorflow: string;
  /** Processes that wanted a core at the start, averaged over a minute. */
  load: number;
}

export function machine(): Machine {
  const { device, node, tensorflow, threads } = deviceReport();
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: threads,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    device,
    node,
    tensorflow,
    load: Math.round(os.loadavg()[0] * 10) / 10,
  };
}

export function machineText(m: Machine): string {
  return (
    `${m.processor}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.device}; ` +
    `Node ${m.node}, TensorFlow ${m.tensorflow}; load ${m.load} at the start`
  );
}

/** MiB of memory that the process has in RAM. */
export function residentMiB(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}
