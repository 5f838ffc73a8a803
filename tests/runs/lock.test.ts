import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockRun } from '../../lib/runs/lock';
import type { LockOwner } from '../../lib/runs/lock';
import { withFolder } from '../datasets/files';

describe('lockRun', () => {
  it('refuses a second owner, which it names, until the first releases', () =>
    withFolder(async (folder) => {
      const first = await lockRun(folder);
      await expect(lockRun(folder)).rejects.toThrow(`in use by process ${process.pid}`);
      await first.release();
      const second = await lockRun(folder);
      await first.release(); // not its own any more
      expect(await readdir(folder)).toEqual(['lock']);
      await second.release();
      expect(await readdir(folder)).toEqual([]);
    }));

  it('takes over from a process that is gone, whose pid is reused, or that wrote nothing whole', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'lock');
      const first = await lockRun(folder);
      const owner = JSON.parse(await readFile(file, 'utf8')) as LockOwner;
      await first.release();
      const gone = spawnSync(process.execPath, ['--version']).pid;
      for (const stale of [
        { ...owner, pid: gone },
        { ...owner, started: '1' },
      ]) {
        await writeFile(file, JSON.stringify(stale));
        const lock = await lockRun(folder);
        expect(lock.takenOver).toMatchObject({ pid: stale.pid });
        await lock.release();
      }
      await writeFile(file, '{"pid":');
      await (await lockRun(folder)).release();
      expect(await readdir(folder)).toEqual([]);
    }));

  it('leaves the lock of another host alone, and says how to delete it', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'lock');
      const text = JSON.stringify({ pid: 1, host: 'node-17', started: '', since: 'yesterday' });
      await writeFile(file, text);
      await expect(lockRun(folder)).rejects.toThrow(
        `process 1 on node-17 since yesterday. If that process is gone, delete ${file}.`,
      );
      expect(await readFile(file, 'utf8')).toBe(text);
    }));

  it('has one winner when many take over a stale lock at once', async () => {
    const stale = await deadOwner();
    for (let round = 0; round < 30; round++) {
      await withFolder(async (folder) => {
        await writeFile(path.join(folder, 'lock'), stale);
        const taken = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(folder)));
        expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await readdir(folder)).toEqual(['lock']);
      });
    }
  });

  it.each(['lock', 'lock.takeover'])('refuses a %s that cannot be read, and names it', (name) =>
    withFolder(async (folder) => {
      const file = path.join(folder, name);
      if (name !== 'lock') await writeFile(path.join(folder, 'lock'), await deadOwner());
      const say = `lockRun: ${file} must be`;
      const remedy = `If no process works in the folder, delete ${file}.`;
      for (const [make, reason] of [
        [() => mkdir(file), 'readable or absent, got EISDIR'],
        [() => symlink(name, file), 'readable or absent, got ELOOP'],
        [() => symlink('nothing', file), 'a file, got a link to nothing'],
      ] as const) {
        await make();
        const error = lockRun(folder, 'lockRun');
        await expect(error).rejects.toThrow(`${say} ${reason}`);
        await expect(error).rejects.toThrow(remedy);
        await rm(file, { recursive: true });
      }
      await (await lockRun(folder)).release();
      expect(await readdir(folder)).toEqual([]);
    }),
  );

  it('goes on where a process was killed while it took over', () =>
    withFolder(async (folder) => {
      const stale = await deadOwner();
      for (const name of ['lock', 'lock.takeover']) await writeFile(path.join(folder, name), stale);
      const lock = await lockRun(folder);
      expect(lock.takenOver).toMatchObject(JSON.parse(stale) as LockOwner);
      expect(await readdir(folder)).toEqual(['lock']);
      await lock.release();
    }));
});

async function deadOwner(): Promise<string> {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const { hostname } = await import('node:os');
  return JSON.stringify({ pid, host: hostname(), started: '', since: '' });
}
