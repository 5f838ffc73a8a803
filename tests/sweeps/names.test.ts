/** Names and files of a sweep that lead elsewhere, or cannot be read. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectSweep } from '../../lib/sweeps/collect';
import { prepareSweepFolder, readPlan, runStates, sweepPaths } from '../../lib/sweeps/sweepFolder';
import { parseSweep } from '../../lib/sweeps/plan';
import { jobScript } from '../../lib/sweeps/slurm';
import { superviseRuns } from '../../lib/sweeps/supervise';
import type { SweepEvent } from '../../lib/sweeps/supervise';
import { withFolder } from '../datasets/files';
import { record } from '../results/recordFiles';

const labelled = (...labels: string[]) =>
  parseSweep({
    name: 'labels',
    grid: { optimizer: labels.map((label, i) => ({ label, learningRate: 1 / (i + 2) })) },
  });

describe('the ids of a sweep', () => {
  it.each(['..', '.', 'sweep', 'x'.repeat(201)])('refuses the label %j', (label) => {
    expect(() => labelled(label)).toThrow(/^sweep/);
  });

  it('makes a file name of a label with slashes', () => {
    expect(labelled('../../a').runs[0].id).toBe('.._.._a');
  });

  it('refuses a run in the folder of another, and names that differ in case alone', () => {
    const loss = [{ name: 'crossEntropy' }];
    const nested = { name: 'nested', grid: [{ loss }, { loss, seed: [0, 1] }] };
    expect(() => parseSweep(nested)).toThrow(
      "sweep: run must be outside the folder of run 'crossEntropy', got 'crossEntropy/seed0'.",
    );
    expect(() => labelled('a', 'A')).toThrow("another name than 'a', got 'A'");
  });

  it('refuses a million cells before it makes them', () => {
    const seeds = Array.from({ length: 1000 }, (_, i) => i);
    const started = performance.now();
    expect(() => parseSweep({ name: 'big', grid: { seed: seeds, epochs: seeds } })).toThrow(
      'sweep: grid must be one of at most 10000 runs, got 1000000. Make several sweeps of it.',
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('of a stored plan are checked, too', () =>
    withFolder(async (folder) => {
      for (const [content, text] of [
        [{ name: 'a', threads: 1, runs: [{ id: '../../package', config: {} }] }, 'leads down'],
        [{ name: 'a\n#SBATCH x', threads: 1, runs: [] }, 'must be the plan of a sweep'],
        [null, 'must be the plan of a sweep'],
        [{}, 'must be the plan of a sweep'],
      ] as const) {
        await writeFile(path.join(folder, 'sweep.json'), JSON.stringify(content));
        await expect(readPlan(folder)).rejects.toThrow(text);
      }
    }));

  it('lead to no folder outside by a link', () =>
    withFolder(async (folder) => {
      const sweep = path.join(folder, 'sweep');
      await mkdir(path.join(sweep, 'runs'), { recursive: true });
      await symlink(folder, path.join(sweep, 'runs', 'seed0'));
      const plan = parseSweep({ name: 's', grid: { seed: [0] } });
      await expect(prepareSweepFolder(sweep, plan, { defaultThreads: 1 })).rejects.toThrow(
        'got a link that leads to',
      );
    }));
});

/** A sweep of four seeds: one is done, and files of the others are damaged. */
async function damagedSweep(folder: string) {
  const plan = parseSweep({ name: 's', grid: { seed: [0, 1, 2, 3] } });
  await prepareSweepFolder(folder, plan, { defaultThreads: 1 });
  const at = (seed: number, file: string) => path.join(sweepPaths(folder).run(`seed${seed}`), file);
  await writeFile(at(0, 'record.json'), JSON.stringify(record()));
  await writeFile(at(1, 'record.json'), '{"config":');
  await writeFile(at(2, 'record.json'), 'null');
  await writeFile(at(3, 'failure.json'), 'null');
  return plan;
}

