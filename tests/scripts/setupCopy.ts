/** A copy of scripts/ in a folder of its own, where nothing is set up, and ways to run what is in it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const REPOSITORY = resolve(__dirname, '../..');
export const FOLDER = realpathSync(mkdtempSync(join(tmpdir(), 'setup-test-')));
/** A root with characters that a shell would take apart. */
export const ROOT = join(FOLDER, `it's a "root" $HOME (1)`);
/** A folder for fake programs, to be put on PATH; the real Node is in it. */
export const PROGRAMS = join(FOLDER, 'programs');

/** Makes the copy anew. */
export function freshCopy(): void {
  for (const folder of [ROOT, PROGRAMS]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  cpSync(join(REPOSITORY, 'scripts'), join(ROOT, 'scripts'), { recursive: true });
  symlinkSync(process.execPath, join(PROGRAMS, 'node'));
}
/** Removes the copy. */
export function removeCopy(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

export type Variables = Record<string, string | undefined>;

/** Runs `code` with the module `scripts/FILE` of the copy as `m`; a value that it passes to `answer` is returned. */
export function evaluate(file: string, code: string, variables: Variables = {}): unknown {
  const url = JSON.stringify(`./scripts/${file}`);
  const program = `const answer = (value) => console.log('\\n' + JSON.stringify(value ?? null));
    const m = await import(${url}); ${code}`;
  const { stdout, stderr } = node(['--input-type=module', '-e', program], variables);
  const last = stdout.trim().split('\n').pop();
  if (!last) throw new Error(stderr);
  return JSON.parse(last);
}

/** Runs Node in the copy. */
export function node(args: string[], variables: Variables = {}) {
  const env = { ...process.env, PAT_PYTHON: undefined, PAT_DEVICE: undefined, ...variables };
  return spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
}

/** The message of the Failure that `make` of a part ends with. */
export function failure(file: string, variables: Variables): string {
  const code = `await m.make().then(() => answer('made'), (error) => answer(error.name + ': ' + error.message));`;
  return String(evaluate(file, code, variables));
}

/** Writes a shell script called `name` into `PROGRAMS`. */
export function program(name: string, script: string): void {
  writeFileSync(join(PROGRAMS, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(PROGRAMS, name), 0o755);
}

/** Writes a file of the copy; what is not text as JSON. */
export function write(file: string, content: unknown): void {
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), typeof content === 'string' ? content : JSON.stringify(content));
}
