import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { superviseRuns } from '../../lib/sweeps/supervise';
import type { PlannedRun } from '../../lib/sweeps/plan';
import type * as worker from '../../lib/sweeps/worker';
import { withFolder } from '../datasets/files';

const log = vi.hoisted((): string[] => []);
/** Run `a` cannot be started; the others train until they are stopped, which takes a while. */
vi.mock('../../lib/sweeps/worker', async (importOriginal) => {
  const original = await importOriginal<typeof worker>();
  const attemptRun: typeof original.attemptRun = async (folder, { signal }) => {
    const id = path.basename(folder);
    log.push(`${id} started`);
    if (id === 'a') {
      await setTimeout(20);
      throw new Error('spawn EAGAIN');
    }
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await setTimeout(100);
    log.push(`${id} ended`);
    return { ended: 'SIGTERM', reason: 'stopped', mayRetry: true };
  };
  return { ...original, attemptRun };
});

it('a slot that fails stops the others, and its error is thrown when they have ended', () =>
  withFolder(async (outDir) => {
    const runs = ['a', 'b', 'c', 'd'].map((id) => ({ id, config: {} }) as PlannedRun);
    const given = { outDir, jobs: 3, threads: 1, gpus: [], onEvent: () => undefined };
    const { signal } = new AbortController();
    await expect(superviseRuns(runs, { ...given, signal })).rejects.toThrow('spawn EAGAIN');
    expect(log).toEqual(['a started', 'b started', 'c started', 'b ended', 'c ended']);
  }));
