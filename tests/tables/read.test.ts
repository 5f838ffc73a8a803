import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readTable, sweepSentence } from '../../lib/tables/read';
import { withFolder } from '../datasets/files';

it('sweepSentence tells what the runs took', () =>
  withFolder(async (folder) => {
    expect(await sweepSentence(folder)).toBeUndefined();
    const summary = {
      runs: { finished: 3, planned: 9 },
      hours: 1.25,
      datasets: [{ name: 'camvid', size: [64, 96], samples: { train: 374, valid: 47 } }],
      epochs: [10],
      widths: [8],
      batchSizes: [8],
      machine: { processor: 'CPU', cores: 2 },
      otherMachines: [{ processor: 'other CPU', cores: 1 }],
      threads: 1,
      versions: [{ tensorflow: '2.21.0', tfjs: '4.22.0', node: '22.0.0' }],
      commit: '0123456789',
    };
    await writeFile(path.join(folder, 'sweep.json'), JSON.stringify(summary));
    expect(await sweepSentence(folder)).toBe(
      '3 of 9 planned runs, 1.25 hours of training and validation one after the other on CPU (2 cores) and ' +
        'other CPU (1 core), 1 thread for each run: CamVid at 64×96 (374 images to train on, 47 to validate with); 10 epochs, width 8; TensorFlow 2.21.0, commit 01234567.',
    );
    const plan = { name: 'mine', threads: 1, runs: [{ id: 'pat/seed0', config: {} }] };
    await writeFile(path.join(folder, 'sweep.json'), JSON.stringify(plan)); // as in a sweep's own folder
    expect(await sweepSentence(folder)).toBe('The sweep mine: 1 run planned.');
  }));

it('readTable has the split of its own where a table has one', () =>
  withFolder(async (folder) => {
    const options = { resamples: 10 };
    expect((await readTable('tuning', folder, options)).split).toBe('valid');
    expect((await readTable('table1', folder, options)).split).toBe('test');
    expect((await readTable('table1', folder, { ...options, split: 'valid' })).split).toBe('valid');
    await expect(readTable('table9', folder)).rejects.toThrow('tableNamed: name must be one of');
  }));
