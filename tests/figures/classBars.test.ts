import { describe, expect, it } from 'vitest';
import { classBarsFigure } from '../../lib/figures/classBars';
import { Results, summarize } from '../../lib/results';
import { plan, recordsOf } from '../results/plannedRecords';

const runs = plan({ loss: [{ name: 'crossEntropy' }, { name: 'pat' }], seed: [0, 1, 2] });
const skill = { crossEntropy: 0.6, pat: 0.8 } as Record<string, number>;
const records = recordsOf(runs, ({ config }) => skill[config.loss.name]);
const results = new Results(records, { resamples: 10 });
const { cells } = results;
const series = cells.map((cell) => {
  return { label: cell.loss.name, cell, summary: summarize(cell, results) };
});

describe('classBarsFigure', () => {
  const figure = classBarsFigure(series, { dataset: 'CamVid' });

  it('draws the classes by their pixels, with the deviation over the seeds', () => {
    const [ce, pat] = figure.data as unknown as {
      name: string;
      x: string[];
      y: number[];
      error_y?: { array: number[] };
    }[];
    expect([ce.name, pat.name]).toEqual(['crossEntropy', 'pat']);
    expect(ce.x.map((text) => text.split(' ')[0])).toEqual(['road', 'car', 'sign']);
    const { iou } = series[1].summary;
    pat.y.forEach((value, id) => expect(value).toBeCloseTo(100 * (iou[id]?.mean ?? NaN), 1));
    expect(pat.error_y?.array[2]).toBeCloseTo(100 * (iou[2]?.deviation ?? NaN), 1);
    expect(figure.layout.annotations?.map(({ text }) => text)).toEqual(['head', 'body', 'tail']);
    expect(figure.layout.shapes).toMatchObject([{ x0: 0.5, x1: 1.5 }]);
    expect(figure.caption).toContain('(3 each)');
  });

  it('has a row for each bar', () => {
    expect(figure.rows).toHaveLength(6);
    expect(figure.rows[5]).toMatchObject({ series: 'pat', class: 'sign', group: 'tail', seeds: 3 });
    expect(figure.rows[5].iou).toBe(series[1].summary.iou[2]?.mean);
  });

  it('draws no whiskers for one seed, and says how many seeds each has', () => {
    const one = { ...series[0].cell, runs: series[0].cell.runs.slice(1) };
    const single = { ...one, runs: one.runs.slice(0, 1) };
    const few = { label: 'few', cell: single, summary: summarize(single, results) };
    const { data, caption } = classBarsFigure([few, series[1]], { dataset: 'CamVid' });
    expect(data[0]).not.toHaveProperty('error_y');
    expect(caption).toContain('(few: 1; pat: 3)');
  });

  it('refuses nothing, and other labels', () => {
    expect(() => classBarsFigure([], { dataset: '' })).toThrow('a non-empty array');
    const { cell } = series[1];
    const counts = [...cell.runs[0].counts].reverse();
    const other = { ...series[1], cell: { ...cell, runs: [{ ...cell.runs[0], counts }] } };
    expect(() => classBarsFigure([series[0], other], { dataset: '' })).toThrow('the same labels');
  });
});
