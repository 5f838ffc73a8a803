import { readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { belowConstant, durationText } from '../../lib/cli/train/runTraining';
import { withFolder } from '../datasets/files';
import { classCounts, scoresFrom } from '../../lib/metrics';
import { readRecord } from '../../lib/runs/record';
import { run, start } from './run';

const train = (...args: string[]) => run(['train', ...args]);

const small = {
  dataset: { name: 'synthetic', size: [32, 48], numClasses: 6, trainLength: 10, validLength: 2 },
  model: { name: 'segnet', width: 4 },
  batchSize: 4,
  epochs: 3,
};

describe('durationText', () => {
  it.each([
    [0.0005123, '0.512 ms'],
    [0.0512, '51.2 ms'],
    [0.99949, '999 ms'],
    [0.9996, '1.00 s'],
    [1.234, '1.23 s'],
    [1234.4, '1234 s'],
  ])('%d', (seconds, text) => expect(durationText(seconds)).toBe(text));
});

describe('belowConstant', () => {
  const note = (counts: number[][]) =>
    belowConstant({
      counts,
      classNames: ['road', 'pole'],
      scores: scoresFrom(classCounts(counts)),
    });

  it('tells of a network that one class everywhere would beat', () => {
    expect(
      note([
        [50, 30],
        [5, 15],
      ]),
    ).toMatch(/^note: road everywhere .* 80\.00 %, .* 65\.00 %/);
    expect(
      note([
        [80, 0],
        [20, 0],
      ]),
    ).toBeUndefined();
    expect(
      note([
        [70, 10],
        [5, 15],
      ]),
    ).toBeUndefined();
    expect(
      note([
        [0, 0],
        [0, 0],
      ]),
    ).toBeUndefined();
  });
});

describe('npm run train', () => {
  it('goes on with the threads that a run began with', { timeout: 240_000 }, () =>
    withFolder(async (folder) => {
      const config = path.join(folder, 'small.json');
      await writeFile(config, JSON.stringify({ ...small, epochs: 1 }));
      const args = ['train', '--config', config, '--out', path.join(folder, 'run')];
      const threads = String(os.availableParallelism() + 1);
      expect((await start(args, { TF_NUM_INTRAOP_THREADS: threads }).done).status).toBe(0);
      for (const name of ['record.json', 'weights.safetensors', 'checkpoints']) {
        await rm(path.join(folder, 'run', name), { recursive: true });
      }
      const { status, errors } = await run(args);
      expect({ status, errors }).toMatchObject({ status: 0 });
      expect(errors).toContain(`threads: ${threads}, as the run began`);
      const record = await readRecord(path.join(folder, 'run'));
      expect(record?.device.threads).toBe(Number(threads));
    }),
  );

  it('says in plain words what the file system refuses', { timeout: 240_000 }, async () => {
    const { status, errors } = await train('--out', path.join(__filename, 'run'));
    expect(status).toBe(1);
    expect(errors).toMatch(
      /^npm run train: .*run must lie in a folder, got ENOTDIR\. A file is in the way/m,
    );
    expect(errors).not.toContain('    at ');
  });

  it('shows its help', async () => {
    const { status, output } = await train('--help');
    expect(status).toBe(0);
    for (const word of ['--config', '--out', '--set', '--fresh', '--dry-run']) {
      expect(output).toContain(word);
    }
  });

  it('tells the resolved configuration, parameters, steps, time and memory of a dry run, and leaves no file', () =>
    withFolder(async (folder) => {
      const config = path.join(folder, 'small.json');
      await writeFile(config, JSON.stringify(small));
      const set = [
        '--set',
        'loss.name=pat',
        '--set',
        'loss.temperature=3',
        '--set',
        'epochs=300000',
      ];
      const out = ['--out', path.join(folder, 'out')];
      const { status, output, errors } = await train(
        '--config',
        config,
        '--dry-run',
        ...set,
        ...out,
      );
      expect(status).toBe(0);
      expect(output).toContain('"temperature": 3');
      expect(output).toContain('"learningRate": 0.001');
      expect(output).toContain('segnet_paper: 116234 parameters');
      expect(output).toContain('900000 steps: 300000 epochs of 3');
      expect(output).toMatch(
        /\nestimate on this machine, from 5 steps: [\d:]+ in all, [\d.]+ m?s a step, [\d.]+ m?s a validation batch, \d\.\d\d GiB of memory .*\n/,
      );
      expect(errors).toMatch(
        /This run takes about \d+ (minutes|hours) on this machine\. --scale small/,
      );
      expect(await readdir(folder)).toEqual(['small.json']);
    }));

  it.each([
    [
      ['--config', '/nowhere/a.json', '--out', 'x'],
      "--config must be a file, got '/nowhere/a.json'",
    ],
    [['--config', __filename, '--out', 'x'], `${__filename} must be JSON`],
    [['--out', ''], "--out must be a value, got ''"],
    [['--set', 'epochs=1'], '--out DIR is missing'],
    [['--out', 'x', '--set', 'epochs'], "--set must be path=value, got 'epochs'"],
    [['--out', 'x', '--set', 'epochs=0'], 'experiment config: epochs must be > 0, got 0'],
    [['--out', 'x', '--sett', 'epochs=1'], "got 'sett'. Did you mean 'set'?"],
  ])('%j is an error of one line', async (args, message) => {
    const { status, output, errors } = await train(...args);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });
});
