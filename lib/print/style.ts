/**
 * How the kit's figures look: venues, colours, axes, and the layout of a figure on screen and in print.
 *
 * A figure carries no sizes and no fonts of its own; this file gives them. Text is drawn 13 px high everywhere.
 * On screen a figure is 760 px wide. For print it is drawn as wide as makes 13 px the venue's point size when
 * the drawing is scaled to the venue's width, so lines, markers, ticks and gaps scale with the text.
 */
import type { Annotations, Dash, Layout, LayoutAxis, Template } from 'plotly.js';
import { checkOneOf } from '../check';
import { FONT_STACK } from './fonts';
import type { Figure } from './figure';

export type VenueName = 'eccv' | 'ieee' | 'ieeeDouble' | 'neurips';

export interface Venue {
  title: string;
  /** Width of the text block or column the figure fills. */
  widthMillimetres: number;
  /** Text size in the figure, in points: a little below the caption's, as the venues ask. */
  fontPoints: number;
}

/** Where a figure can be printed. ECCV is LNCS; IEEE has a one-column and a two-column (full) width. */
export const VENUES: Readonly<Record<VenueName, Venue>> = {
  eccv: { title: 'ECCV / LNCS', widthMillimetres: 122, fontPoints: 8 },
  ieee: { title: 'IEEE, one column', widthMillimetres: 88.9, fontPoints: 7 },
  ieeeDouble: { title: 'IEEE, two columns', widthMillimetres: 182, fontPoints: 8 },
  neurips: { title: 'NeurIPS', widthMillimetres: 139.7, fontPoints: 8 },
};

/**
 * Five colours of Okabe–Ito, the palette made for colour-blind readers (Okabe and Ito 2008), in the order in which they
 * stand out on white: blue, vermillion, green, purple, black. Its orange, sky blue and yellow fade on white (contrast
 * below 3:1); brown, violet and navy take their place, chosen to differ most from all others in normal sight and
 * without each kind of cones.
 */
export const PALETTE: readonly string[] = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#662200',
  '#CC79A7',
  '#8844EE',
  '#000000',
  '#002288',
];

const DASHES: readonly Dash[] = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];
const SYMBOLS: readonly string[] = [
  'circle',
  'square',
  'diamond',
  'triangle-up',
  'x',
  'triangle-down',
  'cross',
  'star',
];

/** Colour, dash and marker of the index-th series; any 24 series differ in dash or marker, so grey print works. */
export function seriesStyle(index: number): { color: string; dash: Dash; symbol: string } {
  return {
    color: PALETTE[index % PALETTE.length],
    dash: DASHES[index % DASHES.length],
    symbol: SYMBOLS[index % SYMBOLS.length],
  };
}

/** Text size of a drawing, px. Widths of lines and sizes of markers in a figure relate to it. */
export const FONT_PIXELS = 13;
/** Width of a figure on screen, CSS px: fits a JupyterLab cell and GitHub's view of a notebook. */
export const SCREEN_WIDTH_PIXELS = 760;
/** Height that a heading takes above a legend, CSS px. */
const HEADING_PIXELS = 26;

const INK = '#262626';
const GRID = '#E3E3E3';
const MILLIMETRES_PER_INCH = 25.4;
const POINTS_PER_INCH = 72;

/**
 * An axis: `title` and whatever `options` change. Its look (a line, ticks outside, a light grid, room for the
 * labels) is the same for every axis of every figure and comes from the layout.
 */
export function axis(title: string, options: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return { title: { text: title }, ...options };
}

/** A logarithmic axis: powers of ten as labels, minor ticks between. A `range` is in log10, as Plotly has it. */
export function logAxis(title: string, options: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return axis(title, {
    type: 'log',
    exponentformat: 'power',
    dtick: 1,
    minor: { ticks: 'outside', ticklen: 2, tickcolor: INK, dtick: 'D1' },
    // Plotly sets powers of ten 1.25 times as large as other labels.
    tickfont: { size: FONT_PIXELS / 1.25 },
    ...options,
  });
}

/** A heading above one panel of a figure, left-aligned; `panel` is the number of its axes (1 = `x`, `y`). */
export function panelTitle(text: string, panel = 1): Partial<Annotations> {
  const suffix = panel === 1 ? '' : String(panel);
  return {
    text,
    xref: `x${suffix} domain` as Annotations['xref'],
    yref: `y${suffix} domain` as Annotations['yref'],
    x: 0,
    y: 1,
    xanchor: 'left',
    yanchor: 'bottom',
    yshift: 2,
    showarrow: false,
  };
}

