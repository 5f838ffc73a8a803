/** Two tiny runs on drawn scenes, compared as in a cell. */
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareRuns } from '../../lib/notebook/compareRuns';
import type { TrainingRun } from '../../lib/runs/trainingRuns';
import { tinyExperiment, trainTiny } from '../support/tinyRuns';

const folder = mkdtempSync(join(tmpdir(), 'pat-compare-'));
const { cache, resolve } = createRequire(__filename);
const jupyter = resolve('tslab/dist/jupyter.js');
const plotly = 'application/vnd.plotly.v1+json';
let outputs: Record<string, unknown>[] = [];
let first: TrainingRun;
let second: TrainingRun;

beforeAll(async () => {
  first = await trainTiny(folder, 'first', {});
  second = await trainTiny(folder, 'second', { seed: 1 });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes this process look like a tslab kernel whose cell is running. */
beforeEach(() => {
  outputs = [];
  const lastWriteDisplayData = (content: { data: Record<string, unknown> }) =>
    outputs.push(content.data);
  cache[jupyter] = { exports: { lastWriteDisplayData } } as unknown as NodeJS.Module;
});
afterEach(() => delete cache[jupyter]);

describe('compareRuns', () => {
  it('shows a table, curves, classes and predictions, and returns the figures', async () => {
    const view = await compareRuns(first.folder, second, { name: 'seeds' });
    expect(outputs.map((output) => (plotly in output ? 'figure' : 'table'))).toEqual([
      'table',
      ...['figure', 'figure', 'figure'],
    ]);
    const names = [view.curves, view.classDifferences, view.predictions].map((f) => f?.name);
    expect(names).toEqual(['seeds-curves', 'seeds-classes', 'seeds-predictions']);
    expect(view.predictions?.caption).toContain('predictions of seed 0; seed 1');
  });

  it('gives the scores of the records, by class and for both runs', async () => {
    const { classes, groups, classDifferences } = await compareRuns(first, second, {
      pictures: false,
    });
    for (const { classId, iou, difference } of classes) {
      const expected = [first, second].map(({ record }) => record.scores.iou[classId] ?? 0);
      expect(iou).toEqual(expected);
      expect(difference).toBe(expected[1] - expected[0]);
    }
    expect(groups.map(({ name }) => name)).toEqual(['head', 'body', 'tail']);
    expect(classDifferences.rows).toHaveLength(classes.length);
    expect(outputs).toHaveLength(3);
    const [{ 'text/plain': table }] = outputs;
    expect(table).toContain('SegNet of width 2 (valid)');
    const percent = (100 * (first.record.scores.meanIoU as number)).toFixed(1);
    expect(table).toContain(String(Number(percent)));
  });

  it('throws for a folder without a run, and runs on other images', async () => {
    await expect(compareRuns(join(folder, 'none'), second)).rejects.toThrow('readRun: folder');
    const dataset = { ...tinyExperiment.dataset, seed: 7 };
    const other = await trainTiny(folder, 'other', { dataset, epochs: 1 });
    await expect(compareRuns(first, other)).rejects.toThrow(
      "compareRuns: second must be a run of the first one's data, got other data",
    );
  });
});
