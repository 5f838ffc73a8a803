import { describe, expect, it } from 'vitest';
import {
  FONT_PIXELS,
  PALETTE,
  VENUES,
  axis,
  logAxis,
  panelTitle,
  printLayout,
  screenLayout,
  seriesStyle,
} from '../../lib/print/style';
import type { VenueName } from '../../lib/print/style';
import type { Figure } from '../../lib/print/figure';

const figure: Figure = {
  name: 'style',
  title: 'Style',
  caption: '',
  data: [{ type: 'scatter', x: [1, 2], y: [3, 4] }],
  layout: { xaxis: axis('τ'), sliders: [{}], updatemenus: [{}], margin: { r: 40 } },
  aspectRatio: 0.5,
  rows: [],
};

describe('venues', () => {
  it('have the text widths their style files prescribe', () => {
    const widths = Object.values(VENUES).map(({ widthMillimetres }) => widthMillimetres);
    expect(widths).toEqual([122, 88.9, 182, 5.5 * 25.4]);
  });

  it.each(Object.keys(VENUES) as VenueName[])(
    'give %s a drawing whose text, scaled to the width, has the stated point size',
    (venue) => {
      const { width = 0, height = 0, template } = printLayout(figure, venue);
      const { widthMillimetres, fontPoints } = VENUES[venue];
      const pointsPerPixel = ((widthMillimetres / 25.4) * 72) / width;
      expect((template?.layout?.font?.size ?? 0) * pointsPerPixel).toBeCloseTo(fontPoints, 10);
      expect(height / width).toBeCloseTo(figure.aspectRatio, 10);
    },
  );

  it('give a figure the height it asks for at their width', () => {
    const layout = printLayout({ ...figure, heightAt: (width) => 100 + width / 2 }, 'ieee');
    expect(layout.height).toBe(100 + (layout.width ?? 0) / 2);
  });

  it('throw for an unknown name, with the nearest one', () => {
    expect(() => printLayout(figure, 'ieeedouble' as VenueName)).toThrow(
      "printLayout: venue must be one of eccv, ieee, ieeeDouble, neurips, got 'ieeedouble'. " +
        "Did you mean 'ieeeDouble'?",
    );
  });
});

describe('seriesStyle', () => {
  it('tells any 24 series apart by dash or marker, without colour', () => {
    const keys = Array.from({ length: 24 }, (_, i) => {
      const { dash, symbol } = seriesStyle(i);
      return `${dash} ${symbol}`;
    });
    expect(new Set(keys).size).toBe(24);
  });

  it('gives eight series the eight colours of Okabe and Ito', () => {
    const colours = Array.from({ length: 8 }, (_, i) => seriesStyle(i).color);
    expect([...colours].sort()).toEqual([...PALETTE].sort());
    expect(new Set(colours).size).toBe(8);
  });
});

describe('layouts', () => {
  it('keep sliders and menus on screen and leave them out in print', () => {
    expect(screenLayout(figure)).toMatchObject({ sliders: [{}], updatemenus: [{}], width: 760 });
    expect(printLayout(figure, 'eccv')).not.toHaveProperty('sliders');
    expect(printLayout(figure, 'eccv')).not.toHaveProperty('updatemenus');
    expect(figure.layout).toHaveProperty('sliders');
  });

  it('take a margin the figure asks for and leave room above panels with a heading', () => {
    expect(screenLayout(figure).margin).toMatchObject({ r: 40, t: 10 });
    const headed = { ...figure, layout: { annotations: [panelTitle('(a)')] } };
    expect(screenLayout(headed).margin).toMatchObject({ t: 28 });
  });
});

describe('axes', () => {
  it('take options over the defaults', () => {
    expect(axis('p', { range: [0, 1] })).toEqual({ title: { text: 'p' }, range: [0, 1] });
    expect(logAxis('p', { dtick: 2 })).toMatchObject({ type: 'log', dtick: 2 });
  });

  it('undo the 1.25 by which Plotly enlarges powers of ten', () => {
    expect((logAxis('p').tickfont?.size ?? 0) * 1.25).toBe(FONT_PIXELS);
  });

  it('place a heading over the panel it belongs to', () => {
    expect(panelTitle('(a)')).toMatchObject({ xref: 'x domain', yref: 'y domain' });
    expect(panelTitle('(b)', 2)).toMatchObject({ xref: 'x2 domain', yref: 'y2 domain' });
  });
});
