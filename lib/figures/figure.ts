/**
 * A figure of one's own from any Plotly traces, in the kit's look, and changes to a figure of the kit:
 *
 *     show(figure({ name: 'my-curve', data: [{ x: [1, 2, 3], y: [4, 2, 1] }], layout: { xaxis: { title: 'Epoch' } } }));
 *     show(restyle(lossCurvesFigure(curves), { title: 'Mine', layout: { legend: { x: 0, y: 0 } } }));
 */
import type { Data, Layout } from 'plotly.js';
import { checkKnownOptions, checkNumber, described, invalid } from '../check';
import { logAxis } from '../print/style';
import { traceRows } from '../print/traceRows';
import type { Figure, FigureRow } from '../print/figure';

/** What `figure` draws. Traces and layout are Plotly's (plotly.com/javascript/reference); titles may be plain strings. */
export interface OwnFigure {
  /** File stem of the exported files: letters, digits, `-` and `_`. */
  name: string;
  /** Plotly traces; one without a `type` is a line. */
  data: readonly object[];
  /** Plotly layout (default: none). An axis of `type: 'log'` gets powers of ten as labels. */
  layout?: object;
  /** The numbers of the CSV (default: every point of the traces). */
  rows?: readonly object[];
  /** One line, for the gallery (default: the name). */
  title?: string;
  /** What is drawn, below the picture (default: nothing). */
  caption?: string;
  /** Height / width in print (default 0.6). */
  aspectRatio?: number;
}

/** What `restyle` changes; everything is optional. */
export interface FigureChanges extends Partial<Omit<OwnFigure, 'data'>> {
  /** New names and CSS colours of series, by the name in the legend. */
  series?: Readonly<Record<string, { name?: string; color?: string }>>;
}

const known = ['name', 'data', 'layout', 'rows', 'title', 'caption', 'aspectRatio'] as const;

/**
 * A figure from Plotly traces, to show, save and export like the kit's own: in the fonts, colours and widths of the venues,
 * with a CSV of the data.
 *
 * @throws InputError for an unknown option, no name, no trace, or an aspect ratio outside 0.05–20.
 */
export function figure(own: OwnFigure): Figure {
  checkKnownOptions('figure', own, known);
  const { name, data, layout = {}, rows, title = name, caption = '', aspectRatio = 0.6 } = own;
  if (typeof name !== 'string' || name === '') {
    throw invalid('figure', 'name', 'a file stem', name, "Example: name: 'my-figure'.");
  }
  if (!Array.isArray(data) || data.length === 0 || data.some(isNoTrace)) {
    const remedy = 'Example: data: [{ x: [1, 2], y: [3, 4] }].';
    throw invalid('figure', 'data', 'a list of Plotly traces, at least one', data, remedy);
  }
  checkNumber('figure', 'aspectRatio', aspectRatio, { min: 0.05, max: 20 });
  return {
    name,
    title,
    caption,
    data: data as Data[],
    layout: plotlyLayout(layout as Fields),
    aspectRatio,
    rows: [...((rows as readonly FigureRow[] | undefined) ?? traceRows(data as readonly object[]))],
  };
}

/**
 * The figure with changes: `layout` goes over its layout key by key (`xaxis: { title, range }`, `legend: { x, y }`,
 * `font: { family, size }`, `title`: a heading in the picture), `series` renames and recolours. The words of the caption stay
 * as they are unless `caption` is given. The figure itself is not changed.
 *
 * @throws InputError for an unknown option, or a series that the figure does not have.
 */
export function restyle(given: Figure, changes: FigureChanges): Figure {
  const options = known.filter((option) => option !== 'data');
  checkKnownOptions('restyle', changes, [...options, 'series']);
  const { series = {}, layout = {}, ...rest } = changes;
  const present = new Set(given.data.flatMap((trace) => seriesNames(trace as Fields)));
  for (const name of Object.keys(series)) {
    if (present.has(name)) continue;
    throw invalid('restyle', 'series', `named as in the legend: ${[...present].join('; ')}`, name);
  }
  const colours = new Map(Object.entries(series).map(([name, { color }]) => [name, color]));
  const names = new Map(Object.entries(series).map(([old, { name }]) => [old, name ?? old]));
  const coloured = given.data.map((trace) => {
    const wanted = seriesNames(trace as Fields).find((name) => colours.get(name) !== undefined);
    return wanted === undefined ? trace : inColour(trace, colours.get(wanted)!);
  });
  const { data, frames, rows } = renamed(
    { data: coloured, frames: given.frames, rows: given.rows },
    names,
  );
  const merged = merge(renamed(given.layout, names), plotlyLayout(layout as Fields));
  const fixed = changes.aspectRatio === undefined ? {} : { heightAt: undefined };
  return {
    ...given,
    ...{ data, rows, layout: merged },
    ...(frames && { frames }),
    ...fixed,
    ...(rest as Partial<Figure>),
  };
}

type Fields = Record<string, unknown>;

function isNoTrace(trace: unknown): boolean {
  return typeof trace !== 'object' || trace === null || Array.isArray(trace);
}

function seriesNames({ name, legendgroup }: Fields): string[] {
  return [name, legendgroup].filter((one): one is string => typeof one === 'string' && one !== '');
}

/** Plotly's layout: titles as objects, a heading that makes room for itself, logarithmic axes in the kit's look. */
function plotlyLayout(layout: Fields): Partial<Layout> {
  const entries = Object.entries(layout).map(([key, value]): [string, unknown] => {
    if (key === 'title') {
      const title = typeof value === 'string' ? { text: value } : (value as Fields);
      return [key, { automargin: true, yref: 'container', y: 0.98, yanchor: 'top', ...title }];
    }
    if (key === 'legend' && isFields(value)) {
      const inside = 'x' in value || 'y' in value;
      const free = { orientation: 'v', xref: 'paper', yref: 'paper', xanchor: 'auto' };
      return [key, inside ? { ...free, yanchor: 'auto', bgcolor: '#FFFFFF', ...value } : value];
    }
    if (!/^[xy]axis\d*$/.test(key) || !isFields(value)) return [key, value];
    const { title, ...rest } = value;
    const text = typeof title === 'string' ? { title: { text: title } } : title ? { title } : {};
    const log = rest.type === 'log' ? logAxis('') : {};
    return [key, { ...log, title: undefined, ...rest, ...text }];
  });
  return Object.fromEntries(entries);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(below: Fields, above: Fields): Fields {
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const there = result[key];
    result[key] = isFields(value) && isFields(there) ? merge(there, value) : value;
  }
  return result;
}

/** Every text that is the name of a renamed series: in legends, sliders, categories and rows alike. */
function renamed<T>(part: T, names: ReadonlyMap<string, string>): T {
  if (typeof part === 'string') return (names.get(part) ?? part) as T;
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return part;
  if (Array.isArray(part)) return part.map((item) => renamed(item as unknown, names)) as T;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, renamed(value as unknown, names)]),
  ) as T;
}

function inColour(trace: Fields, color: string): Fields {
  if (!/^(#[\da-f]{3,8}|[a-z]+|(rgb|hsl)a?\([^()]*\))$/i.test(color)) {
    throw invalid('restyle', 'color', "a CSS colour such as '#0072B2'", described(`'${color}'`));
  }
  const painted = (key: string) => ({ [key]: { ...(trace[key] as object | undefined), color } });
  return { ...trace, ...painted('line'), ...painted('marker') };
}
