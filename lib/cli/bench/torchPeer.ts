/** The PyTorch side of a bench: its own virtual environment, made when it is first needed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Peer } from '../../measurement/peer';

const folder = path.join('.cache', 'bench-venv');
const python = path.join(folder, 'bin', 'python');
const requirements = path.join('bench', 'requirements.txt');

let installed: Promise<void> | undefined;

/** A script in `bench/`. */
export class TorchPeer extends Peer {
  /** Starts `bench/SCRIPT`; installs PyTorch first where it is missing (minutes, once). */
  static async start(script: string, signal: AbortSignal): Promise<TorchPeer> {
    await (installed ??= install(signal));
    return new TorchPeer("PyTorch's side", python, [path.join('bench', script)], signal);
  }
}

async function install(signal: AbortSignal): Promise<void> {
  const check = ['-c', 'import torch, PIL, numpy, safetensors'];
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
