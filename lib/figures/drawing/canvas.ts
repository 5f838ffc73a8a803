/**
 * A drawing of panels, pictures, text and arrows. Lengths are shares of the figure's width, y grows downwards: the canvas
 * reaches from (0, 0) to (1, aspect ratio), whatever a venue's width is. Its invisible axes are `x` and `y`; panels get
 * axes of their own from 2 on.
 */
import type { Annotations, Data, Image, Layout, LayoutAxis, Shape } from 'plotly.js';
import { FONT_PIXELS } from '../../print/style';

/** Upper left corner and size. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Small print: 6.2 points where the text has 7, as in one column of IEEE. */
export const SMALL_PIXELS = 11.5;
const INK = '#262626';
const FRAME = 0.8;

export type Point = readonly [x: number, y: number];

export class Canvas {
  readonly data: Data[] = [];
  private readonly axes: Record<string, Partial<LayoutAxis>> = {};
  private readonly annotations: Partial<Annotations>[] = [];
  private readonly shapes: Partial<Shape>[] = [];
  private readonly images: Partial<Image>[] = [];
  private panels = 1;

  constructor(readonly aspectRatio: number) {}

  /** Adds traces with axes of their own in that area, which they fill. */
  panel(
    { x, y, width, height }: Area,
    traces: readonly Data[],
    axes: { x?: Partial<LayoutAxis>; y?: Partial<LayoutAxis> } = {},
  ): void {
    const n = ++this.panels;
    const [top, bottom] = [this.paper(y), this.paper(y + height)];
    this.axes[`xaxis${n}`] = { ...axes.x, domain: [x, x + width], anchor: `y${n}` as 'y' };
    this.axes[`yaxis${n}`] = { ...axes.y, domain: [bottom, top], anchor: `x${n}` as 'x2' };
    for (const trace of traces) {
      this.data.push({ ...(trace as object), xaxis: `x${n}`, yaxis: `y${n}` });
    }
  }

  /** A heat map with a thin frame. `range` is that of the colours. */
  heatMap(
    area: Area,
    z: (number | null)[][],
    range: readonly [number, number],
    name: string,
  ): void {
    const [zmin, zmax] = range;
    const colours = { colorscale: 'YlGnBu', reversescale: true, showscale: false, zmin, zmax };
    const frame = { showline: true, mirror: true, linewidth: FRAME, linecolor: INK } as const;
    const plain = { showticklabels: false, ticks: '' as const, showgrid: false, ...frame };
    const trace = { type: 'heatmap', z, name, hoverongaps: false, ...colours } as unknown as Data;
    const upright = { ...plain, autorange: 'reversed' as const };
    // Its axes are the frame: a rectangle would be drawn above every later map.
    this.panel(area, [trace], { x: plain, y: upright });
  }

  picture({ x, y, width, height }: Area, source: string): void {
    const size = { sizex: width, sizey: height, sizing: 'stretch' as const };
    this.images.push({ source, xref: 'x', yref: 'y', layer: 'above', x, y, ...size });
    this.frame({ x, y, width, height });
  }

  frame({ x, y, width, height }: Area): void {
    const corners = { x0: x, x1: x + width, y0: y, y1: y + height };
    this.shapes.push({ type: 'rect', ...corners, line: { width: FRAME, color: INK } });
  }

  text([x, y]: Point, text: string, options: Partial<Annotations> = {}): void {
    const centred = { xanchor: 'center', yanchor: 'middle', showarrow: false } as const;
    this.annotations.push({
      text,
      x,
      y,
      xref: 'x',
      yref: 'y',
      borderpad: 0,
      ...centred,
      ...options,
    });
  }

  /** A line through the points, with a head at its end. */
  arrow(...points: Point[]): void {
    const [from, to] = points.slice(-2);
    points.slice(1, -1).forEach(([x1, y1], i) => {
      const [x0, y0] = points[i];
      this.shapes.push({ type: 'line', x0, y0, x1, y1, line: { width: 1.2, color: INK } });
    });
    const tail = { axref: 'x', ayref: 'y', ax: from[0], ay: from[1] } as const;
    const look = { arrowhead: 2, arrowwidth: 1.2, arrowsize: 0.9, arrowcolor: INK } as const;
    this.text(to, '', { ...tail, ...look, showarrow: true });
  }

  /** A bar of the heat maps' colours below an area, with what its ends stand for. */
  scale({ x, y, width, height }: Area, low: string, high: string): void {
    const bar = { x, y: y + height + 0.009, width, height: 0.011 };
    const steps = [Array.from({ length: 64 }, (_, i) => i)];
    this.heatMap(bar, steps, [0, 63], 'scale');
    const size = { font: { size: SMALL_PIXELS }, yanchor: 'top' } as const;
    const below = bar.y + bar.height + 0.002;
    this.text([x, below], low, { ...size, xanchor: 'left' });
    this.text([x + width, below], high, { ...size, xanchor: 'right' });
  }

  /** A heading that stands on an area's upper edge. */
  heading({ x, y, width }: Area, text: string): void {
    const font = { size: FONT_PIXELS };
    const yshift = text.includes('<sub>') ? -3 : 0; // all on one line
    this.text([x + width / 2, y - 0.004], text, { yanchor: 'bottom', font, yshift });
  }

  layout(): Partial<Layout> {
    const hidden = { visible: false, fixedrange: true };
    return {
      xaxis: { ...hidden, range: [0, 1], domain: [0, 1] },
      yaxis: { ...hidden, range: [this.aspectRatio, 0], domain: [0, 1] },
      ...this.axes,
      annotations: this.annotations,
      shapes: this.shapes,
      images: this.images,
      margin: { l: 0, r: 0, t: 0, b: 0 },
    };
  }

  private paper(y: number): number {
    return 1 - y / this.aspectRatio;
  }
}