describe('damaged files of one run', () => {
  it('are named by the state of that run', () =>
    withFolder(async (folder) => {
      const { runs } = await damagedSweep(folder);
      const states = await runStates(folder, runs);
      expect(states.map(({ status }) => status)).toEqual(['done', 'failed', 'failed', 'failed']);
      const reasons = states.map(({ failure }) => failure?.reason ?? '');
      expect(reasons[1]).toContain('seed1/record.json must be the record of a run');
      expect(reasons[2]).toContain('seed2/record.json must be the record of a run');
      expect(reasons[3]).toContain('seed3/failure.json must say how an attempt ended');
    }));

  it('do not keep the sweep from its other runs', () =>
    withFolder(async (folder) => {
      const { runs } = await damagedSweep(folder);
      const events: SweepEvent[] = [];
      const outcome = await superviseRuns(runs.slice(0, 3), {
        outDir: folder,
        jobs: 1,
        threads: 1,
        gpus: [],
        signal: new AbortController().signal,
        onEvent: (event) => events.push(event),
      });
      expect(outcome).toEqual({ done: ['seed0'], failed: ['seed1', 'seed2'], stopped: [] });
      expect(events.map((event) => event.kind === 'failed' && event.failure.reason)).toEqual([
        expect.stringContaining('Delete the file, and the same command makes it anew'),
        expect.stringContaining('seed2/record.json'),
      ]);
    }));

  it('do not keep the others from being collected', () =>
    withFolder(async (folder) => {
      await damagedSweep(folder);
      const results = path.join(folder, 'results');
      await mkdir(results);
      await writeFile(path.join(results, 'torn.json'), '{');
      const collected = await collectSweep(folder, results, { commit: 'abc' });
      expect(collected.written).toEqual(['seed0']);
      expect(collected.unreadable.map((text) => /\S+\.json/.exec(text)?.[0])).toEqual([
        expect.stringContaining('seed1/record.json'),
        expect.stringContaining('seed2/record.json'),
        path.join(results, 'torn.json'),
      ]);
      expect(JSON.parse(await readFile(path.join(results, 'sweep.json'), 'utf8'))).toMatchObject({
        runs: { finished: 1, planned: 4 },
      });
    }));

  it('nor does what is damaged in the folder for the results', () =>
    withFolder(async (folder) => {
      await prepareSweepFolder(folder, parseSweep({ name: 's', grid: { seed: [0, 1] } }), {
        defaultThreads: 1,
      });
      const results = path.join(folder, 'results');
      await mkdir(path.join(results, 'seed0.json'), { recursive: true });
      for (const seed of [0, 1]) {
        const file = path.join(sweepPaths(folder).run(`seed${seed}`), 'record.json');
        await writeFile(file, JSON.stringify(record()));
      }
      const { config, ...rest } = record();
      const { size, ...dataset } = config.dataset;
      expect(size).toBeDefined();
      await writeFile(path.join(results, 'old.json'), storedJson({ ...config, dataset }, rest));
      const own = { ...config, loss: { ...config.loss, ignoreIndex: 3 } };
      await writeFile(path.join(results, 'own.json'), storedJson(own, rest));
      await writeFile(path.join(results, 'sweep.json'), '{}');
      const { written, unreadable } = await collectSweep(folder, results, { commit: 'abc' });
      expect(written).toEqual(['seed1']);
      const named = ['seed0.json', 'old.json', 'own.json', 'seed0.json', 'sweep.json'];
      expect(unreadable.map((text) => /[^/ ]+\.json/.exec(text)?.[0])).toEqual(named);
      expect(unreadable[1]).toContain('config.dataset.size');
      const again = await collectSweep(folder, results, { commit: 'abc' });
      expect(again.unchanged).toBe(1);
      expect(again.unreadable).toHaveLength(4); // sweep.json is whole again
    }));
});

const storedJson = (config: object, rest: object) => JSON.stringify({ ...rest, config });

describe('the batch script', () => {
  it('quotes folders with blanks, and doubles their per cent signs', () => {
    const plan = { name: 'first', threads: 2, runs: [] };
    const script = jobScript('/tmp/50 % "x"/sweep', plan, 3, { warning: 60, retries: 1 });
    expect(script).toContain('\n#SBATCH --job-name=first\n');
    expect(script).toContain('\n#SBATCH "--output=/tmp/50 %% \\"x\\"/sweep/slurm/%A_%a.log"\n');
    const request = { warning: 60, retries: 1, partition: 'a\n#SBATCH --uid=0' };
    expect(() => jobScript('/tmp/a', plan, 1, request)).toThrow('on one line');
  });
});
