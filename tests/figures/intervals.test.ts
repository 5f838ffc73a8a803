import { describe, expect, it } from 'vitest';
import { intervalsFigure } from '../../lib/figures/intervals';
import type { IntervalRow } from '../../lib/figures/intervals';

const row = (label: string, difference: number, correctedP: number | null): IntervalRow => {
  return {
    label,
    difference,
    interval: { low: difference - 0.01, high: difference + 0.02 },
    correctedP,
  };
};
const options = { reference: 'CE', setting: 'SegNet of width 8' };

interface Trace {
  name: string;
  xaxis: string;
  showlegend: boolean;
  x: number[];
  y: number[];
  error_x: { array: number[]; arrayminus: number[] };
  marker: { color: string[] };
}
const traces = (figure: { data: unknown[] }) => figure.data as Trace[];

describe('intervalsFigure', () => {
  const panels = [
    { title: 'CamVid', rows: [row('Focal', 0.03, 0.04), row('PAT', -0.02, 0.2)] },
    { title: 'NYUv2', rows: [row('PAT', 0.1, null)] },
  ];
  const figure = intervalsFigure(panels, options);

  it('draws points with intervals, filled where the corrected p is below 0.05', () => {
    const [first, second] = traces(figure);
    expect(first).toMatchObject({ x: [3, -2], y: [0, 1], xaxis: 'x', showlegend: false });
    expect(first.error_x).toMatchObject({ array: [2, 2], arrayminus: [1, 1] });
    expect(first.marker.color[0]).not.toBe('#FFFFFF');
    expect(first.marker.color[1]).toBe('#FFFFFF');
    expect(second).toMatchObject({ x: [10], y: [1], xaxis: 'x2', marker: { color: ['#FFFFFF'] } });
  });

  it('has zero in sight in every panel, and the labels once', () => {
    const { xaxis2, yaxis, yaxis2, annotations } = figure.layout;
    expect(xaxis2?.range?.[0]).toBeLessThan(0);
    expect(xaxis2?.range?.[1]).toBeGreaterThan(12);
    expect(yaxis).toMatchObject({ ticktext: ['Focal', 'PAT'], showticklabels: true });
    expect(yaxis2?.showticklabels).toBe(false);
    expect(annotations?.map(({ text }) => text)).toEqual(['CamVid', 'NYUv2']);
    expect(figure.rows[0]).toMatchObject({
      dataset: 'CamVid',
      reference: 'CE',
      'corrected p': 0.04,
    });
  });

  it('tells series apart, side by side, each once in the legend', () => {
    const both = ['UNet', 'UNet++'].map((series) => ({ ...row('PAT', 0.1, 0.01), series }));
    const twice = intervalsFigure(
      [
        { title: 'a', rows: both },
        { title: 'b', rows: both },
      ],
      options,
    );
    expect(traces(twice).map(({ name, showlegend }) => [name, showlegend])).toEqual([
      ['UNet', true],
      ['UNet++', true],
      ['UNet', false],
      ['UNet++', false],
    ]);
    const [above, below] = traces(twice).map(({ y }) => y[0]);
    expect(above).toBeLessThan(0);
    expect(below).toBeCloseTo(-above, 10);
    expect(twice.aspectRatio).toBeGreaterThan(0.2);
    const alone = intervalsFigure([{ title: 'a', rows: both.slice(1) }], options);
    expect(traces(alone)[0].showlegend).toBe(false); // nothing to tell apart
  });

  it('draws a point alone where there is no interval, and refuses to draw nothing', () => {
    const bare = { ...row('PAT', 0.1, null), interval: null };
    const [{ error_x }] = traces(intervalsFigure([{ title: 'a', rows: [bare] }], options));
    expect(error_x).toMatchObject({ array: [0], arrayminus: [0] });
    expect(() => intervalsFigure([{ title: 'a', rows: [] }], options)).toThrow('panels with rows');
  });
});
