import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeAtomically } from '../../lib/atomicFile';
import { parseSweep } from '../../lib/sweeps/plan';
import { sweepPreset } from '../../lib/sweeps/presets';
import { readRecords } from '../../lib/results/records';
import { withFolder } from '../datasets/files';
import { record, scoredSplit } from '../results/recordFiles';
import { run } from './run';

const tables = (...args: string[]) => run(['tables', ...args]);

it('npm run tables shows its help', async () => {
  const { status, output } = await tables('--help');
  expect(status).toBe(0);
  for (const word of ['[DIR]', '--out', '--scale', '--set', '--split'])
    expect(output).toContain(word);
});

it(
  'npm run tables writes the tables that have runs, the same bytes again',
  () =>
    withFolder(async (folder) => {
      const { runs } = parseSweep(sweepPreset('table3', 'smoke'));
      for (const [i, { config }] of runs.slice(0, 3).entries()) {
        const { counts, perImage } = scoredSplit(i, 0.6);
        const content = { ...record(), config, test: { counts, perImage } };
        await writeAtomically(path.join(folder, `${i}.json`), Buffer.from(JSON.stringify(content)));
      }
      const [first, second] = [path.join(folder, 'a'), path.join(folder, 'b')];
      const { status, output } = await tables(folder, '--scale', 'smoke', '--out', first);
      expect(status).toBe(0);
      expect(output).not.toMatch(/\b0 of \d|not written/); // of tables that nobody asked for
      expect(output).toContain(
        `table3: 2 of 8 cells, 3 of 16 runs: ${first}/table3.{tex,md,csv}\n`,
      );
      await tables(folder, '--scale', 'smoke', '--out', second);
      const files = await readdir(first);
      expect(files.filter((file) => file.startsWith('table3'))).toEqual([
        'table3.csv',
        'table3.md',
        'table3.tex',
      ]);
      for (const file of files) {
        const [one, other] = await Promise.all(
          [first, second].map((place) => readFile(path.join(place, file), 'utf8')),
        );
        expect(one).toBe(other);
      }
      const own = path.join(folder, 'own');
      const other = await tables(folder, '--scale', 'smoke', '--set', 'epochs=3', '--out', own);
      const classes = path.join(folder, 'classes');
      const asked = ['--scale', 'smoke', '--classes', '--out', classes];
      expect((await tables(folder, ...asked)).output).toContain(
        `its classes: ${classes}/table3-classes.{tex,md,csv}\n`,
      );
      const tex = await readFile(path.join(classes, 'table3-classes.tex'), 'utf8');
      const [{ classNames, scores }] = (await readRecords([folder], { split: 'test' })).records;
      expect(tex).toContain(`{${classNames[0]}}`);
      const csv = await readFile(path.join(classes, 'table3-classes.csv'), 'utf8');
      expect(csv.split('\n').filter((line) => line.includes(`,${classNames[0]},`))).toHaveLength(3);
      expect(csv).toContain(`,${classNames[0]},${scores.iou[0]},`);
      expect(other.output).toContain(`runs: 2 of 2 cells, 3 of 3 runs: ${own}/runs.{tex,md,csv}\n`);
      expect(await readFile(path.join(own, 'runs.md'), 'utf8')).toContain('SegNet');
    }),
  120_000,
);

it.each([
  [['--scale', 'huge'], '--scale must be one of'],
  [['--split', 'train'], '--split must be one of'],
  [['/nowhere/at/all'], 'folders that can be read'],
  [['a', 'b'], 'nothing more'],
])('npm run tables %j is an error of one line', async (args, message) => {
  const { status, output, errors } = await tables(...args);
  expect({ status, output }).toEqual({ status: 1, output: '' });
  expect(errors).toContain(message);
  expect(errors.trim().split('\n')).toHaveLength(1);
});
