import { describe, expect, it } from 'vitest';
import { classDifferencesFigure } from '../../lib/figures/classDifferences';
import { VENUES, printLayout } from '../../lib/print/style';
import type { VenueName } from '../../lib/print/style';
import type { ClassComparison } from '../../lib/results/runComparison';

const one = (className: string, group: ClassComparison['group'], iou: [number, number]) => {
  return { classId: 0, className, group, pixels: 10, iou, difference: iou[1] - iou[0] };
};
const classes = [
  one('Road', 'head', [0.8, 0.7]),
  one('Sky', 'head', [0.9, 0.9]),
  one('Car', 'body', [0.2, 0.5]),
  one('Pole', 'tail', [0, 0.1]),
];
const figure = classDifferencesFigure(classes, { runs: ['CE', 'PAT'], dataset: 'CamVid (test)' });

describe('classDifferencesFigure', () => {
  it('draws both IoU and the difference in percent, a row for each class', () => {
    const [, ce, pat, bars] = figure.data;
    expect(ce).toMatchObject({ name: 'CE', x: [80, 90, 20, 0], y: [0, 1, 2, 3] });
    expect(pat).toMatchObject({ name: 'PAT', x: [70, 90, 50, 10] });
    expect(bars).toMatchObject({ type: 'bar', x: [-10, 0, 30, 10], xaxis: 'x2' });
    expect(figure.layout.yaxis).toMatchObject({ ticktext: ['Road', 'Sky', 'Car', 'Pole'] });
  });

  it('tells the runs apart by marker, and the sign by colour beside direction', () => {
    const [, ce, pat, bars] = figure.data as { marker: { symbol: string; color: unknown } }[];
    expect(ce.marker.symbol).not.toBe(pat.marker.symbol);
    const [less, , more] = bars.marker.color as string[];
    expect([less, more]).toEqual([ce.marker.color, pat.marker.color]);
  });

  it('parts and names head, body and tail', () => {
    expect((figure.layout.shapes ?? []).map(({ y0 }) => y0)).toEqual([1.5, 1.5, 2.5, 2.5]);
    const names = (figure.layout.annotations ?? []).map(({ text, y }) => [text, y]);
    expect(names).toEqual([
      ['head', 0.5],
      ['body', 2],
      ['tail', 3],
    ]);
  });

  it.each(Object.keys(VENUES) as VenueName[])('gives each class a line in %s', (venue) => {
    const many = Array.from({ length: 40 }, (_, i) => one(`class ${i}`, 'head', [0, i / 40]));
    const options = { runs: ['CE', 'PAT'] as const, dataset: 'NYUv2' };
    const { height = 0 } = printLayout(classDifferencesFigure(many, options), venue);
    expect(height / 40).toBeGreaterThan(16);
  });

  it('lists the numbers, counts what is higher, and throws for no class', () => {
    expect(figure.rows[2]).toMatchObject({ class: 'Car', group: 'body', CE: 0.2, PAT: 0.5 });
    expect(figure.caption).toContain('PAT less CE, higher in 2 of 4 classes');
    expect(() => classDifferencesFigure([], { runs: ['a', 'b'], dataset: '' })).toThrow(
      'classDifferencesFigure: classes',
    );
  });
});
