/** `npm test` with a part of a check. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = resolve(__dirname, '../../scripts/test.mjs');

function npmTest(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, '--skip-setup', ...args],
    {
      encoding: 'utf8',
    },
  );
  return { status, output: stdout + stderr };
}

describe('npm test', () => {
  it('runs the unit tests whose file is named, and no other', () => {
    const { status, output } = npmTest('unit', 'tests/random.test.ts');
    expect(status, output).toBe(0);
    expect(output).toMatch(/^✓ unit/m);
    const [, passed] = /(\d+) passed, 0 failed\n$/.exec(output) ?? [];
    expect(Number(passed)).toBeGreaterThan(3);
    expect(Number(passed)).toBeLessThan(100);
    expect(output).not.toContain('notebooks');
  });

  it.each([
    [
      ['unti'],
      "A check must be one of types, kernel, lint, format, api, unit, notebooks, browser, got 'unti'.\n",
    ],
    [
      ['--only', 'unti'],
      "A check must be one of types, kernel, lint, format, api, unit, notebooks, browser, got 'unti'.\n",
    ],
    [['lint', 'lib'], "Of lint there are no parts: unit and notebooks have, got 'lib'.\n"],
  ])('refuses %j', (args, expected) => {
    expect(npmTest(...args)).toEqual({ status: 1, output: expected });
  });
});
