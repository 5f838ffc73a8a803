/** Differences to a reference with their intervals: which losses are better or worse, and by how much for certain. */
import type { Annotations, Data, Layout, LayoutAxis } from 'plotly.js';
import { invalid } from '../check';
import { calibrationText } from '../results/calibration';
import type { Calibration } from '../results/calibration';
import { rounded } from '../print/figureText';
import { signed, subtrahend } from '../results/names';
import { axis, panelTitle, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';
import { wrapWords } from './predictions/text';

/** One difference in mean IoU, in shares (0.01 = one point). */
export interface IntervalRow {
  /** Its place on the vertical axis. */
  label: string;
  /** Tells several rows of one label apart by colour and marker (default: there is one). */
  series?: string;
  value: number;
  /** Null: not known. */
  low: number | null;
  high: number | null;
}

/** One data set. */
export interface IntervalPanel {
  title: string;
  rows: readonly IntervalRow[];
}

export interface IntervalsOptions {
  /** What is subtracted, `'CE'`. */
  reference: string;
  /** Data, networks and size, for the caption. */
  setting: string;
  /** How often the intervals leave 0 out for runs of the same loss. */
  calibration?: Calibration;
  /** File stem (default `'intervals'`). */
  name?: string;
  /** Leaves a row far outside of all others beyond the axis, as an arrow (default true). */
  cut?: boolean;
}

const GAP = 0.04;
/** Longer labels of rows take a second line. */
const LABEL_PIXELS = 230;
/** An axis for all rows that is so many times as long as one for all but the farthest is too long. */
const FAR = 2.2;

/**
 * A panel for each data set, a line for each label: the difference in mean IoU to the reference in points with its 95 %
 * interval.
 *
 * @throws InputError when there is no row.
 */
export function intervalsFigure(
  panels: readonly IntervalPanel[],
  { reference, setting, calibration, name = 'intervals', cut = true }: IntervalsOptions,
): Figure {
  const rows = panels.flatMap((panel) => panel.rows);
  if (rows.length === 0) throw invalid('intervalsFigure', 'panels', 'panels with rows', '[]');
  const rate = calibration && calibrationText(calibration);
  const labels = [...new Set(rows.map(({ label }) => label))];
  const series = [...new Set(rows.map((row) => row.series ?? ''))];
  const isOutside = panels.some((panel) => outsideRows(panel.rows, cut).length > 0);
  const place = ({ label, series: own = '' }: IntervalRow) =>
    labels.indexOf(label) + (series.indexOf(own) - (series.length - 1) / 2) * (0.8 / series.length);
  const data = panels.flatMap((panel, p) =>
    series.flatMap((one, i) => {
      const own = panel.rows.filter((row) => (row.series ?? '') === one);
      const isFirst = series.length > 1 && panels.findIndex((other) => hasSeries(other, one)) === p;
      return own.length === 0 ? [] : [pointsTrace(own, { place, panel: p, series: i, isFirst })];
    }),
  );
  return {
    name,
    title: `Differences to ${reference}`,
    caption:
      `${setting}: difference in mean IoU to ${reference} (positive: better than ${reference}), mean over the seeds, with ` +
      `its 95 % interval over clusters of images and seeds${rate === undefined ? '' : `; ${rate}`}. One by one, not ` +
      `corrected for their number.${isOutside ? ' An arrow: beyond the axis.' : ''}`,
    data,
    layout: layoutOf(panels, { labels, place, reference, cut, hasLegend: series.length > 1 }),
    // A row or two need room for the title, the axis and its name all the same.
    aspectRatio:
      Math.max(160, 80 + (series.length > 1 ? 25 : 0) + labels.length * (11 * series.length + 8)) /
      560,
    rows: panels.flatMap((panel) => panel.rows.map((row) => csvRow(panel.title, row, reference))),
  };
}

const hasSeries = (panel: IntervalPanel, series: string) =>
  panel.rows.some((row) => (row.series ?? '') === series);

function pointsTrace(
  rows: readonly IntervalRow[],
  {
    place,
    panel,
    series,
    isFirst,
  }: { place: (row: IntervalRow) => number; panel: number; series: number; isFirst: boolean },
): Data {
  const { color, symbol } = seriesStyle(series);
  const points = (value: number) => rounded(100 * value, 4);
  return {
    type: 'scatter',
    mode: 'markers',
    xaxis: panel === 0 ? 'x' : `x${panel + 1}`,
    yaxis: panel === 0 ? 'y' : `y${panel + 1}`,
    x: rows.map(({ value }) => points(value)),
    y: rows.map(place),
    error_x: {
      type: 'data',
      symmetric: false,
      array: rows.map(({ value, high }) => points((high ?? value) - value)),
      arrayminus: rows.map(({ value, low }) => points(value - (low ?? value))),
      thickness: 1.5,
      width: 3,
      color,
    },
    marker: {
      size: 7,
      symbol,
      color,
    },
    name: rows[0].series ?? '',
    legendgroup: rows[0].series ?? '',
    showlegend: isFirst,
  };
}

function layoutOf(
  panels: readonly IntervalPanel[],
  {
    labels,
    place,
    reference,
    cut,
    hasLegend,
  }: {
    labels: string[];
    place: (row: IntervalRow) => number;
    reference: string;
    cut: boolean;
    hasLegend: boolean;
  },
): Partial<Layout> {
  const width = (1 - GAP * (panels.length - 1)) / panels.length;
  const layout: Partial<Layout> = {
    annotations: panels.flatMap(({ title, rows }, i) => [
      panelTitle(title, i + 1),
      ...outsideTexts(rows, { place, cut, panel: i }),
    ]),
    ...(hasLegend ? { margin: { t: 50 } } : {}),
  };
  panels.forEach(({ rows }, i) => {
    const suffix = i === 0 ? '' : String(i + 1);
    const left = i * (width + GAP);
    Object.assign(layout, {
      [`xaxis${suffix}`]: axis(`mIoU − ${subtrahend(reference)}, points`, {
        range: rangeWithZero(rows, cut),
        domain: [left, left + width],
        anchor: `y${suffix}` as LayoutAxis['anchor'],
        zeroline: true,
        zerolinecolor: '#262626',
        zerolinewidth: 1,
        nticks: 5,
      }),
      [`yaxis${suffix}`]: axis('', {
        anchor: `x${suffix}` as LayoutAxis['anchor'],
        range: [labels.length - 0.5, -0.5],
        tickvals: labels.map((_, row) => row),
        ticktext: labels.map((label) => wrapWords(label, LABEL_PIXELS).join('<br>')),
        showticklabels: i === 0,
        ticks: '',
      }),
    });
  });
  return layout;
}

/** Points; zero is the line to compare with. With `cut` a row far outside of all others is left out: it would flatten them. */
function rangeWithZero(rows: readonly IntervalRow[], cut: boolean): [number, number] {
  const whole = span(rows);
  const [farthest] = [...rows].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const others = rows.filter((row) => row !== farthest);
  const inner = span(others);
  const isFar = cut && others.length > 1 && length(whole) > FAR * length(inner);
  const [low, high] = isFar ? inner : whole;
  const margin = 0.06 * (high - low) || 1;
  return [rounded(low - margin), rounded(high + margin)];
}

function span(rows: readonly IntervalRow[]): [number, number] {
  const ends = rows.flatMap(({ value, low, high }) => [
    100 * (low ?? value),
    100 * (high ?? value),
  ]);
  return [minimumOf([0, ...ends]), maximumOf([0, ...ends])];
}

const length = ([low, high]: readonly [number, number]) => high - low;

/** Those that the axis leaves out. */
function outsideRows(rows: readonly IntervalRow[], cut: boolean): IntervalRow[] {
  const [low, high] = rangeWithZero(rows, cut);
  return rows.filter(({ value }) => 100 * value < low || 100 * value > high);
}

/** What a row outside of the axis is, at its end. */
function outsideTexts(
  rows: readonly IntervalRow[],
  { place, cut, panel }: { place: (row: IntervalRow) => number; cut: boolean; panel: number },
): Partial<Annotations>[] {
  const [low, high] = rangeWithZero(rows, cut);
  const suffix = panel === 0 ? '' : String(panel + 1);
  return outsideRows(rows, cut).map((row) => {
    const isLeft = 100 * row.value < low;
    const text = signed(100 * row.value);
    return {
      text: isLeft ? `← ${text}` : `${text} →`,
      xref: `x${suffix}` as Annotations['xref'],
      yref: `y${suffix}` as Annotations['yref'],
      x: isLeft ? low : high,
      y: place(row),
      xanchor: isLeft ? 'left' : 'right',
      bgcolor: '#FFFFFF',
      showarrow: false,
    };
  });
}

function csvRow(
  dataset: string,
  { label, series = '', value, low, high }: IntervalRow,
  reference: string,
): FigureRow {
  return { dataset, label, series, reference, difference: value, low, high };
}
