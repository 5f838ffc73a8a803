/** Validation mean IoU over training in float32 and in bfloat16. */
import type { Data, Layout, LayoutAxis } from 'plotly.js';
import { invalid } from '../check';
import { lossTitle } from '../results/names';
import type { PrecisionRuns } from '../results/precisionRuns';
import { rounded } from '../print/figureText';
import { axis, panelTitle, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';
import { maximumOf } from '../extremes';

export interface PrecisionCurvesOptions {
  /** File stem (default `'precision-curves'`). */
  name?: string;
}

const PRECISIONS = ['float32', 'bfloat16'] as const;
const GAP = 0.1;

/**
 * One panel for each loss: colour and marker tell the precision, dashes the seed.
 *
 * @throws InputError when there is no run.
 */
export function precisionCurvesFigure(
  { setting, runs }: PrecisionRuns,
  { name = 'precision-curves' }: PrecisionCurvesOptions = {},
): Figure {
  if (runs.length === 0) throw invalid('precisionCurvesFigure', 'runs', 'a non-empty array', '[]');
  const losses = [...new Set(runs.map(({ loss }) => loss))];
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const panelWidth = (1 - GAP * (losses.length - 1)) / losses.length;
  const scores = runs.flatMap(({ epochs }) => epochs.map(({ meanIoU }) => 100 * (meanIoU ?? 0)));
  const range = [0, 1.05 * maximumOf(scores)];
  const layout: Partial<Layout> = { annotations: [], margin: { t: 50 } };
  losses.forEach((loss, i) => {
    const suffix = i === 0 ? '' : String(i + 1);
    const left = i * (panelWidth + GAP);
    const anchor = (letter: string) => `${letter}${suffix}` as LayoutAxis['anchor'];
    Object.assign(layout, {
      [`xaxis${suffix}`]: axis('Epoch', {
        domain: [left, left + panelWidth],
        anchor: anchor('y'),
        rangemode: 'tozero',
      }),
      [`yaxis${suffix}`]: axis(i === 0 ? 'Validation mean IoU, %' : '', {
        range,
        anchor: anchor('x'),
      }),
    });
    layout.annotations?.push(panelTitle(lossTitle(loss), i + 1));
  });
  const shown = new Set<string>();
  const data = runs.map(({ loss, seed, precision, epochs }): Data => {
    const suffix = losses.indexOf(loss) === 0 ? '' : String(losses.indexOf(loss) + 1);
    const { color, symbol } = seriesStyle(PRECISIONS.indexOf(precision));
    const label = `${precision}, seed ${seed}`;
    const showlegend = !shown.has(label);
    shown.add(label);
    return {
      type: 'scatter',
      mode: 'lines+markers',
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      x: epochs.map(({ epoch }) => epoch),
      y: epochs.map(({ meanIoU }) => (meanIoU === null ? null : rounded(100 * meanIoU, 4))),
      name: label,
      legendgroup: label,
      showlegend,
      line: { color, dash: seriesStyle(seeds.indexOf(seed)).dash, width: 1.5 },
      marker: { color, symbol, size: 5 },
    };
  });
  return {
    name,
    title: 'Validation mean IoU in float32 and in bfloat16',
    caption:
      `${setting}: mean IoU on the validation images, computed in float32, of runs whose steps are in float32 or in ` +
      'bfloat16, from the same weights on the same images in the same order.',
    data,
    layout,
    aspectRatio: 0.42,
    rows: runs.flatMap(({ loss, seed, precision, epochs }) =>
      epochs.map((metrics) => ({ loss, seed, precision, ...metrics })),
    ),
  };
}
