/** Cells in a kernel of their own, from a test. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const python = join(root, '.venv/bin/python');

/** Whether `npm run setup` has made a kernel. */
export const hasKernel = existsSync(join(root, '.venv/share/jupyter/kernels/tslab/kernel.json'));

/** What kernelCells.py does in turn. */
export interface Cell {
  code?: string;
  /** Interrupt the cell when it has printed this. */
  interruptWhen?: string;
  /** Ask the kernel to end when the cell has printed this, and go on in a new one. */
  endAfter?: string;
  /** Kill the kernel instead. */
  kill?: boolean;
  /** Write a file. */
  write?: { path: string; text: string };
  /** Help on the name that this code ends with, as Shift+Tab asks for it. */
  inspect?: string;
  /** What may follow this code, as Tab asks for it. */
  complete?: string;
}

export interface CellResult {
  status: string;
  text: string;
  mimeTypes: string[][];
}

/** Runs cells one after another in a kernel of their own; killing and writing have no result. */
export async function runCells(
  cells: Cell[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CellResult[]> {
  const child = spawn(python, [join(root, 'tests/support/kernelCells.py')], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify(cells));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise((done) => child.on('close', done));
  if (status !== 0) throw new Error(`kernelCells.py ended with ${String(status)}: ${errors}`);
  return JSON.parse(output) as CellResult[];
}
