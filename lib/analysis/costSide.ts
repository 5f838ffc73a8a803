/** A training run that is measured epoch by epoch. */
import os from 'node:os';
import type { EpochSide } from '../measurement/epochSide';
import type { Side } from '../measurement/interleave';
import type { GpuUsage } from './gpuUsage';

/** One epoch; fields as of `LossTrainingCost`. */
export interface EpochCost {
  seconds: number;
  cpuSeconds: number;
  peakMiB: number;
  cpuShare: number;
  gpuShare: number | null;
  gpuMiB: number | null;
}

export class CostSide implements Side {
  /** Measured since `forget`. */
  epochs: EpochCost[] = [];

  constructor(
    private readonly run: EpochSide,
    private readonly gpu: GpuUsage | undefined,
    private readonly onEpoch: () => void,
  ) {}

  get name(): string {
    return this.run.name;
  }

  get pid(): number {
    return this.run.pid;
  }

  /** Steps of an epoch. */
  get steps(): number {
    return this.run.last.steps;
  }

  /** Trains for one epoch; resolves to its milliseconds. */
  async burst(): Promise<number> {
    this.gpu?.reset();
    const milliseconds = await this.run.burst();
    const { trainingSeconds: seconds, cpuSeconds, peakMiB } = this.run.last;
    this.epochs.push({
      seconds,
      cpuSeconds,
      peakMiB,
      cpuShare: cpuSeconds / (seconds * os.availableParallelism()),
      gpuShare: this.gpu?.share() ?? null,
      gpuMiB: (await this.gpu?.memoryMiB(this.pid)) ?? null,
    });
    this.onEpoch();
    return milliseconds;
  }

  forget(): void {
    this.epochs = [];
  }

  stop(): void {
    this.run.stop();
  }
}
