/** One side of a step bench: a process that has its network, batch and weights, and computes in bursts. */
import { invalid } from '../../check';
import { nodeArguments, Peer } from '../../measurement/peer';
import type { Side } from '../../measurement/interleave';
import { torchNames } from '../../measurement/reports';
import type { SideName } from '../../measurement/reports';
import { spreadOf } from '../../measurement/spread';
import type { StepFacts, StepJob } from './stepJob';
import { TorchPeer } from './torchPeer';

const sideNames: readonly SideName[] = ['ours', ...torchNames];

const burstMilliseconds = 1000;
const burstSteps = { min: 2, max: 20 };

export class StepSide implements Side {
  private constructor(
    readonly name: SideName,
    readonly facts: StepFacts,
    private readonly peer: Peer,
    private readonly steps: number,
  ) {}

  /** Starts the process, prepares it and warms it up. */
  static async start(name: SideName, job: StepJob, signal: AbortSignal): Promise<StepSide> {
    const peer =
      name === 'ours'
        ? new Peer('our side', process.execPath, nodeArguments(stepWorkerFile), signal)
        : await TorchPeer.start('torchStep.py', signal);
    try {
      const compile = name === 'torchCompiled';
      const request = { ...job, compile, channelsLast: compile || name === 'torchChannelsLast' };
      const facts = (await peer.ask(JSON.stringify(request))) as unknown as StepFacts;
      const [estimate] = await milliseconds(peer, 1);
      const { min, max } = burstSteps;
      const steps = Math.min(Math.max(Math.round(burstMilliseconds / estimate), min), max);
      await milliseconds(peer, steps);
      return new StepSide(name, facts, peer, steps);
    } catch (error) {
      peer.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.peer.pid;
  }

  /** The median step of a burst of about a second. */
  async burst(): Promise<number> {
    return spreadOf(await milliseconds(this.peer, this.steps)).median;
  }

  stop(): void {
    this.peer.stop();
  }
}

/** Starts all sides, one after the other; without torch.compile where that fails, which is said. */
export async function startSides(
  sides: StepSide[],
  job: StepJob,
  signal: AbortSignal,
): Promise<void> {
  for (const name of sideNames) {
    try {
      sides.push(await StepSide.start(name, job, signal));
    } catch (error) {
      if (name !== 'torchCompiled' || signal.aborted) throw error;
      process.stderr.write(`torch.compile is left out: ${lastLines((error as Error).message)}\n`);
    }
  }
}

const lastLines = (text: string) => text.trim().split('\n').slice(-3).join(' ');

/** What our side runs. */
export const stepWorkerFile = 'lib/cli/bench/stepWorker.ts';

async function milliseconds(peer: Peer, steps: number): Promise<number[]> {
  const answer = await peer.ask(JSON.stringify({ steps }));
  return answer.milliseconds as number[];
}

/** Relative; a gradient's norm hangs on which side of 0 a ReLU's input falls, which rounding decides. */
const tolerances: Record<string, number> = { loss: 1e-4, meanLogit: 1e-4, gradientNorm: 0.03 };

/** Throws InputError unless all sides have the same network and computed the same. */
export function checkAgreement(sides: readonly StepSide[]): void {
  const [ours, ...others] = sides.map(({ facts }) => facts);
  const where = 'npm run bench';
  for (const facts of others) {
    if (facts.parameters !== ours.parameters) {
      throw invalid(where, "PyTorch's parameters", `${ours.parameters}`, facts.parameters);
    }
    for (const [name, value] of Object.entries(ours.check)) {
      const theirs = facts.check[name];
      if (Math.abs(theirs / value - 1) <= tolerances[name]) continue;
      throw invalid(where, `PyTorch's ${name}`, `${value} like ours`, theirs);
    }
  }
}
