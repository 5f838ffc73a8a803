import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../datasets/files';
import { run } from './run';

const sweep = (...args: string[]) => run(['sweep', ...args]);

const dataset = {
  name: 'synthetic',
  size: [32, 48],
  numClasses: 4,
  trainLength: 4,
  validLength: 2,
};
const tiny = {
  name: 'tiny',
  base: { epochs: 1, batchSize: 2, dataset, model: { name: 'unet', width: 2 } },
  grid: { seed: [0, 1] },
};

describe('npm run sweep', () => {
  it('shows its help', async () => {
    const { status, output } = await sweep('--help');
    expect(status).toBe(0);
    for (const word of [
      '--config',
      '--scale',
      '--jobs',
      '--slurm',
      '--status',
      '--collect',
      '--dry-run',
    ]) {
      expect(output).toContain(word);
    }
  });

  it(
    'runs, resumes and tells where the runs stand',
    () =>
      withFolder(async (folder) => {
        const file = path.join(folder, 'tiny.json');
        const out = path.join(folder, 'out');
        await writeFile(file, JSON.stringify(tiny));
        const estimate = await sweep('--config', file, '--dry-run');
        expect(estimate.output).toMatch(
          /^seed0 {2}0:\d\d\nseed1 {2}0:\d\d\ntiny: 2 runs, about 0:\d\d/,
        );
        const first = await sweep('--config', file, '--out', out);
        expect(first.output).toMatch(/✓ seed0 {2}done .*\n✓ seed1 {2}done .*\n2 runs: 2 done/);
        const again = await sweep('--config', file, '--out', out);
        expect(again.errors).not.toContain('▸');
        const { output } = await sweep('--status', out);
        expect(output).toBe(again.output);
        const other = await sweep('--config', file, '--out', out, '--set', 'epochs=2');
        expect(other.status).toBe(1);
        expect(other.errors).toContain('another configuration of run seed0');
      }),
    120_000,
  );

  it.each([
    [['--config', 'table9', '--out', 'x'], "got 'table9'. Did you mean 'table1'?"],
    [['--config', 'table1', '--scale', 'huge', '--out', 'x'], '--scale must be one of'],
    [['--config', 'table1'], '--out is missing'],
    [['--out', 'x'], '--config is missing'],
    [['--config', 'table1', '--out', 'x', '--jobs', '0'], '--jobs must be an integer >= 1, got 0'],
    [['--config', 'table1', '--out', 'x', '--set', 'epoch=1'], "Did you mean 'epochs'?"],
    [['--collect', '/nowhere'], '--to is missing'],
    [['--collect', '/nowhere', '--to', 'x'], 'there is no sweep in /nowhere'],
    [['--status', '/nowhere'], 'there is no sweep in /nowhere'],
  ])('%j is an error of one line', async (args, message) => {
    const { status, output, errors } = await sweep(...args);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toContain(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });
});
