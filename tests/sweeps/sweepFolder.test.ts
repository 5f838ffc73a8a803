import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareSweepFolder, readPlan } from '../../lib/sweeps/sweepFolder';
import { parseSweep } from '../../lib/sweeps/plan';
import { withFolder } from '../datasets/files';

const plan = (...seeds: number[]) => parseSweep({ name: 'seeds', grid: { seed: seeds } });

describe('prepareSweepFolder', () => {
  it('stores the threads that a sweep began with, and keeps them', () =>
    withFolder(async (folder) => {
      const threadsOf = async (seeds: number[], defaultThreads: number, threads?: number) => {
        const prepared = await prepareSweepFolder(folder, plan(...seeds), {
          threads,
          defaultThreads,
        });
        expect(await readPlan(folder)).toEqual(prepared);
        return prepared.threads;
      };
      expect(await threadsOf([0], 4)).toBe(4);
      expect(await threadsOf([0], 2)).toBe(4);
      expect(await threadsOf([0, 1], 1, 4)).toBe(4);
      expect((await readPlan(folder))?.runs.map(({ id }) => id)).toEqual(['seed0', 'seed1']);
      await expect(threadsOf([0, 1], 4, 2)).rejects.toThrow(
        'sweep: --threads must be 4, as the sweep began, got 2. Leave it out, or choose another folder',
      );
      expect((await readPlan(folder))?.threads).toBe(4);
    }));

  it('reads a plan of version 1.0, whose losses counted the batch, as what it was', () =>
    withFolder(async (folder) => {
      const sweep = (loss: object) =>
        parseSweep({ name: 'old', base: { loss }, grid: { seed: [0] } });
      const prepare = (loss: object) =>
        prepareSweepFolder(folder, sweep(loss), { defaultThreads: 1 });
      await prepare({ name: 'ldam', classCounts: 'batch' });
      const file = path.join(folder, 'sweep.json');
      const old = (await readFile(file, 'utf8')).replace(/,\s*"classCounts": "batch"/, '');
      expect(old).not.toContain('classCounts');
      await writeFile(file, old);
      const loss = { name: 'ldam', classCounts: 'batch' };
      expect((await readPlan(folder))?.runs[0].config.loss).toEqual(loss);
      await expect(prepare({ name: 'ldam' })).rejects.toThrow(
        /another configuration of run seed0: loss\.classCounts is "dataset", was "batch".*--set loss\.classCounts=batch/,
      );
      expect(await readFile(file, 'utf8')).toBe(old);
      expect((await prepare(loss)).runs[0].config.loss).toEqual(loss);
    }));

  it('takes the threads that a new sweep is asked for', () =>
    withFolder(async (folder) => {
      const choice = { threads: 3, defaultThreads: 1 };
      expect((await prepareSweepFolder(folder, plan(0), choice)).threads).toBe(3);
    }));
});
