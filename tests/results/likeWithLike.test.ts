/**
 * A difference is one between runs that differ in the loss alone, on the same data: random sweeps of tiny stored records,
 * each printed Δ computed again from the two cells, whatever the folders, names and order of the files are.
 */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/check';
import { tableIntervals } from '../../lib/figures/tableFigures';
import { readRecords, Results } from '../../lib/results';
import { parseRecord } from '../../lib/runs/record';
import { tableNamed, tableOfRecords } from '../../lib/tables';
import { tableFiles } from '../../lib/tables/tableFiles';
import { record, scoredSplit } from './recordFiles';

const runs = Number(process.env.PAT_FUZZ_RUNS ?? 2000);
const settings = { scale: 'laptop', split: 'valid', resamples: 40 } as const;
type Stored = ReturnType<typeof record>;

async function withFiles<T>(files: [string, string][], work: (folder: string) => Promise<T>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'pat-like-'));
  try {
    for (const [name, text] of files) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Made {
  loss: { name: string } & Record<string, unknown>;
  size: [number, number];
  rate: number;
  seed: number;
  root: string;
}

/** Scores depend on all that is set, so that another setting's run gives another difference. */
function made({ loss, size, rate, seed, root }: Made): Stored {
  const text = JSON.stringify([loss, size, rate, seed, root]);
  const skill =
    0.3 + ([...text].reduce((all, one) => (31 * all + one.charCodeAt(0)) % 997, 7) / 997) * 0.6;
  const stored = record({ loss, seed, dataset: { name: 'folder', size, root } });
  const { counts, perImage } = scoredSplit(seed + 1, skill, 4);
  const config = { ...stored.config, optimizer: { name: 'adam', learningRate: rate } };
  return { ...stored, config, counts, perImage };
}

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const sweeps = fc.record({
  losses: some([{ name: 'crossEntropy' }, { name: 'pat', temperature: 2 }, { name: 'ldam' }]),
  sizes: some([
    [64, 96],
    [96, 144],
  ] as [number, number][]),
  rates: some([0.001, 0.01]),
  seeds: some([0, 1]),
  roots: some(['/data/a', '/data/b']),
  order: fc.integer(),
});

/** A file's name says nothing of what is in it. */
function named(all: readonly Stored[], order: number): [string, string][] {
  const place = (i: number) => (Math.imul(i + 1, order | 1) >>> 0).toString(36);
  return all
    .map((one, i): [string, string] => [
      `${place(i).slice(0, 1)}/${place(i)}-${i}.json`,
      JSON.stringify(one),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

async function tableIn(folder: string) {
  const { records, skipped } = await readRecords(folder);
  return { table: tableOfRecords(tableNamed('runs'), records, settings), skipped };
}

describe('a sweep of one’s own', () => {
  it('has differences of runs that differ in the loss alone, whatever its files are called', async () => {
    await fc.assert(
      fc.asyncProperty(sweeps, async ({ losses, sizes, rates, seeds, roots, order }) => {
        const all = roots.flatMap((root) =>
          sizes.flatMap((size) =>
            rates.flatMap((rate) =>
              losses.flatMap((loss) => seeds.map((seed) => made({ loss, size, rate, seed, root }))),
            ),
          ),
        );
        const [first, second] = [named(all, 1), named([...all].reverse(), order)];
        const text = await withFiles(first, async (folder) => {
          const { table, skipped } = await tableIn(folder);
          expect(skipped).toEqual([]);
          expect(table.leftOut).toEqual([]);
          expect(table.cells).toHaveLength(all.length / seeds.length);
          for (const { config, loss, against } of table.cells) {
            const alike = (name: string) =>
              all.filter(
                (one) =>
                  one.config.loss.name === name &&
                  JSON.stringify({ ...one.config, loss: 0, seed: 0, checkpoints: 0 }) ===
                    JSON.stringify({ ...config, loss: 0, seed: 0, checkpoints: 0 }),
              );
            const score = (runsOf: readonly Stored[]) =>
              runsOf.reduce((sum, { counts }) => sum + meanIoU(counts), 0) / runsOf.length;
            const [own, origin] = [alike(loss.name), alike('crossEntropy')];
            const compared = against[0].compared;
            if (loss.name === 'crossEntropy' || origin.length === 0) expect(compared).toBeNull();
            else if (compared && 'value' in compared) {
              expect(compared.value).toBeCloseTo(score(own) - score(origin), 12);
            } else throw new Error('no difference');
          }
          const files = tableFiles(table);
          const labels = [...(files.get('runs.tex') ?? '').matchAll(/\\label\{(.*?)\}/g)].map(
            ([, one]) => one,
          );
          expect(new Set(labels).size).toBe(labels.length);
          const panels = tableIntervals(table)?.layout.annotations ?? [];
          const titles = panels.map((panel) => panel.text);
          expect(new Set(titles).size).toBe(titles.length);
          const [head, ...lines] = (files.get('runs.csv') ?? '').trim().split('\r\n');
          // What stands before the numbers: data, network, loss, settings.
          const places = lines.map((line) => line.split(`,${seeds.length},${seeds.length},`)[0]);
          expect(new Set(places).size).toBe(lines.length);
          expect(head.includes('dataset.size')).toBe(sizes.length > 1);
          expect(head.includes('optimizer.learningRate')).toBe(rates.length > 1);
          return JSON.stringify([...files]);
        });
        await withFiles(second, async (folder) => {
          expect(JSON.stringify([...tableFiles((await tableIn(folder)).table)])).toBe(text);
        });
      }),
      { numRuns: 12, seed: 17 },
    );
  }, 120_000);
});

/** By its definition, for classes that are all in the labels. */
function meanIoU(counts: readonly (readonly number[])[]): number {
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  const each = counts.map(
    (row, c) => row[c] / (sum(row) + sum(counts.map((one) => one[c])) - row[c]),
  );
  return sum(each) / each.length;
}

describe('readRecords', () => {
  const one = (seed: number, more: object = {}) => JSON.stringify({ ...record({ seed }), ...more });

  it('finds runs inside runs, follows links once, and names what it cannot read', async () => {
    const files: [string, string][] = [
      ['a/config.json', '{}'],
      ['a/record.json', one(0)],
      ['a/seed1/config.json', '{}'],
      ['a/seed1/record.json', one(1)],
      ['null.json', 'null'],
      ['nothing.json', '{}'],
      ['torn.json', '{"config":'],
    ];
    await withFiles(files, async (folder) => {
      await symlink(path.join(folder, 'a'), path.join(folder, 'b'));
      await symlink(folder, path.join(folder, 'a', 'round'));
      await symlink(path.join(folder, 'gone'), path.join(folder, 'lost'));
      const { records, skipped } = await readRecords(folder);
      expect(records.map(({ config }) => config.seed)).toEqual([0, 1]);
      expect(skipped.map(({ file }) => path.relative(folder, file))).toEqual(
        expect.arrayContaining(['lost', 'nothing.json', 'null.json', 'torn.json']),
      );
      expect(skipped).toHaveLength(4);
    });
  });

  it('never averages other classes or other samples, nor chooses between runs of one seed by path', async () => {
    const other = scoredSplit(5, 0.9);
    const files: [string, string][] = [
      ['a.json', one(0)],
      ['b.json', one(1, { classNames: ['road', 'sign', 'car'] })],
      ['c.json', one(2, { samples: { train: 9, valid: 4 } })],
      ['d.json', one(3)],
      ['e.json', one(3, other)],
      ['f.json', one(0)],
    ];
    await withFiles(files, async (folder) => {
      const { records } = await readRecords(folder);
      const { cells, skipped } = new Results(records, { resamples: 20 });
      expect(cells.map(({ runs: own }) => own.map(({ config }) => config.seed)).sort()).toEqual([
        [0],
        [1],
        [2],
      ]);
      const reasons = new Map(skipped.map(({ file, reason }) => [path.basename(file), reason]));
      expect([...reasons.keys()].filter((name) => /[de]/.test(name[0])).sort()).toEqual([
        'd.json',
        'e.json',
      ]);
      expect(reasons.get('d.json')).toMatch(/seed 3 is also in .*e\.json, with other numbers/);
      expect(
        [...reasons.values()].filter((text) => text.startsWith('the same run as')),
      ).toHaveLength(1);
      const titles = new Set(cells.map(({ title }) => title));
      expect(titles.size).toBe(3);
    });
  });

  it(`of ${runs} changed records gives right values or an InputError that names the place`, () => {
    const whole = JSON.stringify(record());
    const json = JSON.parse(whole) as Record<string, unknown>;
    const paths: string[][] = [];
    const walk = (value: unknown, at: string[]) => {
      paths.push(at);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value).slice(0, 12)) walk(inner, [...at, key]);
    };
    walk(json, []);
    const changed = (at: string[], value: unknown): string => {
      if (at.length === 0) return JSON.stringify(value) ?? '';
      const copy = JSON.parse(whole) as Record<string, unknown>;
      let inner = copy;
      for (const key of at.slice(0, -1)) inner = inner[key] as Record<string, unknown>;
      inner[at[at.length - 1]] = value;
      return JSON.stringify(copy);
    };
    const texts = fc.oneof(
      fc.tuple(fc.constantFrom(...paths), fc.jsonValue()).map(([at, value]) => changed(at, value)),
      fc
        .tuple(fc.constantFrom(...paths), fc.constant(undefined))
        .map(([at, value]) => changed(at, value)),
      fc.nat(whole.length).map((length) => whole.slice(0, length)),
      fc.json(),
    );
    let accepted = 0;
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const stored = parseRecord('some/file.json', text);
          expect(stored.counts.length).toBe(stored.classNames.length);
          accepted += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: runs, seed: 24 },
    );
    expect(accepted).toBeGreaterThan(runs / 50);
    expect(accepted).toBeLessThan(runs);
  }, 120_000);
});
