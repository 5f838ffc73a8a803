import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { greyPng, inFolder } from '../judge/files';
import { run, start } from './run';

const size = { height: 12, width: 16 };
const map = (shift: number) =>
  greyPng({ ...size, ids: Array.from({ length: 192 }, (_, i) => ((i % 16) + shift > 7 ? 1 : 0)) });
const names = ['a', 'b', 'c', 'd'];
const files = Object.fromEntries(
  names.flatMap((name, i) => [
    [`labels/${name}.png`, map(i)],
    [`ce/${name}.png`, map(i + (i % 2))],
    [`pat/${name}.png`, map(i + 2)],
  ]),
);

interface Told {
  methods: Record<string, { scores: Record<string, number | null> }>;
  comparisons: { a: string; b: string; score: string; difference: number; p: number | null }[];
}

describe('npm run judge', () => {
  it('prints scores and comparisons, and writes JSON, tables and figures', () =>
    inFolder(files, async (folder) => {
      const [labels, out] = [path.join(folder, 'labels'), path.join(folder, 'out')];
      const json = path.join(out, 'judge.json');
      const methods = ['ce', 'pat'].flatMap((name) => [
        '--predictions',
        `${name}=${path.join(folder, name)}`,
      ]);
      const args = ['judge', '--labels', labels, '--num-classes', '2', ...methods];
      const { status, output, errors } = await run([...args, '--json', json, '--out', out]);
      expect(errors).not.toMatch(/note:/);
      expect(status).toBe(0);
      expect(output).toContain('ce − pat');
      const told = JSON.parse(await readFile(json, 'utf8')) as Told;
      expect(Object.keys(told.methods)).toEqual(['ce', 'pat']);
      const [ce, pat] = ['ce', 'pat'].map((name) => told.methods[name].scores.meanIoUD ?? NaN);
      expect(ce).toBeGreaterThan(pat);
      const found = told.comparisons.find(({ score }) => score === 'meanIoUD');
      expect(found).toMatchObject({ a: 'ce', b: 'pat' });
      expect(found?.difference).toBeCloseTo(ce - pat, 12);
      expect(found?.p).toBeLessThan(0.05);
      expect((await readdir(out)).sort()).toEqual(
        [
          ...['judge-classes.csv', 'judge-comparisons.csv', 'judge-scores.csv'],
          ...['csv', 'json', 'pdf', 'png', 'svg'].map((kind) => `judge-winners.${kind}`),
          ...['judge.json', 'judge.md', 'judge.tex'],
        ].sort(),
      );
      expect(await readFile(path.join(out, 'judge.tex'), 'utf8')).toContain(
        '\\label{tab:judge-scores}',
      );
    }));

  it('refuses what does not go together', async () => {
    const none = await run(['judge', '--predictions', 'a=b']);
    expect([none.status, none.errors]).toEqual([
      1,
      expect.stringContaining('one of --labels and --dataset'),
    ]);
    const both = await run(['judge', '--labels', 'x', '--predictions', 'nothing']);
    expect(both.errors).toContain("--predictions must be NAME=DIR or NAME#SEED=DIR, got 'nothing'");
    const open = await run([
      'judge',
      '--labels',
      '/none',
      '--num-classes',
      '2',
      '--predictions',
      'a=b',
    ]);
    expect(open.errors).toContain("labels must be in a folder that is there, got '/none'");
    expect((await run(['judge', '--help'])).output).toContain('--prediction-suffix');
  });

  it('ends at Ctrl-C', () =>
    inFolder(files, async (folder) => {
      const methods = Array.from({ length: 300 }, (_, i) => [
        '--predictions',
        `m#${i}=${path.join(folder, 'ce')}`,
      ]);
      const labels = ['--labels', path.join(folder, 'labels'), '--num-classes', '2'];
      const { child, done } = start([
        'judge',
        ...labels,
        ...methods.flat(),
        '--resamples',
        '200000',
      ]);
      let [seen, sent] = ['', false];
      child.stderr.on('data', (text: Buffer) => {
        seen += text.toString();
        if (!sent && seen.includes('images')) sent = child.kill('SIGINT');
      });
      const { status } = await done;
      expect(sent).toBe(true);
      expect(status).toBe(130);
    }));
});
