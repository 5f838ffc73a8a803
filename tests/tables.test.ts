import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableMarkdown } from '../lib/print/table';
import { isDefined, readRecords, Results } from '../lib/results';
import type { Compared, Contrast } from '../lib/results';
import type { Criterion } from '../lib/runs/selection';
import { resultTable, tableNamed, tableOfRecords, tableSpecifications } from '../lib/tables';
import { tableFiles } from '../lib/tables/tableFiles';
import { plan, recordsOf } from './results/plannedRecords';

const settings = { scale: 'laptop', split: 'test', resamples: 199 } as const;
const whole = (compared: Compared | null): Contrast => {
  if (compared === null || !isDefined(compared)) throw new Error('no contrast');
  return compared;
};

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

describe('resultTable', () => {
  const table = tableOfRecords(tableNamed('table1'), records, { ...settings, runs });
  const { tables, cells, rows, results } = table;

  it('shows ours beside the paper’s where it has the data set, and what is missing as missing', () => {
    expect(tables.map(({ name }) => name)).toEqual([
      'table1-camvid-printed',
      'table1-camvid-statistics',
      'table1-oxfordPet-printed',
      'table1-oxfordPet-statistics',
    ]);
    expect(tables[0].columns.map(({ header }) => header)).toEqual(['Ours', 'Ours', 'Ours']);
    expect(tables[0].caption).toContain('The paper has no numbers of this data set.');
    expect(tables[2].columns.map(({ header }) => header)).toEqual([
      ...['Paper', 'Ours', 'Paper', 'Ours', 'Paper', 'Ours'],
    ]);
    const lines = tableMarkdown(tables[2]).split('\n');
    expect(lines[0]).toContain('Oxford-IIIT Pet at 256×256, SegNet of width 8, 10 epochs');
    expect(lines[0]).toContain('test split of 12 images; mean ± standard deviation over 3 seeds');
    expect(lines.find((line) => line.startsWith('| LDAM'))).toBe(
      '| LDAM | 75.43 | – | 90.97 | – | 0.78 | – |',
    );
    const [ce, focal, , pat] = tables[2].rows;
    expect(ce.cells[0]).toEqual({ value: 76.14 });
    expect(focal.cells[3]?.note).toBe('2 of 3 seeds');
    expect(pat.cells[0]).toEqual({ value: 76.69, note: 'from Table 3, SegNet, third temperature' });
  });

  it('takes no difference between a printed number and one of ours (wrong today 12)', () => {
    for (const { columns } of tables.filter(({ name }) => name.endsWith('-printed'))) {
      expect(columns.some(({ header }) => header.includes('Δ'))).toBe(false);
    }
    expect(tables[2].caption).toContain('so ours cannot have their level');
  });

  it('gives a difference with the interval of the same score (wrong today 2)', () => {
    const [ce, focal, ldam, pat] = cells;
    expect(ce.against[0]).toEqual({ reference: 'CE', compared: null });
    expect(ldam.summary).toBeNull();
    expect(ldam.against.map(({ compared }) => compared)).toEqual([null, null]);
    const compared = whole(pat.against[0].compared);
    const mean = (cell: typeof pat) => cell.summary?.scores.meanIoU?.mean ?? NaN;
    expect(compared.score).toBe('meanIoU');
    expect(compared.value).toBeCloseTo(mean(pat) - mean(ce), 12);
    expect(compared.low).toBeGreaterThan(0);
    expect(whole(focal.against[1].compared).value).toBeCloseTo(mean(focal) - mean(pat), 12);
    const { columns, rows: shown } = tables[1];
    const own = columns.map(({ group, header }) => [group, header].join(' '));
    const place = own.indexOf('mIoU D − CE, points Δ');
    expect(own.slice(place, place + 3).map((title) => title.split(' ').pop())).toEqual([
      ...['Δ', 'Low', 'High'],
    ]);
    expect(shown[3].cells.slice(place, place + 3).map((cell) => cell?.value)).toEqual([
      ...[compared.value, compared.low, compared.high].map((value) => 100 * Number(value)),
    ]);
    expect(shown[3].cells[0]?.value).toBeCloseTo(100 * mean(pat), 10);
  });

  it('shows D, I and C, and no p and no star outside the primary contrasts (wrong today 8)', () => {
    const headers = tables[1].columns.map(({ header }) => header);
    expect(headers).toEqual(expect.arrayContaining(['D', 'I', 'C', 'Head', 'Body', 'Tail']));
    const text = [...tableFiles(table).values()].join('\n');
    expect(headers).not.toContain('p');
    expect(text).not.toMatch(/\| p \||corrected p|\{p\}/);
    expect(tables[1].caption).toContain('not corrected for their number');
  });

  it('says beside every table how often runs of one loss differ by its test', () => {
    const statistics = tables.filter(({ name }) => name.endsWith('-statistics'));
    for (const { caption } of statistics) {
      expect(caption).toMatch(
        /of \d+ pairs of runs that differ only in their seed, [\d.]+ % have p/,
      );
    }
    expect(table.calibration.pairs).toBe(2 * (3 + 1 + 3));
  });

  it('puts all numbers in the rows', () => {
    expect(rows).toHaveLength(8);
    expect(rows[7]).toMatchObject({
      loss: 'pat',
      seeds: 3,
      'paper meanIoU': 76.69,
      'minus PAT': null,
      'minus CE': whole(cells[7].against[0].compared).value,
    });
    expect(rows[2]).toMatchObject({ loss: 'ldam', seeds: 0, meanIoU: null });
  });

  it('gives the same bytes again, and from records in another order', () => {
    const first = [...tableFiles(table)];
    expect(first.map(([file]) => file)).toEqual(['table1.tex', 'table1.md', 'table1.csv']);
    const shuffled = [...records].reverse();
    const again = tableOfRecords(tableNamed('table1'), shuffled, { ...settings, runs });
    expect([...tableFiles(again)]).toEqual(first);
    const same = resultTable(tableNamed('table1'), results, { ...settings, runs });
    expect([...tableFiles(same)]).toEqual(first);
  });

  it('takes no record of other settings or seeds', () => {
    const of = (other: object) =>
      tableOfRecords(
        tableNamed('table1'),
        recordsOf(plan({ ...grid, ...other }), () => 0.9),
        { ...settings, runs },
      ).cells;
    expect(of({ epochs: [11], seed: [0] }).every(({ summary }) => summary === null)).toBe(true);
    expect(of({ seed: [0, 7] })[0].summary?.seeds).toEqual([0]);
  });
});

