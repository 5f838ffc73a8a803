/** Runs commands of the kit as processes. */
import { spawn } from 'node:child_process';
import path from 'node:path';

const script = path.resolve(__dirname, '../../scripts/cli.mjs');

/** Starts `node scripts/cli.mjs …`, which is what `npm run NAME` does. */
export function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [script, ...args, '--skip-setup'], {
    env: { ...process.env, PAT_DATA_DIR: '', ...environment },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const done = new Promise<{ status: number | null; output: string; errors: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, output, errors })),
  );
  return { child, done };
}

/** Runs it to its end. */
export const run = (args: readonly string[]) => start(args).done;
