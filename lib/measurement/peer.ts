/** A process that measures: it answers each line it gets with a line of JSON. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';

/** Arguments of a Node.js that runs `file` with this process's memory limits, as a command of the kit does. */
export function nodeArguments(file: string): string[] {
  const limits = process.execArgv.filter((argument) => argument.startsWith('--max-'));
  return [...limits, path.resolve(__dirname, '../../scripts/runTypeScript.mjs'), file];
}

export class Peer {
  private readonly answers: AsyncIterator<string>;
  private errors = '';
  private readonly child: ChildProcessWithoutNullStreams;

  /**
   * `title` begins the error messages; the process ends when `signal` aborts. `variables` are added to the environment,
   * undefined ones taken out of it.
   */
  constructor(
    private readonly title: string,
    command: string,
    args: readonly string[],
    signal: AbortSignal,
    variables: Readonly<Record<string, string | undefined>> = {},
  ) {
    // TensorFlow would take a whole GPU for the first process that comes.
    const env = { TF_FORCE_GPU_ALLOW_GROWTH: 'true', ...process.env, ...variables };
    this.child = spawn(command, args, { signal, env });
    this.child.on('error', () => undefined); // told by the missing answer
    this.child.stdin.on('error', () => undefined); // likewise
    this.child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.answers = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** The process id; 0 where the process did not start. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Sends a line and waits for the answer. Throws what the process said when it ended instead. */
  async ask(line: string): Promise<Record<string, unknown>> {
    this.child.stdin.write(`${line}\n`);
    const answer = await this.answers.next();
    if (answer.done === true) {
      throw new Error(`bench: ${this.title} ended: ${this.errors.trim() || 'no message'}`);
    }
    return JSON.parse(answer.value) as Record<string, unknown>;
  }

  stop(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}
