/** Commands' programs, in a small repository of their own. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { smallRepository } from '../support/smallRepository';

const value = (x: number) => `interface Named {
  name: string;
}
export const value: number = ${x};
export function fail({ name }: Named): never {
  throw new RangeError(name);
}
`;
const program = `import { value } from './value';
async function main() {
  const late = await import('./late');
  console.log(process.argv.slice(2).join(), value, late.factor);
  if (process.argv.includes('fail')) late.fail();
}
void main();
`;
const late = `import { fail as failing } from './value';
export const factor: number = 3;
export const fail = () => failing({ name: 'too far' });
`;

const { root, remove } = smallRepository({
  'lib/program.ts': program,
  'lib/value.ts': value(1),
  'lib/late.ts': late,
});
afterAll(remove);

const cache = join(root, '.cache/commands');
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/runTypeScript.mjs', 'lib/program.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
const writtenAt = () => readdirSync(cache).map((name) => statSync(join(cache, name)).mtimeMs);

describe('a program of TypeScript', () => {
  it('is compiled once for each content, and what is damaged in the cache again', () => {
    expect(run('a', 'b')).toMatchObject({ status: 0, stdout: 'a,b 1 3\n', stderr: '' });
    const written = writtenAt();
    expect(written).toHaveLength(3);
    expect(run().stdout).toBe(' 1 3\n');
    expect(writtenAt()).toEqual(written);
    writeFileSync(join(root, 'lib/value.ts'), value(2));
    expect(run().stdout).toBe(' 2 3\n');
    expect(writtenAt()).toHaveLength(4);
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), 'process.exit(9);');
    expect(run()).toMatchObject({ status: 0, stdout: ' 2 3\n' });
  });

  it('names file and line of an error', () => {
    const { status, stderr } = run('fail');
    expect(status).toBe(1);
    expect(stderr).toMatch(/RangeError: too far\n {4}at fail \(.*lib\/value\.ts:6:9\)/);
    expect(stderr).toMatch(/lib\/late\.ts:3:27/);
  });

  it('is none of another folder', () => {
    const args = ['scripts/runTypeScript.mjs', join(__dirname, 'setupCopy.ts')];
    const { stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(stderr).toContain('no program of the kit');
  });
});
