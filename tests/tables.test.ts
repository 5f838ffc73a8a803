import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableMarkdown } from '../lib/figures/tables';
import { paperTable, paperTableNames } from '../lib/paperTables';
import { tableFiles } from '../lib/paperTables/files';
import { readRecords } from '../lib/results';
import { plan, recordsOf } from './results/plannedRecords';

const settings = { scale: 'laptop', split: 'test', resamples: 200 } as const;

const grid = {
  dataset: [{ name: 'camvid' }, { name: 'oxfordPet' }],
  'model.name': ['segnet'],
  loss: [{ name: 'crossEntropy' }, { name: 'focal', gamma: 2 }, { name: 'ldam' }, { name: 'pat' }],
  seed: [0, 1, 2],
};
const runs = plan(grid);
const skills = { crossEntropy: 0.5, focal: 0.52, pat: 0.8 } as Record<string, number>;
/** LDAM has not run, Focal lacks a seed. */
const records = recordsOf(runs, ({ config: { loss, seed } }) =>
  loss.name === 'focal' && seed === 2 ? null : (skills[loss.name] ?? null),
);

describe('paperTable', () => {
  const { tables, cells, rows } = paperTable('table1', records, { ...settings, runs });

  it('shows ours beside the paper’s where it has the data set, and what is missing as missing', () => {
    expect(tables.map(({ name }) => name)).toEqual([
      'table1-camvid',
      'table1-camvid-statistics',
      'table1-oxfordPet',
      'table1-oxfordPet-statistics',
    ]);
    expect(tables[0].columns.map(({ header }) => header)).toEqual([
      'mIoU, %',
      'Pixel accuracy, %',
      'Dice error',
    ]);
    expect(tables[0].caption).toContain('The paper has no numbers of this data set.');
    const lines = tableMarkdown(tables[2]).split('\n');
    expect(lines[0]).toContain('Oxford-IIIT Pet at 256×256, SegNet of width 8, 10 epochs');
    expect(lines.find((line) => line.startsWith('| LDAM'))).toBe(
      '| LDAM | 75.43 | – | – | 90.97 | – | – | 0.78 | – |',
    );
    const [ce, focal] = tables[2].rows;
    const [paper, ours, difference] = ce.cells;
    const mean = cells.find(({ dataset }) => dataset === 'oxfordPet')?.summary?.scores.meanIoU;
    expect(paper).toEqual({ value: 76.14 });
    expect(ours?.value).toBeCloseTo(100 * (mean?.mean ?? NaN), 10);
    expect(difference?.value).toBeCloseTo((ours?.value ?? NaN) - 76.14, 10);
    expect(focal.cells[1]?.note).toBe('2 of 3 seeds');
    const pat = tables[2].rows[3].cells[0];
    expect(pat).toEqual({ value: 76.69, note: 'from Table 3, SegNet, third temperature' });
  });

  it('compares with CE and with PAT, corrected within a network', () => {
    const [ce, focal, ldam, pat] = cells;
    expect(ce.against[0]).toEqual({ reference: 'CE', comparison: null });
    expect(ldam.summary).toBeNull();
    expect(ldam.against.map(({ comparison }) => comparison)).toEqual([null, null]);
    const { difference, correctedP, test } = pat.against[0].comparison ?? {};
    expect(difference).toBeGreaterThan(0.1);
    expect(test?.p).toBe(2 / 2 ** 12);
    expect(correctedP).toBe(4 / 2 ** 12); // of two comparisons
    expect(focal.against[1].comparison?.seeds).toEqual([0, 1]);
    const columns = tables[1].columns.map(({ group, header }) => `${group ?? ''} ${header}`.trim());
    expect(columns.slice(-4)).toEqual([
      'Against CE Δ',
      'Against CE p',
      'Against PAT Δ',
      'Against PAT p',
    ]);
    expect(tableMarkdown(tables[1])).toMatch(/\| PAT \| \*\*.* \| <0.001 \| – \| – \|/);
  });

  it('puts all numbers in the rows', () => {
    expect(rows).toHaveLength(8);
    expect(rows[7]).toMatchObject({
      loss: 'pat',
      seeds: 3,
      'paper meanIoU': 76.69,
      'minus PAT': null,
    });
    expect(rows[2]).toMatchObject({ loss: 'ldam', seeds: 0, meanIoU: null });
  });

  it('gives the same bytes again, and from records in another order', () => {
    const first = [...tableFiles({ name: 'table1', tables, rows })];
    expect(first.map(([file]) => file)).toEqual(['table1.tex', 'table1.md', 'table1.csv']);
    const shuffled = [...records].reverse();
    const again = paperTable('table1', shuffled, { ...settings, runs });
    expect([...tableFiles(again)]).toEqual(first);
  });

  it('takes no record of other settings or seeds', () => {
    const others = plan({ ...grid, epochs: [11], seed: [0] });
    const table = paperTable(
      'table1',
      recordsOf(others, () => 0.9),
      { ...settings, runs },
    );
    expect(table.cells.every(({ summary }) => summary === null)).toBe(true);
    const more = plan({ ...grid, seed: [0, 7] });
    const some = paperTable(
      'table1',
      recordsOf(more, () => 0.9),
      { ...settings, runs },
    );
    expect(some.cells[0].summary?.seeds).toEqual([0]);
  });
});

