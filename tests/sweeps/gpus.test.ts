/** Which run gets which card, without one: the cards are names until a process takes them. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { visibleGpus } from '../../lib/cli/sweep/runSweep';
import type { PlannedRun } from '../../lib/sweeps/plan';
import { jobScript } from '../../lib/sweeps/slurm';
import { superviseRuns } from '../../lib/sweeps/supervise';
import type * as worker from '../../lib/sweeps/worker';
import { withFolder } from '../datasets/files';

const attempts = vi.hoisted((): { id: string; gpu?: string; together: string[] }[] => []);
vi.mock('../../lib/sweeps/worker', async (importOriginal) => {
  const original = await importOriginal<typeof worker>();
  const busy: string[] = [];
  const attemptRun: typeof original.attemptRun = async (folder, { gpu }) => {
    const id = path.basename(folder);
    busy.push(gpu ?? 'none');
    attempts.push({ id, gpu, together: [...busy] });
    await setTimeout(30);
    busy.splice(busy.indexOf(gpu ?? 'none'), 1);
    return undefined;
  };
  return { ...original, attemptRun };
});
afterEach(() => {
  attempts.length = 0;
  vi.unstubAllEnvs();
});

async function dealt(jobs: number, gpus: readonly string[]) {
  await withFolder(async (outDir) => {
    const runs = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, config: {} }) as PlannedRun);
    const { signal } = new AbortController();
    const onEvent = () => undefined;
    const { done } = await superviseRuns(runs, { outDir, jobs, threads: 1, gpus, signal, onEvent });
    expect([...done].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
  return attempts;
}

it('runs are dealt out to the cards in turn, and no card has more than its share at a time', async () => {
  for (const { together } of await dealt(4, ['0', '3'])) {
    for (const card of ['0', '3']) {
      expect(together.filter((one) => one === card).length).toBeLessThanOrEqual(2);
    }
  }
  // Which of them is under way first is chance.
  const cardOf = new Map(attempts.map(({ id, gpu }) => [id, gpu]));
  expect(['a', 'b', 'c', 'd'].map((id) => cardOf.get(id))).toEqual(['0', '3', '0', '3']);
});

it('two runs are on one card, and without a card on none', async () => {
  expect((await dealt(2, ['0'])).map(({ gpu }) => gpu)).toEqual(Array(6).fill('0'));
  expect(attempts.some(({ together }) => together.length === 2)).toBe(true);
  attempts.length = 0;
  expect((await dealt(2, [])).every(({ gpu }) => gpu === undefined)).toBe(true);
});

it('the cards are those that CUDA_VISIBLE_DEVICES names, else those that nvidia-smi lists, else none', () =>
  withFolder(async (folder) => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1, GPU-8932f937,');
    expect(visibleGpus()).toEqual(['1', 'GPU-8932f937']);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '');
    expect(visibleGpus()).toEqual([]);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
    vi.stubEnv('PATH', folder);
    expect(visibleGpus()).toEqual([]);
    const program = path.join(folder, 'nvidia-smi');
    await mkdir(folder, { recursive: true });
    await writeFile(program, '#!/bin/sh\nprintf "0\\n1\\n"\n');
    await chmod(program, 0o755);
    expect(visibleGpus()).toEqual(['0', '1']);
  }));

it('SLURM is asked for cards of each task', () => {
  const request = { warning: 120, retries: 2 } as Parameters<typeof jobScript>[3];
  const script = (gpus?: string) =>
    jobScript('/tmp/out', { name: 'a', threads: 1, runs: [] }, 3, { ...request, gpus }).split('\n');
  expect(script('a100:1')).toContain('#SBATCH --gpus-per-task=a100:1');
  expect(script('a100:1')).toContain('#SBATCH --ntasks=1');
  expect(script().some((line) => line.includes('gpus'))).toBe(false);
});
