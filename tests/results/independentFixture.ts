/** What tests/fixtures/results.py found in the committed records, and how far the kit's numbers may be from it. */
import { readFileSync } from 'node:fs';
import { ClaimRuns } from '../../lib/claims';
import type { TableCell } from '../../lib/print/table';
import { readRecords } from '../../lib/results/records';
import type { RunScore } from '../../lib/results/scorer';
import { presetNames } from '../../lib/sweeps/presets';
import { resultTable, tableNamed, tableSpecifications } from '../../lib/tables';
import type { TableCellResult } from '../../lib/tables';
import { expectClose } from '../support/closeness';

/** Low, high, and the standard error of each. */
export type Ends = [number, number, number, number];
/** A value and its ends. */
export type Interval = [number, ...Ends];
export type Contrasts = Record<string, Interval | undefined>;
type Means = (number | null)[];

interface Fixture {
  draws: number;
  batches: number;
  /** The order of all lists of scores; null is a score that the records do not have. */
  scores: RunScore[];
  /** Images and clusters of each data set. */
  images: Record<string, [number, number]>;
  calibration: Record<'test' | 'valid', { pairs: number; significant: [number, number] }>;
  runs: Record<string, Means>;
  cells: Record<string, { mean: Means; deviation: Means; interval: Ends }>;
  tables: Record<string, Record<string, Contrasts>>;
  primary: {
    contrast: [dataset: string, left: string, right: string, score: RunScore];
    difference: Interval;
    p: [number, number];
    holm: [number, number];
  }[];
  patOverCE: Record<string, Record<string, Interval>>;
  ranges: Record<string, Interval>;
  claims: Record<string, { score: RunScore; each: number[]; mean: Interval } | undefined>;
  tuning: Record<string, { mean: Means; interval: Ends; chosen: boolean }>;
}

export const fixture = JSON.parse(readFileSync('tests/fixtures/results.json', 'utf8')) as Fixture;

export const folder = 'data/results/laptop';
/** Every table of these records: not those of another study, nor of a sweep of one's own. */
export const names = tableSpecifications
  .filter(({ presets }) => presets.some((name) => presetNames.includes(name)))
  .map(({ name }) => name);

async function readKit() {
  const records = {
    test: await readRecords(folder, { split: 'test' }),
    valid: await readRecords(folder, { split: 'valid' }),
  };
  const runs = {
    test: new ClaimRuns(records.test.records),
    valid: new ClaimRuns(records.valid.records),
  };
  const tables = names.map((name) => {
    const specification = tableNamed(name);
    const { split = 'test' } = specification;
    const { results } = runs[split];
    return [name, resultTable(specification, results, { scale: 'laptop', split })] as const;
  });
  return { records, runs, tables: new Map(tables) };
}

/** What the kit says of the same files, computed once. */
export const kit = readKit();

type Placed = Pick<TableCellResult, 'dataset' | 'network' | 'loss'>;

/** As the fixture names a cell: by the options that its records' files have, which leave out whose classes are counted. */
export function idOf({ dataset, network, loss }: Placed): string {
  const options = Object.entries(loss).filter(([key]) => key !== 'classCounts');
  return `${dataset}/${network}/${JSON.stringify(Object.fromEntries(options))}`;
}

/** The contrasts of each cell of a table; of tables that compare no cells, cells without any. */
export function rowsOf(name: string): Record<string, Contrasts> {
  const { table1, table2 } = fixture.tables;
  const without = (cells: object) => Object.fromEntries(Object.keys(cells).map((id) => [id, {}]));
  if (name === 'tuning') return without(fixture.tuning);
  return name in fixture.tables ? fixture.tables[name] : without({ ...table1, ...table2 });
}

/** Equal to 1e-9; null for null. */
export function expectExactly(actual: number | null | undefined, expected: number | null): void {
  if (expected === null && (actual ?? null) === null) return;
  expectClose(actual ?? NaN, expected ?? NaN, { relative: 0, absolute: 1e-9 });
}

/** Within four standard errors of one computation by as many draws. */
export function expectNear(actual: number, expected: number, error: number, rounding = 1e-6): void {
  // The fixture's own number is a mean over batches, rounded.
  const absolute = 4 * error * Math.sqrt(1 + 1 / fixture.batches) + rounding;
  expectClose(actual, expected, { relative: 0, absolute });
}

export function expectEnds(
  actual: readonly number[],
  [low, high, ofLow, ofHigh]: Ends,
  factor = 1,
): void {
  expectNear(actual[0] / factor, low, ofLow);
  expectNear(actual[1] / factor, high, ofHigh);
}

/** Value, low and high. */
export function expectInterval(
  [value, ...ends]: readonly number[],
  [expected, ...rest]: Interval,
  factor = 1,
): void {
  expectExactly(value / factor, expected);
  expectEnds(ends, rest, factor);
}

export const valuesOf = (cells: readonly (TableCell | null)[]) =>
  cells.map((cell) => cell?.value ?? NaN);

/** What an interval says; undefined where an end is so close to a limit that other draws may say something else. */
export function outcomeOf([, low, high, ofLow, ofHigh]: Interval) {
  const isNear = (end: number, error: number) =>
    [-0.01, 0, 0.01].some((limit) => Math.abs(end - limit) < 5 * error);
  if (isNear(low, ofLow) || isNear(high, ofHigh)) return undefined;
  if (low > 0) return 'above';
  if (high < 0) return 'below';
  return low > -0.01 && high < 0.01 ? 'equal' : 'undecided';
}
