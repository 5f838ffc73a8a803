/** One side of a bench of epochs: a training run in a process of its own that does an epoch at a time. */
import type { EpochJob, EpochTimes } from './epochWorker';
import type { Side } from './interleave';
import { nodeArguments, Peer } from './peer';

export class EpochSide implements Side {
  private measured?: EpochTimes;
  private readonly peer: Peer;
  private request: string;

  /** Starts the process; its run begins with the first `burst`. */
  constructor(
    readonly name: string,
    job: EpochJob,
    signal: AbortSignal,
  ) {
    const args = nodeArguments('lib/measurement/epochWorker.ts');
    this.peer = new Peer('the training run', process.execPath, args, signal);
    this.request = JSON.stringify(job);
  }

  get pid(): number {
    return this.peer.pid;
  }

  /** Of the epoch of the last `burst`. */
  get last(): EpochTimes {
    if (this.measured === undefined) throw new Error(`bench: ${this.name} has done no epoch`);
    return this.measured;
  }

  /** Milliseconds of one epoch. */
  async burst(): Promise<number> {
    this.measured = (await this.peer.ask(this.request)) as unknown as EpochTimes;
    this.request = 'next';
    return 1000 * this.measured.trainingSeconds;
  }

  stop(): void {
    this.peer.stop();
  }
}
