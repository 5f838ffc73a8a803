/** What an NVIDIA GPU does meanwhile, as `nvidia-smi` tells. */
import { mean } from '../statistics';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import readline from 'node:readline';

const SAMPLE_MILLISECONDS = 100;

/** The GPU that TensorFlow takes first. */
function gpuId(): string {
  return process.env.CUDA_VISIBLE_DEVICES?.split(',')[0] || '0';
}

/** A card as the driver knows it. */
export interface GpuCard {
  name: string;
  driver: string;
  memoryMiB: number;
  /** Such as 9.0. */
  computeCapability: string;
}

/** The card that TensorFlow takes first; undefined where `nvidia-smi` knows none. */
export async function gpuCard(): Promise<GpuCard | undefined> {
  const query = '--query-gpu=name,driver_version,memory.total,compute_cap';
  const [line] = await ask([`--id=${gpuId()}`, query]);
  if (line === undefined) return undefined;
  const [name, driver, memory, computeCapability] = line.split(',').map((word) => word.trim());
  return { name, driver, memoryMiB: Number(memory), computeCapability };
}

/** Samples a GPU's utilization every 100 ms from its start to `stop`. */
export class GpuUsage {
  private shares: number[] = [];
  private readonly child: ChildProcess;

  private constructor(readonly title: string) {
    const query = ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits'];
    const args = [`--id=${gpuId()}`, ...query, `--loop-ms=${SAMPLE_MILLISECONDS}`];
    this.child = spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.child.on('error', () => undefined); // then there are no samples
    readline.createInterface({ input: this.child.stdout! }).on('line', (line) => {
      const percent = Number(line);
      if (line.trim() !== '' && Number.isFinite(percent)) this.shares.push(percent / 100);
    });
  }

  /** Undefined where there is no `nvidia-smi`, or no GPU that it knows. */
  static async start(): Promise<GpuUsage | undefined> {
    const [title] = await ask([`--id=${gpuId()}`, '--query-gpu=name']);
    return title === undefined ? undefined : new GpuUsage(title);
  }

  /** Forgets the samples so far. */
  reset(): void {
    this.shares = [];
  }

  /** Share of the time in which the GPU worked since `reset`, 0–1; null without a sample. */
  share(): number | null {
    if (this.shares.length === 0) return null;
    return mean(this.shares);
  }

  /** MiB of the GPU's memory that a process holds; null where that is not told, as in many containers. */
  async memoryMiB(pid: number): Promise<number | null> {
    const lines = await ask([`--id=${gpuId()}`, '--query-compute-apps=pid,used_memory']);
    const own = lines.map((line) => line.split(',').map(Number)).find(([id]) => id === pid);
    return own !== undefined && Number.isFinite(own[1]) ? own[1] : null;
  }

  /** MiB of the GPU's memory that all processes hold; null where that is not told. */
  async usedMiB(): Promise<number | null> {
    const [used] = await ask([`--id=${gpuId()}`, '--query-gpu=memory.used']);
    return used !== undefined && Number.isFinite(Number(used)) ? Number(used) : null;
  }

  stop(): void {
    this.child.kill();
  }
}

/** The lines of one answer; none where it fails. */
function ask(args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', [...args, '--format=csv,noheader,nounits'], (error, output) => {
      const lines = output.split('\n').map((line) => line.trim());
      resolve(error ? [] : lines.filter((line) => line !== ''));
    });
  });
}
