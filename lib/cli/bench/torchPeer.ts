/** The PyTorch side of a bench: its own virtual environment, made when it is first needed. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline';

const folder = path.join('.cache', 'bench-venv');
const python = path.join(folder, 'bin', 'python');
const requirements = path.join('bench', 'requirements.txt');

/** A script in `bench/` that answers each line it gets with a line of JSON. */
export class TorchPeer {
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    child.stdin.on('error', () => undefined); // told by the missing answer
  }

  /** Starts `bench/SCRIPT`; installs PyTorch first where it is missing (minutes, once). */
  static async start(script: string, signal: AbortSignal): Promise<TorchPeer> {
    await install(signal);
    const child = spawn(python, [path.join('bench', script)], { signal });
    child.on('error', () => undefined); // told by the missing answer
    return new TorchPeer(child);
  }

  /** Sends a line and waits for the answer. */
  async ask(line: string): Promise<Record<string, unknown>> {
    this.child.stdin.write(`${line}\n`);
    const answer = await this.answers.next();
    if (answer.done === true) {
      throw new Error(`bench: PyTorch's side ended: ${this.errors.trim() || 'no message'}`);
    }
    return JSON.parse(answer.value) as Record<string, unknown>;
  }

  stop(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}

async function install(signal: AbortSignal): Promise<void> {
  const check = ['-c', 'import torch, PIL, numpy'];
  if (existsSync(python) && (await run(python, check, signal)).status === 0) return;
  process.stderr.write(`Installing PyTorch into ${folder} (once) …\n`);
  await rm(folder, { recursive: true, force: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]],
  ];
  for (const [command, args] of steps) {
    const { status, output } = await run(command, args, signal);
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${output.trim()}`);
  }
}

function run(
  command: string,
  args: string[],
  signal: AbortSignal,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { signal });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ status: null, output: error.message }));
    child.on('close', (status) => resolve({ status, output }));
  });
}
