/** A training run that is measured epoch by epoch. */
import os from 'node:os';
import { EpochSide } from './epochSide';
import type { EpochJob } from './epochWorker';
import type { GpuUsage } from './gpuUsage';

/** One epoch; fields as of `LossTrainingCost`. */
export interface EpochCost {
  epochSeconds: number;
  cpuSeconds: number;
  peakMiB: number;
  cpuShare: number;
  gpuShare: number | null;
  gpuMiB: number | null;
}

export class CostSide extends EpochSide {
  epochs: EpochCost[] = [];

  constructor(
    name: string,
    job: EpochJob,
    signal: AbortSignal,
    private readonly gpu: GpuUsage | undefined,
    private readonly onEpoch: () => void,
  ) {
    super(name, job, signal);
  }

  /** Trains for one epoch; resolves to its milliseconds. */
  override async burst(): Promise<number> {
    this.gpu?.reset();
    const milliseconds = await super.burst();
    const { trainingSeconds: epochSeconds, cpuSeconds, peakMiB } = this.last;
    const cpuShare = cpuSeconds / (epochSeconds * os.availableParallelism());
    const gpuShare = this.gpu?.share() ?? null;
    const gpuMiB = (await this.gpu?.memoryMiB(this.pid)) ?? null;
    this.epochs.push({ epochSeconds, cpuSeconds, peakMiB, cpuShare, gpuShare, gpuMiB });
    this.onEpoch();
    return milliseconds;
  }
}
