import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { durationText } from '../../lib/cli/train/run';
import { withFolder } from '../datasets/files';
import { run } from './run';

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

describe('npm run train', () => {
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
      const set = ['--set', 'loss.name=pat', '--set', 'loss.temperature=3'];
      const out = ['--out', path.join(folder, 'out')];
      const { status, output } = await train('--config', config, '--dry-run', ...set, ...out);
      expect(status).toBe(0);
      expect(output).toContain('"temperature": 3');
      expect(output).toContain('"learningRate": 0.001');
      expect(output).toContain('segnet_paper: 116234 parameters');
      expect(output).toContain('9 steps: 3 epochs of 3');
      expect(output).toMatch(
        /\nestimate on this machine, from 5 steps: \d+:\d\d in all, [\d.]+ m?s a step, [\d.]+ m?s a validation batch, \d\.\d\d GiB memory .*\n$/,
      );
      expect(await readdir(folder)).toEqual(['small.json']);
    }));

  it.each([
    [
      ['--config', '/nowhere/a.json', '--out', 'x'],
      "--config must be a file, got '/nowhere/a.json'",
    ],
    [['--config', __filename, '--out', 'x'], '--config must be JSON'],
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