/** Layout of a figure in a notebook or browser, `width` CSS px wide (default 760). */
export function screenLayout(figure: Figure, width = SCREEN_WIDTH_PIXELS): Partial<Layout> {
  return sizedLayout(figure, width, Math.round(figureHeight(figure, width)));
}

/**
 * Layout of a figure's drawing for a venue, without controls. Its width in px is the venue's width in units of
 * 1/13 of the text size: scaled to the venue's width, the text has the venue's point size.
 */
export function printLayout(figure: Figure, venue: VenueName): Partial<Layout> {
  const width = drawingWidth(checkVenue('printLayout', venue));
  const layout = sizedLayout(figure, width, figureHeight(figure, width));
  delete layout.sliders;
  delete layout.updatemenus;
  return layout;
}

/** Height of a figure's drawing of that width, px. */
export function figureHeight({ aspectRatio, heightAt }: Figure, width: number): number {
  return heightAt?.(width) ?? width * aspectRatio;
}

/** Width of a drawing for a venue, px: what sets how much text stands beside each other. */
export function drawingWidth(venue: VenueName): number {
  const { widthMillimetres, fontPoints } = VENUES[venue];
  const widthPoints = (widthMillimetres / MILLIMETRES_PER_INCH) * POINTS_PER_INCH;
  return (widthPoints / fontPoints) * FONT_PIXELS;
}

/** Throws InputError unless `venue` is one of VENUES. */
export function checkVenue(where: string, venue: string): VenueName {
  return checkOneOf(where, 'venue', venue, Object.keys(VENUES) as VenueName[]);
}

function sizedLayout(figure: Figure, width: number, height: number): Partial<Layout> {
  const headed = (figure.layout.annotations ?? []).some(
    ({ y, yanchor }) => yanchor === 'bottom' && typeof y === 'number' && y >= 1,
  );
  const margin = { l: 8, r: 12, t: headed ? 28 : 10, b: 8, pad: 0, ...figure.layout.margin };
  const legend = {
    ...(hasHeading(figure) && { y: 1 - HEADING_PIXELS / height }),
    ...figure.layout.legend,
  };
  return { ...figure.layout, margin, legend, width, height, template: TEMPLATE };
}

/** A figure whose heading stands where the legend would begin. */
function hasHeading({ layout: { title } }: Figure): boolean {
  return typeof title === 'string' ? title !== '' : (title?.text ?? '') !== '';
}

const LOOK = {
  title: { font: { size: FONT_PIXELS }, standoff: 6 },
  automargin: true,
  showline: true,
  linecolor: INK,
  linewidth: 1,
  ticks: 'outside',
  tickcolor: INK,
  ticklen: 4,
  tickwidth: 1,
  showgrid: true,
  gridcolor: GRID,
  gridwidth: 1,
  zeroline: false,
} as const;

const COLORBAR = {
  thickness: 14,
  outlinewidth: 0,
  ticks: 'outside',
  ticklen: 4,
  title: { font: { size: FONT_PIXELS } },
} as const;

/** The kit's look as a Plotly template: the defaults of everything a figure does not set itself. */
const TEMPLATE = {
  layout: {
    font: { family: FONT_STACK, size: FONT_PIXELS, color: INK },
    colorway: [...PALETTE],
    paper_bgcolor: '#FFFFFF',
    plot_bgcolor: '#FFFFFF',
    hovermode: 'closest',
    legend: {
      orientation: 'h',
      xref: 'paper',
      x: 0,
      xanchor: 'left',
      yref: 'container',
      y: 1,
      yanchor: 'top',
      bgcolor: 'rgba(0,0,0,0)',
      // Plotly cuts off what takes more than half of the figure.
      maxheight: 0.9,
      tracegroupgap: 2,
      title: { font: { size: FONT_PIXELS } },
    },
    xaxis: LOOK,
    yaxis: LOOK,
    coloraxis: { colorbar: COLORBAR },
    annotationdefaults: { arrowhead: 2, arrowwidth: 1, arrowcolor: INK },
    shapedefaults: { line: { width: 1, color: INK } },
  },
  data: {
    scatter: [{ line: { width: 2 }, marker: { size: 7 } }],
    bar: [{ marker: { line: { width: 0 } } }],
    box: [{ line: { width: 1.5 }, marker: { size: 4 } }],
    violin: [{ line: { width: 1.5 }, marker: { size: 4 } }],
    heatmap: [{ colorbar: COLORBAR, colorscale: 'Viridis' }],
    contour: [{ colorbar: COLORBAR, colorscale: 'Viridis' }],
    histogram2d: [{ colorbar: COLORBAR, colorscale: 'Viridis' }],
  },
} as unknown as Template;
