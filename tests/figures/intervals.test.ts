import { describe, expect, it } from 'vitest';
import { intervalsFigure } from '../../lib/figures/intervals';
import type { IntervalRow } from '../../lib/figures/intervals';

const row = (label: string, value: number): IntervalRow => {
  return { label, value, low: value - 0.01, high: value + 0.02 };
};
const options = { reference: 'CE', setting: 'SegNet of width 8' };

interface Trace {
  name: string;
  xaxis: string;
  showlegend: boolean;
  x: number[];
  y: number[];
  error_x: { array: number[]; arrayminus: number[] };
  marker: { color: string };
}
const traces = (figure: { data: unknown[] }) => figure.data as Trace[];

describe('intervalsFigure', () => {
  const panels = [
    { title: 'CamVid', rows: [row('Focal', 0.03), row('PAT', -0.02)] },
    { title: 'NYUv2', rows: [row('PAT', 0.1)] },
  ];
  const figure = intervalsFigure(panels, options);

  it('draws points with intervals, without marks of significance (wrong today 8: descriptive)', () => {
    const [first, second] = traces(figure);
    expect(first).toMatchObject({ x: [3, -2], y: [0, 1], xaxis: 'x', showlegend: false });
    expect(first.error_x).toMatchObject({ array: [2, 2], arrayminus: [1, 1] });
    expect(second).toMatchObject({ x: [10], y: [1], xaxis: 'x2' });
    for (const { marker } of traces(figure)) expect(typeof marker.color).toBe('string');
    expect(JSON.stringify(figure)).not.toMatch(/corrected p|\*\*|significant/);
  });

  it('leaves a row far outside of all others at the axis’s end, with its value', () => {
    const rows = [row('Focal', 0.02), row('PAT', -0.05), row('BMS', -0.3)];
    const { layout } = intervalsFigure([{ title: 'CamVid', rows }], options);
    expect(layout.xaxis?.range?.[0]).toBeGreaterThan(-8);
    expect(layout.annotations).toContainEqual(
      expect.objectContaining({ text: '← −30.0', y: 2, xanchor: 'left' }),
    );
    const near = intervalsFigure([{ title: 'CamVid', rows: rows.slice(0, 2) }], options);
    expect(near.layout.annotations).toHaveLength(1);
    const whole = intervalsFigure([{ title: 'CamVid', rows }], { ...options, cut: false });
    expect(whole.layout.xaxis?.range?.[0]).toBeLessThan(-31);
    expect(whole.layout.annotations).toHaveLength(1);
    expect(whole.caption).not.toContain('arrow');
  });

  it('sets long labels in lines', () => {
    const rows = [row('LDAM, s = 1 until epoch 48, then LDAM, s = 1, β = 0.999999', 0.01)];
    const { layout, rows: csv } = intervalsFigure([{ title: 'CamVid', rows }], options);
    expect(layout.yaxis?.ticktext).toEqual([
      'LDAM, s = 1 until epoch 48, then<br>LDAM, s = 1, β = 0.999999',
    ]);
    expect(csv[0].label).toBe(rows[0].label);
  });

  it('has zero in sight in every panel, and the labels once', () => {
    const { xaxis2, yaxis, yaxis2, annotations } = figure.layout;
    expect(xaxis2?.range?.[0]).toBeLessThan(0);
    expect(xaxis2?.range?.[1]).toBeGreaterThan(12);
    expect(yaxis).toMatchObject({ ticktext: ['Focal', 'PAT'], showticklabels: true });
    expect(yaxis2?.showticklabels).toBe(false);
    expect(annotations?.map(({ text }) => text)).toEqual(['CamVid', 'NYUv2']);
    expect(figure.rows[0]).toEqual({
      ...{ dataset: 'CamVid', label: 'Focal', series: '', reference: 'CE' },
      ...{ difference: 0.03, low: 0.03 - 0.01, high: 0.03 + 0.02 },
    });
  });

  it('leaves room for title and axis above and below a single row', () => {
    const { aspectRatio } = intervalsFigure(
      [{ title: 'CamVid', rows: [row('PAT', 0.1)] }],
      options,
    );
    expect(240 * aspectRatio).toBeGreaterThan(65); // points, in the narrowest column: three lines of text and their gaps
  });

  it('tells series apart, side by side, each once in the legend', () => {
    const both = ['UNet', 'UNet++'].map((series) => ({ ...row('PAT', 0.1), series }));
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
    const bare = { ...row('PAT', 0.1), low: null, high: null };
    const [{ error_x }] = traces(intervalsFigure([{ title: 'a', rows: [bare] }], options));
    expect(error_x).toMatchObject({ array: [0], arrayminus: [0] });
    expect(() => intervalsFigure([{ title: 'a', rows: [] }], options)).toThrow('panels with rows');
  });

  it('says how often runs of one loss differ by the same intervals, where that is known', () => {
    const calibration = { score: 'meanIoU', pairs: 200, significant: 10 } as const;
    const { caption } = intervalsFigure(panels, { ...options, calibration });
    expect(caption).toContain('of 200 pairs of runs that differ only in their seed, 5.0 % have p');
    expect(figure.caption).not.toContain('pairs of runs');
    expect(figure.caption).toContain('not corrected for their number');
  });
});
