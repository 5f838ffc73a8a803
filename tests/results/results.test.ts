import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupCells, readRecords, Results, runScores, spread, summarize } from '../../lib/results';
import { plannedCells } from '../../lib/results/plannedCells';
import { thirdsOf } from '../../lib/results/scorer';
import { withFolder } from '../datasets/files';
import { plan, recordsOf } from './plannedRecords';
import { record } from './recordFiles';

/** Writes each value (text as it is) and reads the folder back. */
const written = (files: Record<string, unknown>, split?: 'valid' | 'test') =>
  withFolder(async (folder) => {
    for (const [name, value] of Object.entries(files)) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));
    }
    const { records, skipped } = await readRecords(folder, { split });
    const relative = (file: string) => path.relative(folder, file);
    return {
      records,
      files: records.map(({ file }) => relative(file)),
      skipped: skipped.map(({ file, reason }) => `${relative(file)}: ${reason}`),
    };
  });

describe('readRecords', () => {
  it('reads run folders and committed files, names what it skips', async () => {
    const whole = record();
    const { files, records, skipped } = await written({
      'runs/a/record.json': whole,
      'runs/a/config.json': whole.config,
      'runs/b/config.json': whole.config, // not finished
      'results/c.json': record({ seed: 1 }),
      'results/torn.json': JSON.stringify(whole).slice(0, 500),
      'results/foreign.json': { hello: 1 },
      'results/wrong.json': { ...whole, counts: [[1]] },
      'results/other.json': { ...whole, perImage: record({ seed: 5 }).perImage },
      '.hidden/d.json': whole,
      'notes.txt': 'text',
    });
    expect(files).toEqual(['results/c.json', 'runs/a/record.json']);
    expect(skipped).toEqual([
      "results/foreign.json: not a run's record: config: Required",
      'results/other.json: perImage.hits does not add up to counts',
      'results/torn.json: torn: not JSON',
      'results/wrong.json: counts are not 3 × 3, as there are classes',
    ]);
    expect(records[1].perImage).toEqual(whole.perImage);
    expect(records[1].scores.iou).toHaveLength(3);
  });

  it('reads the test split where a record has it', async () => {
    const test = { counts: record({ seed: 3 }).counts };
    const files = { 'a.json': { ...record(), test }, 'b.json': record() };
    const { records, skipped } = await written(files, 'test');
    expect(records.map(({ counts, split }) => [counts, split])).toEqual([[test.counts, 'test']]);
    expect(skipped).toEqual(['b.json: holds no scores of the test split']);
  });

  it('reads a loss of version 1.0 as one that counts the batch, refuses a void of its own', async () => {
    const { records, skipped } = await written({
      'a.json': { ...record({ loss: { name: 'ldam' } }), trainingPixels: [5, 3, 0] },
      'b.json': record({ loss: { name: 'pat', ignoreIndex: 0 } }),
      'c.json': record({ loss: { name: 'ldam', classCounts: 'dataset' }, seed: 1 }),
    });
    expect(records.map(({ config }) => config.loss)).toEqual([
      { name: 'ldam', classCounts: 'batch' },
      { name: 'ldam', classCounts: 'dataset' },
    ]);
    expect(records.map(({ trainingPixels }) => trainingPixels)).toEqual([[5, 3, 0], undefined]);
    expect(skipped[0]).toMatch(/^b\.json: .*loss\.ignoreIndex must be absent, got 0/);
    expect(groupCells(records).cells).toHaveLength(2);
  });

  it('refuses a folder that is not there', async () => {
    await expect(readRecords('/nowhere/at/all')).rejects.toThrow('folders that can be read');
  });
});

describe('groupCells and summarize', () => {
  it('puts runs that differ in the seed alone together, and names a run that comes twice', async () => {
    const { records } = await written({
      'a.json': record({ seed: 1, dataset: { root: '/a' } }),
      'b.json': record({ seed: 0 }),
      'c.json': record({ loss: { name: 'pat', temperature: 2 } }),
      'd.json': record({ seed: 1 }),
      'e.json': record({ dataset: { size: [48, 64] } }),
    });
    const { cells, skipped } = groupCells(records);
    const seeds = cells.map(({ runs }) => runs.map(({ config }) => config.seed));
    expect(seeds).toEqual([[0, 1], [0], [0]]);
    expect(cells[1].loss).toEqual({ name: 'pat', temperature: 2 });
    expect(skipped.map(({ reason }) => path.basename(reason))).toEqual(['a.json']);
  });

  it('gives mean and deviation of every score, classes and their thirds, in any order of files', async () => {
    const files = [2, 0, 1].map((seed) => [
      `${seed}.json`,
      { ...record({ seed }), trainingPixels: [10, 30, 20] },
    ]);
    const { records } = await written(Object.fromEntries(files) as Record<string, unknown>);
    const results = new Results(records, { resamples: 100 });
    const [cell] = results.cells;
    const summary = summarize(cell, results);
    expect(summary.seeds).toEqual([0, 1, 2]);
    expect(Object.keys(summary.scores).sort()).toEqual([...runScores].sort());
    expect(summary.scores.meanIoU).toEqual(spread(cell.runs.map(({ scores }) => scores.meanIoU)));
    expect(summary.scores.crossEntropy).toBeNull();
    expect(summary.iou.map((class_) => class_?.deviation)).not.toContain(null);
    expect(summary.thirds).toEqual({ head: [1], body: [2], tail: [0] });
    expect(summary.thirdsBy).toBe('train');
    expect(summary.scores.tailIoU).toEqual(summary.iou[0]);
    const again = new Results([...records].reverse(), { resamples: 100 });
    expect(summarize(again.cells[0], again)).toEqual(summary);
    const older = records.map((one) => ({ ...one, trainingPixels: undefined }));
    expect(summarize(groupCells(older).cells[0], results).thirdsBy).toBe('scored');
    expect(thirdsOf(older[0])).toEqual({ head: [0], body: [1], tail: [2] });
  });
});

describe('plannedCells', () => {
  const grid = { loss: [{ name: 'crossEntropy' }, { name: 'pat' }], seed: [0, 1] };
  const runs = plan(grid);

  it('are in the order of the plan, with the runs that are there', () => {
    const records = recordsOf(runs, ({ config: { loss, seed } }) =>
      loss.name === 'pat' && seed === 1 ? null : 0.6,
    );
    const { cells } = new Results(records.reverse(), { resamples: 10 });
    const planned = plannedCells(runs, cells, 'test');
    expect(planned.map(({ loss, seeds }) => [loss.name, seeds])).toEqual([
      ['crossEntropy', [0, 1]],
      ['pat', [0, 1]],
    ]);
    expect(planned.map(({ cell }) => cell?.runs.map(({ config }) => config.seed))).toEqual([
      [0, 1],
      [0],
    ]);
    expect(plannedCells(runs, cells, 'valid').map(({ cell }) => cell)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('take no run of other settings and none of other seeds', () => {
    const cellsOf = (other: Partial<Parameters<typeof plan>[0]>) =>
      new Results(
        recordsOf(plan({ ...grid, ...other }), () => 0.6),
        { resamples: 10 },
      ).cells;
    const found = (cells: ReturnType<typeof cellsOf>) =>
      plannedCells(runs, cells, 'test').map(({ cell }) => cell?.runs.length);
    expect(found(cellsOf({ epochs: [11] }))).toEqual([undefined, undefined]);
    expect(found(cellsOf({ seed: [0, 7] }))).toEqual([1, 1]);
    expect(found(cellsOf({ seed: [7] }))).toEqual([undefined, undefined]);
  });
});
