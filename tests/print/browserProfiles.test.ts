import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(__dirname, '../..');

it('a killed process’s browser profile is removed at the next start, another program’s stays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pat-profiles-'));
  const foreign = 'playwright_chromiumdev_profile-foreign';
  mkdirSync(join(folder, foreign));
  const profiles = () => readdirSync(folder).filter((name) => name.includes('_profile-'));
  const launch = (then: string) => {
    const code = `const { launchBrowser } = require('./lib/print/browser'); void launchBrowser().then(async (b) => { ${then} });`;
    const args = ['--import', 'tsx', '-e', code];
    return spawnSync(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder },
    });
  };
  try {
    launch(`process.kill(process.pid, 'SIGKILL');`);
    expect(profiles()).toHaveLength(2);
    expect(launch('await b.close();').status).toBe(0);
    expect(profiles()).toEqual([foreign]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