it('Table 3 has the paper’s rows by their place, without a difference', () => {
  const temperatures = plan({
    dataset: [{ name: 'nyuv2' }],
    'model.name': ['segnet', 'unet'],
    loss: [0.5, 1].map((temperature) => ({ name: 'pat', temperature })),
    seed: [0],
  });
  const skill = ({ config: { loss } }: (typeof temperatures)[number]) =>
    loss.name === 'pat' && loss.temperature === 1 ? 0.5 : 0.6;
  const { tables } = paperTable('table3', recordsOf(temperatures, skill), {
    ...settings,
    runs: temperatures,
  });
  expect(tables[0].columns.some(({ header }) => header === 'Δ')).toBe(false);
  expect(tables[0].rows.map(({ labels, cells }) => [...labels, cells[0]?.value])).toEqual([
    ['SegNet', 'PAT, τ = 0.5', 19.35],
    ['SegNet', 'PAT, τ = 1', 19.49],
    ['UNet', 'PAT, τ = 0.5', 18.23],
    ['UNet', 'PAT, τ = 1', 19.49],
  ]);
  expect(tables[1].rows[0].cells.slice(-2)[0]?.value).toBeGreaterThan(0);
  expect(tables[1].rows[1].cells.slice(-2)).toEqual([null, null]);
});

it('the ablation says which parts of PAT a loss has', () => {
  const { tables } = paperTable('ablation', [], settings);
  const labels = tables[0].rows.map((row) => row.labels.join(' '));
  expect(labels.slice(0, 4)).toEqual(['CE no no', 'PAT yes no', 'PAT no yes', 'PAT yes yes']);
  expect(tables.map(({ name }) => name)).toContain('ablation-nyuv2-statistics');
});

const results = path.resolve(__dirname, '../data/results/laptop');
const stored = existsSync(results);
const reason = stored ? '' : ' (skipped: no data/results/laptop)';
describe.skipIf(!stored)(`data/results/laptop/tables${reason}`, () => {
  it.each(paperTableNames)('%s is what the records give', { timeout: 120_000 }, async (name) => {
    const split = name === 'tuning' ? 'valid' : 'test';
    const read = await readRecords(results, { split });
    expect(read.skipped).toEqual([]);
    const table = paperTable(name, read.records, { scale: 'laptop', split });
    const isEmpty = table.cells.every(({ cell }) => cell === undefined);
    for (const [file, text] of tableFiles(table)) {
      const written = await readFile(path.join(results, 'tables', file), 'utf8').catch(() => null);
      expect(written, `${file}: run npm run tables`).toBe(isEmpty ? null : text);
    }
  });
});
