/** Asks a fresh process of `npm run gpu-check`. */
import { nodeArguments, Peer } from '../../measurement/peer';
import type { Tasks } from './worker';

type Question<Task extends keyof Tasks> = Parameters<Tasks[Task]>[0];
type Answer<Task extends keyof Tasks> = Awaited<ReturnType<Tasks[Task]>>;

/** cuBLAS and cuDNN compute in float32 throughout; else they round factors to TF32, 10 bits, on cards that have it. */
export const withoutTf32 = { NVIDIA_TF32_OVERRIDE: '0' };
/** TensorFlow takes kernels that add in a fixed order. */
export const deterministic = { TF_DETERMINISTIC_OPS: '1' };

/** A process that answers questions until it is stopped. */
export class CheckProcess {
  private readonly peer: Peer;

  constructor(signal: AbortSignal, variables: Readonly<Record<string, string | undefined>> = {}) {
    const args = nodeArguments('lib/cli/gpu-check/worker.ts');
    this.peer = new Peer('the process of gpu-check', process.execPath, args, signal, variables);
  }

  async ask<Task extends keyof Tasks>(
    task: Task,
    question?: Question<Task>,
  ): Promise<Answer<Task>> {
    const { answer } = await this.peer.ask(JSON.stringify({ task, question }));
    return answer as Answer<Task>;
  }

  stop(): void {
    this.peer.stop();
  }
}

/** Starts a process and stops it when `use` has ended. */
export async function withProcess<T>(
  signal: AbortSignal,
  variables: Readonly<Record<string, string | undefined>>,
  use: (process: CheckProcess) => Promise<T>,
): Promise<T> {
  const process = new CheckProcess(signal, variables);
  try {
    return await use(process);
  } finally {
    process.stop();
  }
}

/** Asks one question in a process of its own. */
export function askOnce<Task extends keyof Tasks>(
  signal: AbortSignal,
  variables: Readonly<Record<string, string | undefined>>,
  task: Task,
  question?: Question<Task>,
): Promise<Answer<Task>> {
  return withProcess(signal, variables, (process) => process.ask(task, question));
}
