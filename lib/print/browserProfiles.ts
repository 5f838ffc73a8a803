/** The folders that Chromium's profiles are in: what a killed process left of them is removed. */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** In each profile of ours: the host and the process that it belongs to. Other programs' profiles have none. */
const MARK = 'pat-owner';

/** Marks the profile of a browser's process as this process's. */
export function markProfile({ spawnargs = [] }: Pick<ChildProcess, 'spawnargs'>): void {
  const option = '--user-data-dir=';
  const profile = spawnargs.find((argument) => argument.startsWith(option))?.slice(option.length);
  if (profile !== undefined) writeFileSync(join(profile, MARK), `${hostname()} ${process.pid}`);
}

/** Removes the profiles in the temporary folder whose process on this host was killed. */
export function removeOrphanedProfiles(): void {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith('playwright_'));
  for (const profile of names.map((name) => join(tmpdir(), name))) {
    const [host, pid] = ownerOf(profile);
    if (host !== hostname() || isAlive(Number(pid))) continue;
    rmSync(profile, { recursive: true, force: true });
  }
}

function ownerOf(profile: string): string[] {
  try {
    return readFileSync(join(profile, MARK), 'utf8').split(' ');
  } catch {
    return []; // another program's, or another user's
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