it('every table can be made without a run', () => {
  for (const specification of tableSpecifications) {
    if (specification.presets.length === 0) continue;
    const table = tableOfRecords(specification, [], settings);
    expect(table.cells.every(({ summary }) => summary === null)).toBe(true);
    for (const text of tableFiles(table).values()) expect(text).not.toMatch(/NaN|undefined|null/);
  }
});

it('Table 3 has the paper’s rows by their place', () => {
  const temperatures = plan({
    dataset: [{ name: 'nyuv2' }],
    'model.name': ['segnet', 'unet'],
    loss: [0.5, 1].map((temperature) => ({ name: 'pat', temperature })),
    seed: [0],
  });
  const skill = ({ config: { loss } }: (typeof temperatures)[number]) =>
    loss.name === 'pat' && loss.temperature === 1 ? 0.5 : 0.6;
  const own = { ...settings, runs: temperatures };
  const { tables, cells } = tableOfRecords(
    tableNamed('table3'),
    recordsOf(temperatures, skill),
    own,
  );
  expect(tables[0].rows.map(({ labels, cells: [paper] }) => [...labels, paper?.value])).toEqual([
    ['SegNet', 'PAT, τ = 0.5', 19.35],
    ['SegNet', 'PAT, τ = 1', 19.49],
    ['UNet', 'PAT, τ = 0.5', 18.23],
    ['UNet', 'PAT, τ = 1', 19.49],
  ]);
  expect(whole(cells[0].against[0].compared).value).toBeGreaterThan(0);
  expect(whole(cells[0].against[0].compared).low).toBeNull(); // one seed
  expect(cells[1].against[0]).toEqual({ reference: 'τ = 1', compared: null });
});

