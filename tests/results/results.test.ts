import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scoresFrom } from '../../lib/metrics';
import { Random } from '../../lib/random';
import { compareCells, groupCells, readRecords, spread, summarize } from '../../lib/results';
import { drawSets } from '../../lib/results/bootstrap';
import { drawnScores } from '../../lib/results/drawnScores';
import { imageMeanIoUs, setScorer } from '../../lib/results/perImage';
import { expectClose } from '../support/closeness';
import { withFolder } from '../datasets/files';
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

/** Cells of the losses in `skills`, three seeds each. */
async function cellsOf(skills: Record<string, number>) {
  const runs = Object.entries(skills).flatMap(([name, skill]) =>
    [2, 0, 1].map((seed) => [`${name}${seed}.json`, record({ loss: { name }, skill, seed })]),
  );
  const { records } = await written(Object.fromEntries(runs) as Record<string, unknown>);
  return groupCells(records).cells;
}

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

  it('gives mean, deviation, classes, groups and an interval that holds the mean', async () => {
    const [cell] = await cellsOf({ pat: 0.7 });
    const summary = summarize(cell, { resamples: 300 });
    const values = cell.runs.map(({ scores }) => scores.meanIoU);
    expect(summary.seeds).toEqual([0, 1, 2]);
    expect(summary.scores.meanIoU).toEqual(spread(values));
    expect(summary.iou.map((class_) => class_?.deviation)).not.toContain(null);
    expect(summary.groups.map(({ name, classes }) => [name, classes])).toEqual([
      ['head', [0]],
      ['body', [1]],
      ['tail', [2]],
    ]);
    expect(summary.groups[2].meanIoU).toEqual(summary.iou[2]);
    const { low = NaN, high = NaN } = summary.interval ?? {};
    const mean = summary.scores.meanIoU?.mean ?? NaN;
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
    expect(summarize(cell, { resamples: 300 })).toEqual(summary);
  });

  it('has no interval without counts for each image, or with other images', async () => {
    const bare = { ...record(), perImage: undefined };
    const { records } = await written({ 'a.json': bare });
    expect(summarize(groupCells(records).cells[0]).interval).toBeNull();
    const [cell] = await cellsOf({ pat: 0.7 });
    cell.runs[1].perImage?.names.reverse();
    expect(summarize(cell).interval).toBeNull();
  });

  it('scores a run on the sets drawn for a purpose, the same ones for every run', () => {
    const [first, second] = [record().perImage, record({ seed: 1 }).perImage];
    const draws = { purpose: 'test', seed: 3, resamples: 20 };
    const random = new Random(3).stream('test');
    const sets = drawSets(first.names.length, { random, resamples: 20 });
    for (const counts of [first, second]) {
      const expected = sets.map((set) => setScorer(counts)(set).pixelAccuracy);
      expect(drawnScores(counts, 'pixelAccuracy', draws)).toEqual(expected);
      expect(drawnScores(counts, 'meanIoU', draws)).not.toEqual(expected);
      const others = drawnScores(counts, 'pixelAccuracy', { ...draws, purpose: 'other' });
      expect(others).not.toEqual(expected);
    }
  });

  it('scores images as one set, also of images drawn twice', () => {
    const { counts, perImage } = record();
    const all = perImage.names.map((_, i) => i);
    const scoresOf = setScorer(perImage);
    const total = scoresOf(all);
    const sums = counts.map((row) => row.reduce((sum, value) => sum + value, 0));
    const hits = counts.map((row, c) => row[c]);
    const predicted = counts.map((_, c) => counts.reduce((sum, row) => sum + row[c], 0));
    expect(total).toEqual(scoresFrom({ hits, labelled: sums, predicted }));
    expectClose(scoresOf([3, 3]).meanIoU ?? NaN, imageMeanIoUs(perImage)[3] ?? NaN);
  });
});

describe('compareCells', () => {
  it('finds the better loss, corrects for the number of tests', async () => {
    const [pat, ...others] = await cellsOf({ pat: 0.75, ldam: 0.4, twin: 0.75 });
    expect(pat.loss.name).toBe('ldam'); // by path
    const [better, twin] = compareCells(pat, others, { resamples: 300 });
    expect(better).toMatchObject({ seeds: [0, 1, 2], images: 12 });
    expect(better.difference).toBeGreaterThan(0.1);
    expect(better.interval?.low).toBeGreaterThan(0);
    expect(better.test).toMatchObject({ pairs: 12, statistic: 0, method: 'exact' });
    expect(better.test?.p).toBe(2 / 2 ** 12);
    expect(better.correctedP).toBe(4 / 2 ** 12);
    expect(twin.test).toEqual(better.test);
    const [same] = compareCells(others[0], [others[1]]);
    expect(same).toMatchObject({ difference: 0, interval: { low: 0, high: 0 }, correctedP: 1 });
  });

  it('keeps to shared seeds, and refuses what cannot be compared', async () => {
    const [ldam, pat] = await cellsOf({ ldam: 0.4, pat: 0.7 });
    const one = { ...pat, runs: pat.runs.slice(1) };
    expect(compareCells(ldam, [one], { resamples: 10 })[0].seeds).toEqual([1, 2]);
    const none = { ...pat, runs: [] };
    expect(() => compareCells(ldam, [none])).toThrow('with a seed of the reference');
    expect(() => compareCells(ldam, [{ ...pat, network: 'unet' }])).toThrow('as the reference');
  });
});
