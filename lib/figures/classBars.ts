/** IoU of each class with several losses, the commonest class first: who gains on rare classes, and who pays. */
import type { Data, ErrorBar, Layout } from 'plotly.js';
import { invalid } from '../check';
import type { Cell } from '../results/cells';
import type { CellSummary } from '../results/summary';
import { classThirds } from '../results/scorer';
import { rounded, significant } from '../print/figureText';
import { SCREEN_WIDTH_PIXELS, axis, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { maximumOf } from '../extremes';
import { sum } from '../statistics';

/** The runs of one loss. */
export interface ClassBarSeries {
  label: string;
  cell: Cell;
  summary: CellSummary;
}

export interface ClassBarsOptions {
  /** Title of the data, the network and the size, for the caption. */
  dataset: string;
  /** File stem (default `'class-bars'`). */
  name?: string;
}

const BAND = '#F2F2F2';
/** More classes than these stand below each other, each with its name, in a figure as high as that takes. */
const MOST_ABREAST = 24;
/** Height of a loss's bar there, and what surrounds the bars of a class, px. */
const BAR_PIXELS = 7;
const ROW_PIXELS = 8;
/** In a row of the legend, its symbols counted. */
const LEGEND_CHARACTERS = 85;

/**
 * A group of bars for each class, ordered by the pixels that make the thirds (`CellSummary.thirdsBy`); whiskers are the
 * standard deviation over the seeds.
 *
 * @throws InputError when there is no series, or they are not scored on the same labels.
 */
export function classBarsFigure(
  series: readonly ClassBarSeries[],
  { dataset, name = 'class-bars' }: ClassBarsOptions,
): Figure {
  if (series.length === 0) throw invalid('classBarsFigure', 'series', 'a non-empty array', '[]');
  const [{ cell, summary }] = series;
  const pixels = labelledPixels(cell);
  for (const other of series) {
    if (labelledPixels(other.cell).join() === pixels.join()) continue;
    throw invalid('classBarsFigure', 'series', 'scored on the same labels', other.label);
  }
  const total = sum(pixels);
  const share = (id: number) => (100 * pixels[id]) / total;
  const order = classThirds.flatMap((name) => summary.thirds[name]);
  const { classNames } = cell.runs[0];
  const names = order.map((id) => `${classNames[id]} ${significant(share(id), 2)} %`);
  const stacked = order.length > MOST_ABREAST;
  const data = series.map(({ label, summary: { iou, seeds } }, i): Data => {
    const { color } = seriesStyle(i);
    const values = order.map((id) => rounded(100 * (iou[id]?.mean ?? 0), 4));
    const error = whiskers(order.map((id) => iou[id]?.deviation ?? 0));
    return {
      type: 'bar',
      name: label,
      ...(stacked ? { orientation: 'h', x: values, y: names } : { x: names, y: values }),
      ...(seeds.length > 1 ? { [stacked ? 'error_x' : 'error_y']: error } : {}),
      marker: { color },
    };
  });
  const height = 111 + order.length * (ROW_PIXELS + BAR_PIXELS * series.length);
  return {
    name,
    title: 'IoU of each class',
    caption:
      `${dataset}: IoU of each class; beside each name its share of the labelled pixels. Whiskers: standard deviation over ` +
      `the seeds (${seedsText(series)}). Head, body and tail: thirds of the classes by their pixels in the ` +
      `${summary.thirdsBy === 'train' ? 'training split' : 'images scored'}, most first.`,
    data,
    layout: layoutOf(summary.thirds, series, { stacked, dataset }),
    aspectRatio: stacked ? height / SCREEN_WIDTH_PIXELS : 0.53,
    ...(stacked ? { heightAt: () => height } : {}),
    rows: series.flatMap(({ label, summary: own }) =>
      classThirds.flatMap((group) =>
        own.thirds[group].map((id): FigureRow => {
          const { mean = null, deviation = null } = own.iou[id] ?? {};
          const place = { series: label, class: classNames[id], group, pixels: pixels[id] };
          return { ...place, seeds: own.seeds.length, iou: mean, deviation };
        }),
      ),
    ),
  };
}

function whiskers(deviations: readonly number[]): ErrorBar {
  const array = deviations.map((deviation) => rounded(100 * deviation, 3));
  return { type: 'data', array, thickness: 1, width: 2, color: '#262626' };
}

/** The top of the highest bar with its whisker, percent. */
function highest(series: readonly ClassBarSeries[]): number {
  const tops = series.flatMap(({ summary: { iou } }) =>
    iou.map((spread) => (spread ? 100 * (spread.mean + (spread.deviation ?? 0)) : 0)),
  );
  return rounded(maximumOf([1, ...tops]), 4);
}

function layoutOf(
  thirds: CellSummary['thirds'],
  series: readonly ClassBarSeries[],
  { stacked, dataset }: { stacked: boolean; dataset: string },
): Partial<Layout> {
  const words = sum(series.map(({ label }) => label.length + 8));
  const legendRows = Math.ceil(words / LEGEND_CHARACTERS);
  const scores = axis('IoU, %', { range: [0, 1.05 * highest(series)] });
  const classAxis = { ticks: '', showgrid: false, dtick: 1 } as const;
  const layout: Partial<Layout> = {
    ...(stacked
      ? { xaxis: scores, yaxis: axis('', { ...classAxis, autorange: 'reversed' }) }
      : { xaxis: axis('', { ...classAxis, tickangle: -40 }), yaxis: scores }),
    barmode: 'group',
    bargap: 0.2,
    bargroupgap: 0.04,
    shapes: [],
    annotations: [],
    legend: { title: { text: dataset, side: 'top' } },
    margin: { t: 26 + 21 * (legendRows + 1) },
  };
  let start = 0;
  for (const name of classThirds) {
    const classes = thirds[name];
    const end = start + classes.length;
    if (classes.length > 0) {
      const middle = (start + end - 1) / 2;
      const place = stacked
        ? ({ y: middle, xref: 'paper', x: 1, xanchor: 'left', textangle: '90' } as const)
        : ({ x: middle, yref: 'paper', y: 1, yanchor: 'bottom' } as const);
      layout.annotations?.push({ text: name, ...place, showarrow: false });
    }
    if (name === 'body') {
      const [first, last] = [start - 0.5, end - 0.5];
      const place = stacked
        ? ({ xref: 'paper', x0: 0, x1: 1, y0: first, y1: last } as const)
        : ({ yref: 'paper', y0: 0, y1: 1, x0: first, x1: last } as const);
      layout.shapes?.push({
        type: 'rect',
        ...place,
        fillcolor: BAND,
        line: { width: 0 },
        layer: 'below',
      });
    }
    start = end;
  }
  return layout;
}

function labelledPixels({ runs: [{ counts }] }: Cell): number[] {
  return counts.map((row) => sum(row));
}

/** `3 each`, or the numbers where they differ. */
function seedsText(series: readonly ClassBarSeries[]): string {
  const counts = series.map(({ summary }) => summary.seeds.length);
  return counts.every((count) => count === counts[0])
    ? `${counts[0]} each`
    : series.map(({ label }, i) => `${label}: ${counts[i]}`).join('; ');
}