it('the ablation says which parts of PAT a loss has', () => {
  const { tables } = tableOfRecords(tableNamed('ablation'), [], settings);
  const labels = tables[0].rows.map((row) => row.labels.join(' '));
  expect(labels.slice(0, 4)).toEqual(['CE no no', 'PAT yes no', 'PAT no yes', 'PAT yes yes']);
  expect(tables.map(({ name }) => name)).toContain('ablation-nyuv2-statistics');
});

describe('a sweep of one’s own', () => {
  const sizes: [number, number][] = [
    [48, 64],
    [96, 128],
  ];
  const own = plan({
    dataset: sizes.map((size) => ({ name: 'camvid', size })),
    loss: [{ name: 'crossEntropy' }, { name: 'pat' }],
    seed: [0, 1],
  });
  const isLarge = ({ config }: (typeof own)[number]) => config.dataset.size[0] === 96;
  const quality = (run: (typeof own)[number]) =>
    (isLarge(run) ? 0.3 : 0) + (run.config.loss.name === 'pat' ? 0.6 : 0.5);
  const of = (skill: typeof quality | ((run: (typeof own)[number]) => number | null)) =>
    tableOfRecords(tableNamed('runs'), recordsOf(own, skill).reverse(), settings);

  it('is compared within its size alone', () => {
    const { cells, tables } = of(quality);
    expect(cells).toHaveLength(4);
    expect(tables).toHaveLength(2);
    const mean = (large: boolean, loss: string) => {
      const found = cells.find(
        (cell) => cell.loss.name === loss && (cell.config.dataset.size[0] === 96) === large,
      );
      return { found, value: found?.summary?.scores.meanIoU?.mean ?? NaN };
    };
    for (const large of [false, true]) {
      const [pat, ce] = [mean(large, 'pat'), mean(large, 'crossEntropy')];
      const { value } = whole(pat.found?.against[0].compared ?? null);
      expect(value).toBeCloseTo(pat.value - ce.value, 12);
    }
  });

  it('has no difference where the other loss has only another size', () => {
    const { cells } = of((run) => (isLarge(run) === (run.config.loss.name === 'pat') ? 0.6 : null));
    expect(cells).toHaveLength(2);
    expect(cells.map(({ against }) => against[0].compared)).toEqual([null, null]);
  });

  it('has a winner for each size', () => {
    const table = of((run) => (isLarge(run) ? 1.4 - quality(run) : quality(run)));
    const [winners] = table.specification.closing?.(table) ?? [];
    const first = new Map(winners.rows.map(({ labels }) => [labels[0], labels[1]]));
    expect(first.get('CamVid, size 48×64, SegNet')).toBe('PAT');
    expect(first.get('CamVid, size 96×128, SegNet')).toBe('CE');
    expect(winners.rows.map(({ cells: [delta] }) => Math.sign(delta?.value ?? 0)).sort()).toEqual([
      -1, 1,
    ]);
  });
});

describe.each(['laptop', 'reference'])('data/results/%s/tables', (own) => {
  const folder = path.resolve(__dirname, '../data/results', own);
  const names = tableSpecifications
    .filter(({ presets }) => presets.length > 0)
    .map(({ name }) => name);
  const known = new Map<string, Results>();
  const resultsOf = async (split: 'valid' | 'test', selection?: Criterion) => {
    const key = `${split} ${selection}`;
    const found =
      known.get(key) ?? new Results((await readRecords(folder, { split, selection })).records);
    known.set(key, found);
    return found;
  };

  it('leave out no record that cannot be read', async () => {
    expect((await readRecords(folder, { split: 'test' })).skipped).toEqual([]);
  });

  it.each(names)('%s is what the records give', { timeout: 240_000 }, async (name) => {
    const specification = tableNamed(name);
    const { split = 'test', selection } = specification;
    const results = await resultsOf(split, selection);
    const table = resultTable(specification, results, { scale: 'laptop', split });
    const isEmpty =
      table.tables.length === 0 || table.cells.every(({ cell }) => cell === undefined);
    for (const [file, text] of tableFiles(table)) {
      const written = await readFile(path.join(folder, 'tables', file), 'utf8').catch(() => null);
      expect(written === (isEmpty ? null : text), `${file}: run npm run tables`).toBe(true);
    }
  });
});
