/**
 * The committed records against tests/fixtures/results.json, which results.py computes from the same files by numpy.
 *
 * Scores, their deviations and differences are equal to 1e-9. An interval's ends are random: the fixture has their mean
 * over 100 computations with other random numbers, of as many draws as the kit's, and their standard deviation, which is the
 * standard error of one such computation. The kit's must lie within four of them (and within one draw's share, for p).
 */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { claims } from '../../lib/claims';
import { lossLabel } from '../../lib/losses/lossLabels';
import { calibrate } from '../../lib/results/calibration';
import { runScores, scoreFacts } from '../../lib/results/scorer';
import type { ResultTable } from '../../lib/tables';
import { tableFiles } from '../../lib/tables/tableFiles';
import {
  expectEnds,
  expectExactly,
  expectInterval,
  expectNear,
  fixture,
} from './independentFixture';
import { folder, idOf, kit, names, rowsOf } from './independentFixture';
import { kinds } from './independentTables';

const { scores } = fixture;
const tableOf = async (name: string) => (await kit).tables.get(name) as ResultTable;

it('has every score of every run', async () => {
  const { records, runs } = await kit;
  expect(records.test.skipped).toEqual([]);
  const files = records.test.records.map(({ file }) => path.relative(folder, file));
  expect(files.sort()).toEqual(Object.keys(fixture.runs).sort());
  expect([...scores].sort()).toEqual([...runScores].sort());
  for (const cell of runs.test.cells) {
    scores.forEach((score, i) => {
      const own = runs.test.results.values(cell, score);
      const expected = cell.runs.map(({ file }) => fixture.runs[path.relative(folder, file)][i]);
      expected.forEach((value, k) => expectExactly(own[k], value));
    });
  }
});

it('counts the images and the clusters', async () => {
  const { runs } = await kit;
  for (const cell of runs.test.cells) {
    const clusters = runs.test.results.estimate(cell, { score: 'meanIoU' })?.clusters;
    const counted = [cell.runs[0].perImage?.names.length, clusters];
    expect(counted).toEqual(fixture.images[cell.dataset]);
  }
});

it.each(['test', 'valid'] as const)('is calibrated as often on the %s split', async (split) => {
  const { runs } = await kit;
  const { pairs, significant } = calibrate(runs[split].results, 'meanIoU');
  const expected = fixture.calibration[split];
  expect(pairs).toBe(expected.pairs);
  expectNear(significant, ...expected.significant);
});

/** Fields of one line; a quoted one may hold commas. */
const fieldsOf = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted ?? bare,
  );

/** Columns that hold no number of ours. */
const others = /^(dataset|network|loss|label|seeds planned|seeds|clusters|paper .*)$/;

describe.each(names)('%s.csv', (name) => {
  const contrasts = rowsOf(name);
  const readTable = async () => {
    const table = await tableOf(name);
    const text = tableFiles(table).get(`${name}.csv`) ?? '';
    const [columns, ...lines] = text.trim().split('\r\n').map(fieldsOf);
    return { cells: table.cells, columns, lines };
  };

  it('has a row for each cell', async () => {
    const { cells, lines } = await readTable();
    expect(lines).toHaveLength(cells.length);
    expect(cells.map(idOf).sort()).toEqual(Object.keys(contrasts).sort());
  });

  it('holds the same numbers', async () => {
    const { cells, columns, lines } = await readTable();
    lines.forEach((fields, i) => {
      const { dataset, network, loss } = cells[i];
      const id = idOf(cells[i]);
      const field = (column: string) => fields[columns.indexOf(column)];
      const seen = new Set<string>();
      const number = (column: string) => {
        seen.add(column);
        return field(column) === '' ? null : Number(field(column));
      };
      const three = (title: string) =>
        ['', ' low', ' high'].map((part) => number(`${title}${part}`) ?? NaN);
      expect(['dataset', 'network', 'label'].map(field)).toEqual([
        dataset,
        network,
        lossLabel(loss),
      ]);
      const isSearch = name === 'tuning'; // one seed
      expect(field('seeds')).toBe(isSearch ? '1' : '3');
      const { mean, interval } = isSearch ? fixture.tuning[id] : fixture.cells[id];
      scores.forEach((score, k) => {
        const deviation = isSearch ? null : fixture.cells[id].deviation[k];
        expectExactly(number(score), mean[k]);
        expectExactly(number(`${score} deviation`), deviation);
      });
      expectEnds(three('meanIoU').slice(1), interval);
      for (const [title, expected] of Object.entries(contrasts[id])) {
        if (expected) expectInterval(three(`minus ${title}`), expected);
      }
      const rest = columns.filter((column) => !seen.has(column) && !others.test(column));
      expect(rest.map(field).join('')).toBe(''); // a loss is not compared with itself
    });
  });
});

it.each(names)('the tables of %s.md and .tex hold the same numbers', async (name) => {
  const table = await tableOf(name);
  const all = [...table.tables, ...(table.specification.closing?.(table) ?? [])];
  const lines = (tableFiles(table).get(`${name}.md`) ?? '').split('\n');
  const shown = lines.filter((line) => line.startsWith('| ')).length;
  expect(shown).toBe(all.reduce((sum, one) => sum + 2 + one.rows.length, 0)); // 2: header and rule
  for (const { name: title, rows } of all) {
    const own = table.cells.filter(({ dataset }) => title.includes(`-${dataset}-`));
    const kind = title.slice(title.lastIndexOf('-') + 1);
    expect(Object.keys(kinds)).toContain(kind);
    kinds[kind](table, rows, own);
  }
});

const judged =
  /^(rare-classes|head-kept|table1-|table2-|ablation-|balanced-softmax-|class-balanced-|temperature-)/;
const compared = claims.filter(({ id }) => judged.test(id));

it.each(compared)('judges $id by the same differences', async ({ id, judge }) => {
  const { runs } = await kit;
  const { verdict, measured, comparisons } = judge({ runs: runs.test });
  const expected = fixture.claims[id];
  if (expected === undefined) {
    expect(verdict).toBe('not testable here');
    return;
  }
  // Sentences have points of shares, with one decimal, and other scores with two.
  const { isShare } = scoreFacts[expected.score];
  const [factor, rounding] = isShare ? [100, 0.05] : [1, 0.005];
  const each = comparisons.map(({ value }) => value / factor).sort((a, b) => a - b);
  expect(each).toHaveLength(expected.each.length);
  each.forEach((value, i) => expectExactly(value, expected.each[i]));
  const numbers = /: (\S+) \[(\S+), (\S+)\]/.exec(measured)?.slice(1) ?? [];
  const shown = numbers.map((text) => Number(text.replace('−', '-')));
  const [value, low, high, ofLow, ofHigh] = expected.mean.map((one) => factor * one);
  expectNear(shown[0], value, 0, rounding + 1e-9);
  expectNear(shown[1], low, ofLow, rounding + 1e-4);
  expectNear(shown[2], high, ofHigh, rounding + 1e-4);
});

it('knows no claim that the ledger lacks', () => {
  const ids = compared.map(({ id }) => id);
  expect(Object.keys(fixture.claims).filter((id) => !ids.includes(id))).toEqual([]);
});
