/** Two runs class by class: the IoU of each, and the difference. */
import type { Annotations, Data, Layout, Shape } from 'plotly.js';
import { invalid } from '../check';
import type { ClassComparison } from '../results/runComparison';
import { rounded } from '../print/figureText';
import { axis, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';
import { maximumOf } from '../extremes';

export interface ClassDifferencesOptions {
  /** Names of the first and the second run. */
  runs: readonly [string, string];
  /** Title of the data, its split, and the network, e.g. `'CamVid (test), SegNet of width 8'`. */
  dataset: string;
  /** File stem (default `'class-differences'`). */
  name?: string;
}

/** Height of a class, px, and of what is above and below the classes. */
const ROW_PIXELS = 17;
const FRAME_PIXELS = 86;
const PERCENT = 100;

/**
 * Two panels with a row for each class, most pixels first: the IoU of both runs, joined by a line, and bars of second
 * less first in points. Lines part head, body and tail.
 *
 * @throws InputError when there is no class.
 */
export function classDifferencesFigure(
  classes: readonly ClassComparison[],
  { runs, dataset, name = 'class-differences' }: ClassDifferencesOptions,
): Figure {
  const where = 'classDifferencesFigure';
  if (classes.length === 0) throw invalid(where, 'classes', 'a non-empty array', '[]');
  const places = classes.map((_, i) => i);
  const rowAxis = {
    range: [classes.length - 0.5, -0.5],
    tickvals: places,
    ticktext: classes.map(({ className }) => className),
    showgrid: false,
    ticks: '' as const,
  };
  // Markers at 0 stand clear of the class names.
  const highest = PERCENT * maximumOf([0.01, ...classes.flatMap(({ iou }) => iou)]);
  const layout: Partial<Layout> = {
    xaxis: axis('IoU, %', { range: [-0.05 * highest, 1.05 * highest], domain: [0, 0.44] }),
    xaxis2: axis('Difference, points', { domain: [0.5, 0.94], anchor: 'y2', zeroline: true }),
    yaxis: axis('', rowAxis),
    yaxis2: axis('', { ...rowAxis, anchor: 'x2', showticklabels: false }),
    shapes: bounds(classes).flatMap((y) => ['x', 'x2'].map((panel) => divider(panel, y))),
    annotations: groupNames(classes),
    bargap: 0.3,
    margin: { t: 26 },
  };
  const better = classes.filter(({ difference }) => difference > 0).length;
  return {
    name,
    title: 'IoU of two runs, class by class',
    caption:
      `${dataset}: IoU of each class, most pixels first. Left: ${runs[0]} and ${runs[1]}. Right: ${runs[1]} less ` +
      `${runs[0]}, higher in ${better} of ${classes.length} classes. Lines part the thirds of the classes by pixels: ` +
      'head, body, tail.',
    data: [joints(classes), ...points(classes, runs), bars(classes)],
    layout,
    aspectRatio: (FRAME_PIXELS + ROW_PIXELS * classes.length) / 562,
    heightAt: () => FRAME_PIXELS + ROW_PIXELS * classes.length,
    rows: classes.map(({ className, group, pixels, iou, difference }) => {
      return { class: className, group, pixels, [runs[0]]: iou[0], [runs[1]]: iou[1], difference };
    }),
  };
}

/** A grey line between the two values of each class. */
function joints(classes: readonly ClassComparison[]): Data {
  return {
    type: 'scatter',
    mode: 'lines',
    x: classes.flatMap(({ iou }) => [...iou.map((value) => PERCENT * value), null]),
    y: classes.flatMap((_, i) => [i, i, null]),
    line: { color: '#B0B0B0', width: 2 },
    hoverinfo: 'skip',
    showlegend: false,
  };
}

function points(classes: readonly ClassComparison[], runs: readonly [string, string]): Data[] {
  return runs.map((name, run): Data => {
    const { color, symbol } = seriesStyle(run);
    return {
      type: 'scatter',
      mode: 'markers',
      x: classes.map(({ iou }) => rounded(PERCENT * iou[run])),
      y: classes.map((_, i) => i),
      text: classes.map(({ className }) => className),
      name,
      marker: {
        color,
        symbol: run === 0 ? symbol : `${symbol}-open`,
        size: run === 0 ? 9 : 8,
        line: { color, width: run === 0 ? 0 : 2 },
      },
    };
  });
}

function bars(classes: readonly ClassComparison[]): Data {
  return {
    type: 'bar',
    orientation: 'h',
    xaxis: 'x2',
    yaxis: 'y2',
    x: classes.map(({ difference }) => rounded(PERCENT * difference)),
    y: classes.map((_, i) => i),
    text: classes.map(({ className }) => className),
    textposition: 'none',
    marker: {
      color: classes.map(({ difference }) => seriesStyle(difference < 0 ? 0 : 1).color),
    },
    showlegend: false,
  };
}

/** Rows at which another group begins. */
function bounds(classes: readonly ClassComparison[]): number[] {
  return classes.flatMap(({ group }, i) =>
    i > 0 && classes[i - 1].group !== group ? [i - 0.5] : [],
  );
}

function divider(panel: string, y: number): Partial<Shape> {
  const xref = `${panel} domain` as Shape['xref'];
  const yref = panel.replace('x', 'y') as Shape['yref'];
  const line = { color: '#8C8C8C', width: 1, dash: 'dot' as const };
  return { type: 'line', xref, yref, x0: 0, x1: 1, y0: y, y1: y, line };
}

/** At the right of the rows of each group. */
function groupNames(classes: readonly ClassComparison[]): Partial<Annotations>[] {
  return (['head', 'body', 'tail'] as const).flatMap((group) => {
    const own = classes.flatMap((one, i) => (one.group === group ? [i] : []));
    if (own.length === 0) return [];
    const y = (own[0] + own[own.length - 1]) / 2;
    const place = { xref: 'paper', x: 0.95, xanchor: 'left', yref: 'y2', y } as const;
    return [{ text: group, showarrow: false, yanchor: 'middle' as const, ...place }];
  });
}
