import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../lib/results';
import { collectSweep, machinesOf, readSweepSummary } from '../../lib/sweeps/collect';
import type { SweepSummary } from '../../lib/sweeps/collect';
import { meanPoints } from '../../lib/runs/curves';
import { withFolder } from '../datasets/files';
import { metricsLine, record, scoresOf } from '../results/recordFiles';

const point = (epoch: number, meanIoU: number | null) => {
  return {
    epoch,
    step: 4 * epoch,
    trainLoss: 1 / epoch,
    validLoss: 2,
    meanIoU,
    pixelAccuracy: 0.5,
  };
};
const metrics = [point(1, 0.123456789), point(2, null)].map(metricsLine);

/** A sweep of two seeds, the first of them finished unless said otherwise. */
async function sweepFolder(folder: string, finished: readonly number[] = [0]) {
  const runs = [0, 1].map((seed) => ({ id: `camvid/pat/seed${seed}`, config: { seed } }));
  await writeFile(
    path.join(folder, 'sweep.json'),
    JSON.stringify({ name: 'two', threads: 1, runs }),
  );
  for (const seed of finished) {
    const run = path.join(folder, 'runs', 'camvid', 'pat', `seed${seed}`);
    await mkdir(run, { recursive: true });
    const { counts, perImage } = record({ seed: 7 });
    const { config, ...own } = record({ seed, dataset: { root: '/home/somebody' } });
    const test = { scores: scoresOf(counts), counts, perImage };
    const last = {
      epoch: 3,
      value: 3,
      scores: test.scores,
      counts,
      validationCrossEntropy: 1,
      test,
    };
    const selection = ['crossEntropy', 'last'];
    const content = { ...own, config: { ...config, selection }, test, selected: { last } };
    await writeFile(path.join(run, 'record.json'), JSON.stringify(content));
    await writeFile(path.join(run, 'metrics.jsonl'), `${metrics.join('\n')}\n{"epoch":3,"st`);
  }
  return folder;
}

describe('collectSweep', () => {
  it('stores what readRecords and the curves need, and nothing of the machine', () =>
    withFolder(async (folder) => {
      const results = path.join(folder, 'results');
      const sweep = await sweepFolder(folder);
      expect(await collectSweep(sweep, results, { commit: 'abc' })).toEqual({
        written: ['camvid/pat/seed0'],
        unchanged: 0,
        unfinished: ['camvid/pat/seed1'],
        unreadable: [],
      });
      const text = await readFile(path.join(results, 'camvid/pat/seed0.json'), 'utf8');
      expect(text).not.toContain('somebody');
      expect(text).not.toContain('scores');
      const stored = await readRecords(results, { split: 'test' });
      expect(stored.skipped).toEqual([]);
      expect(stored.records).toHaveLength(1);
      const [{ config, ...read }] = stored.records;
      expect(read).toMatchObject({ seconds: 12, weightsSha256: 'ab'.repeat(32) });
      expect(read.counts).toEqual(record({ seed: 7 }).counts);
      expect(read.perImage).toEqual(record({ seed: 7 }).perImage);
      const [last] = (await readRecords(results, { split: 'test', selection: 'last' })).records;
      expect(last.counts).toEqual(read.counts);
      expect(last.perImage).toBeUndefined();
      expect(config.seed).toBe(0);
      expect(read.curves).toEqual([point(1, 0.123457), point(2, null)]);
      const summary = await readFile(path.join(results, 'sweep.json'), 'utf8');
      expect(JSON.parse(summary) as SweepSummary).toMatchObject({
        runs: { finished: 1, planned: 2 },
        hours: 0,
        datasets: [{ name: 'camvid', size: [96, 128], samples: { train: 8, valid: 4 } }],
        epochs: [3],
        threads: 1,
        commit: 'abc',
      });
      expect(Object.keys((JSON.parse(summary) as SweepSummary).machine)).toEqual([
        'processor',
        'cores',
      ]);
    }));

  it('changes no byte when nothing is new, and adds what has ended since', () =>
    withFolder(async (folder) => {
      const results = path.join(folder, 'results');
      await collectSweep(await sweepFolder(folder), results, { commit: 'abc' });
      const files = ['camvid/pat/seed0.json', 'sweep.json'].map((name) => path.join(results, name));
      const written = () =>
        Promise.all(files.map((file) => stat(file).then(({ mtimeMs, ino }) => [mtimeMs, ino])));
      const first = await written();
      expect(await collectSweep(folder, results)).toMatchObject({ written: [], unchanged: 1 });
      expect(await written()).toEqual(first);
      await sweepFolder(folder, [0, 1]);
      const added = await collectSweep(folder, results);
      expect(added).toMatchObject({ written: ['camvid/pat/seed1'], unchanged: 1, unfinished: [] });
      expect((await written())[0]).toEqual(first[0]);
      expect(await readFile(files[1], 'utf8')).toContain('"finished":2');
      expect(await readFile(files[1], 'utf8')).toContain('"commit":"abc"');
    }));

  it('names another machine that adds runs, and none that adds nothing', () =>
    withFolder(async (folder) => {
      const results = path.join(folder, 'results');
      await collectSweep(await sweepFolder(folder), results);
      const file = path.join(results, 'sweep.json');
      const first = { processor: 'of a first machine', cores: 64 };
      const { machine: here, ...rest } = JSON.parse(await readFile(file, 'utf8')) as SweepSummary;
      await writeFile(file, JSON.stringify({ ...rest, machine: first }));
      await collectSweep(folder, results);
      expect(machinesOf(await readSweepSummary(results))).toEqual([first]);
      await sweepFolder(folder, [0, 1]);
      await collectSweep(folder, results);
      expect(machinesOf(await readSweepSummary(results))).toEqual([first, here]);
    }));

  it('counts the runs of all sweeps that a folder has records of', () =>
    withFolder(async (folder) => {
      const results = path.join(folder, 'results');
      const sweep = await sweepFolder(folder);
      await collectSweep(sweep, results, { commit: 'abc' });
      const other = path.join(results, 'nyuv2', 'ce.json');
      await mkdir(path.dirname(other), { recursive: true });
      await copyFile(path.join(results, 'camvid/pat/seed0.json'), other);
      await collectSweep(sweep, results);
      const { runs } = (await readSweepSummary(results)) as SweepSummary;
      expect(runs).toEqual({ finished: 2, planned: 3 }); // the other one, and two of this sweep
    }));

  it('refuses a folder without a sweep', () =>
    withFolder(async (folder) => {
      await expect(collectSweep(folder, folder)).rejects.toThrow('there is no sweep in');
    }));
});

describe('curves', () => {
  it('are averaged over the epochs that all runs have', () => {
    const [first, second] = [point(1, 0.2), point(2, 0.4)];
    expect(meanPoints([])).toEqual([]);
    expect(meanPoints([[first, second], [{ ...first, meanIoU: 0.4 }]])[0]).toMatchObject({
      epoch: 1,
      trainLoss: 1,
      meanIoU: expect.closeTo(0.3) as number,
    });
    expect(meanPoints([[second], [point(2, null)]])).toMatchObject([{ meanIoU: null }]);
  });
});
