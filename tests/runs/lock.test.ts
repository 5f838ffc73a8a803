import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import type * as fsPromises from 'node:fs/promises';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lockOwner, lockRun } from '../../lib/runs/lock';
import type { LockOwner } from '../../lib/runs/lock';
import { withFolder } from '../datasets/files';

/** What a fake of `link` is to fail with; none: the real one. */
const linkFails = vi.hoisted(() => ({ code: '' }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fsPromises>();
  const link: typeof real.link = (from, to) =>
    linkFails.code === ''
      ? real.link(from, to)
      : Promise.reject(Object.assign(new Error(linkFails.code), { code: linkFails.code }));
  return { ...real, default: { ...real, link }, link };
});

afterEach(() => {
  linkFails.code = '';
  vi.unstubAllEnvs();
});

const quick = { beatMs: 50, expiryMs: 1000 };

/** The lock of a process on another host, last touched so long ago. */
async function foreignLock(folder: string, secondsAgo: number): Promise<string> {
  const file = path.join(folder, 'lock');
  const owner = { pid: 1, host: 'node-17', started: '', since: 'yesterday', beats: true };
  await writeFile(file, JSON.stringify(owner));
  const time = new Date(Date.now() - 1000 * secondsAgo);
  utimesSync(file, time, time);
  return file;
}

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

  it('takes over from a zombie, which still answers to signals', async () => {
    // Its parent has become `sleep`, which reaps no child.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [out] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(String(out));
      await vi.waitFor(async () => {
        expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain(' Z ');
      }, 5000);
      process.kill(pid, 0); // "alive"
      await withFolder(async (folder) => {
        await writeFile(path.join(folder, 'lock'), await ownerWith({ pid }));
        expect(await lockOwner(folder)).toBeUndefined();
        const lock = await lockRun(folder);
        expect(lock.takenOver).toMatchObject({ pid });
        await lock.release();
      });
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('takes over from this SLURM task before it was queued again, and from no other', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'lock');
      vi.stubEnv('SLURM_JOB_ID', '77');
      vi.stubEnv('SLURM_ARRAY_JOB_ID', '70');
      vi.stubEnv('SLURM_ARRAY_TASK_ID', '3');
      const owner = { host: 'node-17', job: '70_3', restarts: 0, beats: true };
      await writeFile(file, await ownerWith(owner));
      await expect(lockRun(folder)).rejects.toThrow('in use by process'); // the same time it was queued
      vi.stubEnv('SLURM_RESTART_COUNT', '1');
      await writeFile(file, await ownerWith({ ...owner, job: '70_4' }));
      await expect(lockRun(folder)).rejects.toThrow('in use by process');
      await writeFile(file, await ownerWith(owner));
      const lock = await lockRun(folder);
      expect(lock.takenOver).toMatchObject(owner);
      await lock.release();
    }));

  it('takes over from elsewhere what has been silent for its time, and nothing that is touched', () =>
    withFolder(async (folder) => {
      const file = await foreignLock(folder, 0.5);
      await expect(lockRun(folder, 'test', quick)).rejects.toThrow(
        `If that process is gone, it is taken over 1 s after its last sign of life, or delete ${file}.`,
      );
      await foreignLock(folder, 300); // with a clock that is five minutes behind, but it is touched
      const beat = setInterval(() => utimesSync(file, 1, Date.now() / 1000 - 300), 20);
      await expect(lockRun(folder, 'test', quick)).rejects.toThrow(
        'in use by process 1 on node-17',
      );
      expect(await lockOwner(folder)).toBeUndefined(); // silent, by the clock here
      clearInterval(beat);
      const lock = await lockRun(folder, 'test', quick);
      expect(lock.takenOver).toMatchObject({ host: 'node-17' });
      await lock.release();
      await foreignLock(folder, 3);
      expect(await lockOwner(folder)).toMatchObject({ host: 'node-17' });
    }));

  it('takes another container for elsewhere, though its host has the same name', () =>
    withFolder(async (folder) => {
      const gone = spawnSync(process.execPath, ['--version']).pid;
      const file = path.join(folder, 'lock');
      await writeFile(file, await ownerWith({ pid: gone, space: 'pid:[1]', beats: true }));
      await expect(lockRun(folder)).rejects.toThrow('in use by process');
    }));

  it('is touched while it is held, and says so when another has taken it over', () =>
    withFolder(async (folder) => {
      const lock = await lockRun(folder, 'test', quick);
      const file = path.join(folder, 'lock');
      utimesSync(file, 1, 1);
      await setTimeout(200);
      expect((await stat(file)).mtimeMs).toBeGreaterThan(Date.now() - 5000);
      lock.check();
      await writeFile(file, await ownerWith({ pid: 1 }));
      await setTimeout(200);
      expect(() => lock.check()).toThrow('another process took');
      await lock.release();
      expect(await readdir(folder)).toEqual(['lock']);
    }));

  it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('works on a disk without hard links (%s)', (code) =>
    withFolder(async (folder) => {
      linkFails.code = code;
      await writeFile(path.join(folder, 'lock'), await deadOwner());
      const taken = await Promise.allSettled(Array.from({ length: 6 }, () => lockRun(folder)));
      expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readdir(folder)).toEqual(['lock']);
      await expect(lockRun(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    }),
  );

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

function deadOwner(): Promise<string> {
  return ownerWith({ pid: spawnSync(process.execPath, ['--version']).pid });
}

async function ownerWith(owner: Partial<LockOwner>): Promise<string> {
  const { hostname } = await import('node:os');
  return JSON.stringify({ pid: 1, host: hostname(), started: '', since: '', ...owner });
}
