/** Where the pictures and texts of a predictions figure stand, in units of one column's width. */
import type { Annotations, Layout, Shape } from 'plotly.js';
import type { Tile } from '../drawing/pictures';
import { maximumOf } from '../../extremes';
import {
  LINE_PIXELS,
  NARROWEST_PIXELS,
  headingStyle,
  legendPixels,
  textPixels,
  wrapWords,
} from './text';

/** What stands in the grid besides its pictures. */
export interface GridTexts {
  /** Of all columns; parts that commas set apart stand below each other. */
  headings: readonly string[];
  /** Above the headings, over neighbours of the same group; `''`: none. */
  groups: readonly string[];
  /** Of the rows. */
  titles: readonly string[];
  /** Below the pictures of a row, one for each column; none: no line for them. */
  notes: readonly (readonly string[])[];
  /** Names in the legend. */
  legend: readonly string[];
}

export interface Grid {
  /** The tile in a column of a row; line 1 is that below the row's first. */
  tile: (row: number, column: number, line?: number) => Tile;
  layout: Partial<Layout>;
  /** Of a drawing of that width, px. */
  heightAt: (width: number) => number;
}

/** Columns that show no prediction: image and label. */
export const FIRST_PREDICTION = 2;
/** Share of a tile that stays free on its right and below. */
const GAP = 0.03;
const MARGIN = 4;
/** Between the pictures and the legend. */
const LEGEND_GAP = 8;

/**
 * A grid of tiles of height / width `shape`, in rows of one line or two. In two lines the second has pictures below the
 * predictions, and the title of the row below image and label; else titles are turned, left of the rows. Rows are as high
 * as their text needs in the narrowest drawing.
 */
export function predictionGrid(
  texts: GridTexts,
  { shape, lines }: { shape: number; lines: 1 | 2 },
): Grid {
  const { headings, groups, titles, notes, legend } = texts;
  const columns = headings.length;
  const rows = titleRoom(titles, { columns, shape, lines });
  const unit = (NARROWEST_PIXELS - rows.left - MARGIN) / columns;
  const strip = notes.length > 0 ? LINE_PIXELS / unit : 0;
  const tiles = Math.max(shape * lines, rows.pixels / unit);
  const block = tiles + strip;
  const top = (row: number) => -row * block;
  const heads = headingStyle(headings, unit);
  const grouped = groups.some((group) => group !== '');
  const above = heads.pixels + (grouped ? LINE_PIXELS + 4 : 0) + 6;
  const height = titles.length * block;
  const hidden = { visible: false, fixedrange: true };
  const layout: Partial<Layout> = {
    annotations: [
      ...headings.map((_, column) => heading(heads.lines[column], column, heads.turned)),
      ...spans(groups).map((span) => groupHeading(span, heads.pixels)),
      ...rows.titles.map((title, row) =>
        lines === 2
          ? text(title, { x: FIRST_PREDICTION / 2, y: top(row) - (shape + tiles) / 2 })
          : turnedTitle(title, top(row) - tiles / 2),
      ),
      ...notes.flatMap((row, r) =>
        row.map((note, column) => noteBelow(note, column, top(r) - tiles - strip / 2, unit)),
      ),
    ],
    shapes: spans(groups).map((span) => groupLine(span, heads.pixels + 4)),
    xaxis: { ...hidden, range: [0, columns], domain: [0, 1] },
    yaxis: {
      ...hidden,
      range: [-height, 0],
      scaleanchor: 'x',
      constrain: 'domain',
      constraintoward: 'top',
    },
    legend: { x: 0.5, xanchor: 'center', yref: 'container', y: 0, yanchor: 'bottom' },
  };
  const below = (width: number) => legendPixels(legend, width) + LEGEND_GAP;
  return {
    layout: { ...layout, margin: { t: above, r: MARGIN, b: MARGIN, l: rows.left } },
    heightAt: (width) =>
      above + (height * (width - rows.left - MARGIN)) / columns + below(width) + MARGIN,
    tile: (row, column, line = 0) => ({
      x: column + GAP / 2,
      y: top(row) - line * shape - GAP / 2,
      width: 1 - GAP,
      height: shape - GAP,
    }),
  };
}

/** Titles in lines that fit, what they need of a row's height, and the margin left of the grid. */
function titleRoom(
  titles: readonly string[],
  { columns, shape, lines }: { columns: number; shape: number; lines: 1 | 2 },
): { titles: string[]; pixels: number; left: number } {
  const roughUnit = (NARROWEST_PIXELS - (lines === 1 ? 3 * LINE_PIXELS : 2 * MARGIN)) / columns;
  const room = lines === 2 ? FIRST_PREDICTION * roughUnit : shape * roughUnit;
  const wrapped = titles.map((title) => (title === '' ? [] : wrapWords(title, room)));
  const across = maximumOf(wrapped.map(({ length }) => length)) * LINE_PIXELS;
  const along = maximumOf([0, ...wrapped.flat().map(textPixels)]);
  const joined = wrapped.map((words) => words.join('<br>'));
  if (lines === 1) return { titles: joined, pixels: along, left: across + MARGIN };
  return { titles: joined, pixels: shape * roughUnit + across, left: MARGIN };
}

function text(content: string, place: Partial<Annotations>): Partial<Annotations> {
  const centred = { xanchor: 'center', yanchor: 'middle' } as const;
  return {
    text: content,
    xref: 'x',
    yref: 'y',
    showarrow: false,
    ...centred,
    ...place,
  };
}

/** Left of the grid. */
function turnedTitle(title: string, y: number): Partial<Annotations> {
  return text(title, { x: 0, y, xanchor: 'right', xshift: -2, textangle: '-90' });
}

/** Centred, or, where it is wider than its column, ending with it. */
function noteBelow(note: string, column: number, y: number, unit: number): Partial<Annotations> {
  const isWide = textPixels(note) > 0.8 * unit;
  return isWide
    ? text(note, { x: column + 1, y, xanchor: 'right' })
    : text(note, { x: column + 0.5, y });
}

function heading(lines: readonly string[], column: number, turned: boolean): Partial<Annotations> {
  const look = turned ? ({ textangle: '-90', align: 'left' } as const) : {};
  const place = { x: column + 0.5, y: 0, yanchor: 'bottom', yshift: 1 } as const;
  return text(lines.join('<br>'), { ...place, ...look });
}

interface Span {
  group: string;
  /** First column, and the one behind the last. */
  from: number;
  to: number;
}

/** Neighbours of one group. */
function spans(groups: readonly string[]): Span[] {
  const found: Span[] = [];
  groups.forEach((group, column) => {
    const last = found[found.length - 1];
    if (last?.group === group && last.to === column) last.to++;
    else if (group !== '') found.push({ group, from: column, to: column + 1 });
  });
  return found;
}

function groupHeading({ group, from, to }: Span, headingPixels: number): Partial<Annotations> {
  const place = { x: (from + to) / 2, y: 0, yanchor: 'bottom', yshift: headingPixels + 5 } as const;
  return text(group, place);
}

/** Joins the headings of a group, `pixels` above the pictures. */
function groupLine({ from, to }: Span, pixels: number): Partial<Shape> {
  const level = { yref: 'paper', yanchor: 1, ysizemode: 'pixel', y0: pixels, y1: pixels } as const;
  return { type: 'line', xref: 'x', x0: from + GAP, x1: to - GAP, ...level };
}
