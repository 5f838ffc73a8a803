/** Files of a run that are torn, foreign, or cannot be read. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/check';
import { collectSweep, readSweepSummary } from '../../lib/sweeps/collect';
import { readBench } from '../../lib/measurement/benchResults';
import { readPrecisionRuns } from '../../lib/results/precisionRuns';
import { readConfig } from '../../lib/runs/config';
import { parseEpochs, readEpochs, repairMetrics } from '../../lib/runs/epochs';
import { lockOwner } from '../../lib/runs/lock';
import { parseRecord, readRecord } from '../../lib/runs/record';
import { findRun, findRuns } from '../../lib/runs/trainingRuns';
import { readPlan } from '../../lib/sweeps/sweepFolder';
import { withFolder } from '../datasets/files';
import { metricsLine, record } from '../results/recordFiles';

const lines = [1, 2, 3].map((epoch) => metricsLine({ epoch }));

describe('a file that is there and cannot be read', () => {
  const readers: [string, string, (folder: string) => Promise<unknown>][] = [
    ['readEpochs', 'metrics.jsonl', readEpochs],
    ['repairMetrics', 'metrics.jsonl', (folder) => repairMetrics(`${folder}/metrics.jsonl`, 1)],
    ['readRecord', 'record.json', readRecord],
    ['findRun', 'record.json', findRun],
    ['readConfig', 'config.json', (folder) => readConfig('readConfig', folder)],
    ['lockOwner', 'lock', lockOwner],
    ['readPlan', 'sweep.json', readPlan],
    ['readSweepSummary', 'sweep.json', readSweepSummary],
    ['readBench', 'step.json', (folder) => readBench('step', folder)],
    ['readPrecisionRuns', 'runs.json', (folder) => readPrecisionRuns(`${folder}/runs.json`)],
    ['findRuns', 'runs', (folder) => findRuns([path.join(folder, 'runs')])],
  ];

  it.each(readers)('%s names it, and takes an absent one as none', (_, name, read) =>
    withFolder(async (folder) => {
      await read(folder); // no such file: no error
      await read(path.join(folder, 'none', 'below'));
      const file = path.join(folder, name);
      await symlink(name, file); // a link to itself: ELOOP
      await expect(read(folder)).rejects.toThrow(InputError);
      await expect(read(folder)).rejects.toThrow(`${file} must be readable or absent, got ELOOP`);
    }),
  );
});

describe('metrics.jsonl', () => {
  it('is read without a last line that was torn, with or without its line break', () => {
    const torn = lines[2].slice(0, 40);
    expect(parseEpochs('m', '')).toEqual([]);
    for (const end of ['', torn, `${torn}\n`, lines[2]]) {
      const epochs = parseEpochs('m', `${lines[0]}\n${lines[1]}\n${end}`);
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    }
  });

  it.each([
    ['torn in the middle', lines[1].slice(0, 40)],
    ['of another file', '{"hello":1}'],
    ['with a text for a number', metricsLine({ epoch: 2, validLoss: 'low' })],
    ['empty', ''],
  ])('with a line that is %s is an error with file and line', (_, line) => {
    expect(() => parseEpochs('run/metrics.jsonl', `${lines[0]}\n${line}\n${lines[2]}\n`)).toThrow(
      'line 2 of run/metrics.jsonl must be the metrics of an epoch',
    );
  });

  it('is cut at the first line that is not the next epoch’s, the others byte for byte', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'metrics.jsonl');
      const foreign = metricsLine({ epoch: 2, later: 'field' });
      for (const [content, epochs, kept] of [
        [[lines[0], foreign, lines[2]], 2, [lines[0], foreign]],
        [[lines[0], '{"hello":1}', lines[2]], 3, [lines[0]]],
        [[lines[0], lines[2]], 3, [lines[0]]],
      ] as const) {
        await writeFile(file, `${content.join('\n')}\n`);
        await repairMetrics(file, epochs);
        expect(await readFile(file, 'utf8')).toBe(`${kept.join('\n')}\n`);
      }
    }));
});

describe('record.json', () => {
  it('is the same when it is read, the order of its settings included', () => {
    const whole = { ...record(), trainingPixels: [9, 8, 7], validationCrossEntropy: 0.5 };
    const { curves, ...read } = parseRecord('a.json', JSON.stringify(whole));
    expect(curves).toBeUndefined();
    expect(read).toEqual(whole);
    expect(JSON.stringify(read.config)).toBe(JSON.stringify(whole.config));
  });

  it('of a run has all its parts; what is kept of one need not', () =>
    withFolder(async (folder) => {
      const { scores, ...kept } = record();
      expect(scores.iou).toHaveLength(3);
      expect(parseRecord('a.json', JSON.stringify(kept)).scores).toBeUndefined();
      await writeFile(path.join(folder, 'record.json'), JSON.stringify(kept));
      await expect(readRecord(folder)).rejects.toThrow(
        `${folder}/record.json must be the record of a run, got another file. not a run's record: scores: Required`,
      );
    }));

  it('that is torn is named by a collection, which goes on', () =>
    withFolder(async (folder) => {
      const run = path.join(folder, 'runs', 'a');
      await mkdir(run, { recursive: true });
      await writeFile(
        path.join(folder, 'sweep.json'),
        '{"name":"a","threads":1,"runs":[{"id":"a","config":{}}]}',
      );
      await writeFile(path.join(run, 'record.json'), JSON.stringify(record()).slice(0, 99));
      const { unreadable } = await collectSweep(folder, path.join(folder, 'out'));
      expect(unreadable).toEqual([
        `parseRecord: ${run}/record.json must be the record of a run, got another file. torn: not JSON`,
      ]);
    }));
});
