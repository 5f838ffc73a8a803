import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lossCurves } from '../../lib/analysis/lossCurves';
import { figure, restyle } from '../../lib/figures/figure';
import { lossCurvesFigure } from '../../lib/figures/lossCurvesFigure';
import { closeBrowser } from '../../lib/print/browser';
import { exportFigure } from '../../lib/print/export';
import { csvText } from '../../lib/print/plain';
import { printLayout } from '../../lib/print/style';
import { traceRows } from '../../lib/print/traceRows';

const epochs = [1, 2, 3];
/** As a newcomer writes it: no types, so `type` is any string. */
const lines = [
  { type: 'scatter', name: 'mine', x: epochs, y: Float32Array.of(4, 2, 1) },
  { type: 'scatter', name: 'theirs', x: epochs, y: [3, 2.5, 2] },
];

afterAll(closeBrowser);

describe('figure', () => {
  it('takes plain Plotly traces and titles, in the look of a venue', () => {
    const layout = {
      title: 'Both',
      xaxis: { title: 'Epoch' },
      yaxis: { title: 'Loss', type: 'log' },
    };
    const own = figure({ name: 'own', data: lines, layout });
    expect(own).toMatchObject({ title: 'own', caption: '', aspectRatio: 0.6 });
    const { xaxis, yaxis, title, template, width } = printLayout(own, 'ieee');
    expect([xaxis?.title, yaxis?.title]).toEqual([{ text: 'Epoch' }, { text: 'Loss' }]);
    expect(yaxis).toMatchObject({ type: 'log', exponentformat: 'power', dtick: 1 });
    expect(title).toMatchObject({ text: 'Both', automargin: true });
    expect(template?.layout?.font?.family).toContain('Arimo');
    expect(width).toBeCloseTo(((88.9 / 25.4) * 72 * 13) / 7, 8);
  });

  it('says what is wrong with a call', () => {
    expect(() => figure({ name: '', data: lines })).toThrow(/figure: name must be a file stem/);
    expect(() => figure({ name: 'a', data: [] })).toThrow(/figure: data .* at least one, got \[\]/);
    expect(() => figure({ name: 'a', data: lines, aspectRatio: 0 })).toThrow(/aspectRatio/);
    expect(() => figure({ name: 'a', data: lines, colour: 1 } as never)).toThrow(/option/);
  });

  it('exports the points as CSV, never an empty file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'own-figure-'));
    try {
      const data = [{ y: [5, 7] }];
      const files = await exportFigure(
        { ...figure({ name: 'own', data, layout: { title: 'Heading' } }), rows: [] },
        { directory: folder, venue: 'ieee' },
      );
      expect(readFileSync(files.csv, 'utf8')).toBe('trace,x,y\r\ntrace 1,0,5\r\ntrace 1,1,7\r\n');
      expect(readFileSync(files.svg, 'utf8')).toContain('Heading');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('traceRows', () => {
  it('lists points with error bars, cells of a matrix, categories, and a lone value', () => {
    expect(traceRows(lines)[1]).toEqual({ trace: 'mine', x: 2, y: 2 });
    expect(traceRows([{ name: 'b', x: ['car'], y: [1], error_y: { array: [0.5] } }])).toEqual([
      { trace: 'b', x: 'car', y: 1, yError: 0.5 },
    ]);
    const z = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    expect(traceRows([{ type: 'heatmap', z, x: ['p', 'q'] }]).map(Object.values)).toEqual([
      ['trace 1', 'p', 0, 1],
      ['trace 1', 'q', 0, 2],
      ['trace 1', 'p', 1, 3],
      ['trace 1', 'q', 1, 4],
    ]);
    expect(traceRows([{ y: [1, 2], x0: 10, dx: 5 }]).map(({ x }) => x)).toEqual([10, 15]);
    expect(csvText(traceRows([{ type: 'indicator', value: 3 }]))).toBe(
      'trace,value\r\ntrace 1,3\r\n',
    );
  });
});

describe('restyle', () => {
  const losses = [
    { label: 'CE', config: { name: 'crossEntropy' } },
    { label: 'PAT', config: { name: 'pat' } },
  ] as const;

  it('changes heading, axes, legend, fonts, names and colours of a figure of the kit', async () => {
    const given = lossCurvesFigure(await lossCurves({ losses, points: 3 }));
    const changed = restyle(given, {
      name: 'fig2',
      layout: {
        title: 'Two losses',
        xaxis: { title: 'p', range: [0.2, 0.8] },
        legend: { x: 0, y: 0 },
        font: { family: 'Times' },
      },
      series: { PAT: { name: 'ours', color: '#D55E00' } },
    });
    expect(changed.name).toBe('fig2');
    expect(changed.layout.xaxis).toMatchObject({
      title: { text: 'p' },
      range: [0.2, 0.8],
      dtick: 0.2,
    });
    expect(changed.layout.yaxis).toEqual(given.layout.yaxis);
    expect(changed.layout).toMatchObject({
      title: { text: 'Two losses' },
      legend: { x: 0, y: 0, xref: 'paper', yref: 'paper' },
      font: { family: 'Times' },
    });
    const ours = (changed.data as { name: string; line: { color: string } }[]).slice(2);
    expect(ours.map(({ name, line }) => [name, line.color])).toEqual([
      ['ours', '#D55E00'],
      ['ours', '#D55E00'],
    ]);
    expect(new Set(changed.rows.map(({ curve }) => curve))).toEqual(new Set(['CE', 'ours']));
    expect(JSON.stringify(given)).not.toContain('ours');
    expect(() => restyle(given, { series: { BAT: {} } })).toThrow(/legend: CE; PAT, got 'BAT'/);
    expect(() => restyle(given, { series: { PAT: { color: 'url(x)' } } })).toThrow(/CSS colour/);
  });

  it('leaves the axes of loss curves to their values, and says who computed a series', async () => {
    const curves = await lossCurves({ losses, points: 9 });
    const own = { label: 'mine', loss: curves.probability, gradient: curves.probability };
    const drawn = lossCurvesFigure({ ...curves, curves: [...curves.curves, own] });
    expect(drawn.layout.yaxis?.range).toEqual([-2, 1]);
    expect(drawn.caption).toContain("Computed with the kit's losses: CE; PAT.");
    expect(drawn.caption).toContain('Given as numbers, not computed by the kit: mine.');
    expect(drawn.caption).not.toContain('τ');
  });
});
