/** § 4.3 over time: the gradient norm of each class, epoch by epoch, for several losses, and PAT's β of the class. */
import type { Data, Layout } from 'plotly.js';
import type { ClassCourse, ClassHistory } from '../results/classHistory';
import { invalid } from '../check';
import { rounded, significant } from '../print/figureText';
import { PALETTE, axis, logAxis, panelTitle, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';

export interface GradientsOverTrainingOptions {
  /** Title of the data and the network, for the caption. */
  dataset: string;
  /** File stem (default `'eq7-gradients-over-training'`). */
  name?: string;
}

const GROUPS = { head: PALETTE[0], body: '#767676', tail: PALETTE[1] } as const;

const COLUMNS = 2;
const [WIDTH, HEIGHT] = [0.42, 0.37];

/**
 * One panel for each loss with the norm of each class's gradient as that loss averages it, on one logarithmic scale, and
 * a last one with β of the last that is PAT, if any is. Colour tells head, body and tail, dashes and marker tell the class.
 *
 * @throws InputError when there is no history.
 */
export function gradientsOverTrainingFigure(
  histories: readonly ClassHistory[],
  { dataset, name = 'eq7-gradients-over-training' }: GradientsOverTrainingOptions,
): Figure {
  if (histories.length === 0) {
    throw invalid('gradientsOverTrainingFigure', 'histories', 'a non-empty array', '[]');
  }
  const hasBeta = ({ classes }: ClassHistory) => classes.some((one) => one.coefficients !== null);
  const weighted = histories.filter(hasBeta).pop();
  const panels = [
    ...histories.map((history) => ({ history, key: 'norms' as const })),
    ...(weighted ? [{ history: weighted, key: 'coefficients' as const }] : []),
  ];
  const norms = histories.flatMap(({ classes }) => classes.flatMap((course) => course.norms));
  const shown = norms.filter((norm) => norm > 0);
  const range = [Math.log10(minimumOf(shown)) - 0.1, Math.log10(maximumOf(shown)) + 0.1];
  const rows = Math.ceil(panels.length / COLUMNS);
  const [{ epochs, classes: shownClasses }] = histories;
  const every = Math.ceil(epochs.length / 6);
  // The legend, about six entries a line, stands above the headings of the panels.
  const margin = { t: 28 + 20 * Math.ceil(shownClasses.length / 6) };
  const layout: Partial<Layout> = { annotations: [], margin };
  panels.forEach(({ history, key }, i) => {
    const bottom = i >= panels.length - COLUMNS;
    Object.assign(layout, panelAxes(i, rows, { range, isNorm: key === 'norms', bottom, every }));
    const text = key === 'norms' ? history.label : `β, ${history.label}`;
    layout.annotations?.push(panelTitle(text, i + 1));
  });
  const ends = histories.map(({ label, ranges }) => {
    return `${label}: ${significant(ranges[0])} → ${significant(ranges[ranges.length - 1])}`;
  });
  return {
    name,
    title: 'Gradient norm of each class over training',
    caption:
      `${dataset}: norm of the gradient at the logits that each class receives, measured on the same images after ` +
      'each epoch, divided by all pixels, or by |M| where the loss divides so' +
      `${weighted ? '; last panel: mean β of the true class' : ''}. ` +
      'Blue: head classes, grey: body, vermillion: tail. Largest over smallest norm at the first and the last epoch: ' +
      `${ends.join('; ')}.`,
    data: panels.flatMap(({ history, key }, panel) =>
      history.classes.map((course, marker) => {
        const ofGroup = history.classes.filter(({ group }) => group === course.group);
        const dashes = ofGroup.indexOf(course);
        return courseTrace(history, course, { key, panel, marker, dashes });
      }),
    ),
    layout,
    aspectRatio: 0.14 + 0.33 * rows,
    rows: histories.flatMap(historyRows),
  };
}

function suffixOf(panel: number): string {
  return panel === 0 ? '' : String(panel + 1);
}

function courseTrace(
  { epochs }: ClassHistory,
  course: ClassCourse,
  {
    key,
    panel,
    marker,
    dashes,
  }: { key: 'norms' | 'coefficients'; panel: number; marker: number; dashes: number },
): Data {
  const color = GROUPS[course.group];
  return {
    type: 'scatter',
    mode: 'lines+markers',
    xaxis: `x${suffixOf(panel)}`,
    yaxis: `y${suffixOf(panel)}`,
    x: epochs,
    y: course[key]?.map((value) => rounded(value)),
    name: course.className,
    legendgroup: course.className,
    showlegend: panel === 0,
    line: { color, dash: seriesStyle(dashes).dash, width: 2 },
    marker: { color, symbol: seriesStyle(marker).symbol, size: 8 },
  };
}

function panelAxes(
  panel: number,
  rows: number,
  {
    range,
    isNorm,
    bottom,
    every,
  }: { range: number[]; isNorm: boolean; bottom: boolean; every: number },
): Partial<Layout> {
  const suffix = suffixOf(panel);
  const [column, row] = [panel % COLUMNS, Math.floor(panel / COLUMNS)];
  const left = column * (1 - WIDTH);
  const top = 1 - (row / rows) * (1 + 0.12);
  const height = (HEIGHT * 2) / rows;
  const anchor = { anchor: `x${suffix}` as 'x', domain: [Math.max(0, top - height), top] };
  return {
    [`xaxis${suffix}`]: axis(bottom ? 'Epoch' : '', {
      domain: [left, left + WIDTH],
      anchor: `y${suffix}` as 'y',
      tick0: 1,
      dtick: every,
    }),
    [`yaxis${suffix}`]: isNorm
      ? logAxis('Norm of the gradient', { ...anchor, range })
      : axis('β', anchor),
  };
}

function historyRows({ label, epochs, classes }: ClassHistory): FigureRow[] {
  return classes.flatMap(({ classId, className, group, pixels, norms, coefficients }) =>
    epochs.map((epoch, i) => {
      const what = { loss: label, classId, class: className, group, pixels, epoch };
      return { ...what, gradientNorm: norms[i], coefficient: coefficients?.[i] ?? null };
    }),
  );
}
