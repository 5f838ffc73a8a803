/** What each loss costs by itself, value and gradient, beside cross-entropy. */
import type { Data, Layout } from 'plotly.js';
import { invalid } from '../check';
import type { LossTimes } from '../measurement/lossTimes';
import { lossTitle } from '../results/names';
import { rounded } from '../print/figureText';
import { axis, panelTitle, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';
import { maximumOf } from '../extremes';

export interface LossCostsOptions {
  /** Largest ratio that PAT, focal loss and balanced softmax may have (default 1.15). */
  bar?: number;
  /** File stem (default `'loss-costs'`). */
  name?: string;
}

const PANELS = [
  { execution: 'graph', title: 'As one graph', axes: { xaxis: 'x', yaxis: 'y' } },
  { execution: 'eager', title: 'Op by op', axes: { xaxis: 'x2', yaxis: 'y2' } },
] as const;

/**
 * Two panels, as one graph and op by op: the time of each loss over cross-entropy's, for each number of classes.
 *
 * @throws InputError when nothing was measured.
 */
export function lossCostsFigure(
  { results, machine, batch, rounds }: LossTimes,
  { bar = 1.15, name = 'loss-costs' }: LossCostsOptions = {},
): Figure {
  if (results.length === 0) throw invalid('lossCostsFigure', 'results', 'a non-empty array', '[]');
  const classCounts = [...new Set(results.map(({ classes }) => classes))];
  const losses = [...new Set(results.map(({ loss }) => loss))];
  const highest = maximumOf([bar, ...results.map(({ timesCrossEntropy }) => timesCrossEntropy)]);
  const ratioAxis = { range: [0, 1.06 * highest] };
  const names = { type: 'category', tickangle: -45 } as const;
  const layout: Partial<Layout> = {
    xaxis: axis('', { ...names, domain: [0, 0.46] }),
    xaxis2: axis('', { ...names, domain: [0.54, 1], anchor: 'y2' }),
    yaxis: axis('Time / CE’s', ratioAxis),
    yaxis2: axis('', { ...ratioAxis, anchor: 'x2' }),
    annotations: PANELS.map(({ title }, i) => panelTitle(title, i + 1)),
    margin: { t: 50 },
  };
  const data = PANELS.flatMap(({ execution, axes }, panel): Data[] => {
    const points = classCounts.map((classes, i): Data => {
      const { color, symbol } = seriesStyle(i);
      const shown = results.filter(
        (result) => result.execution === execution && result.classes === classes,
      );
      return {
        ...axes,
        type: 'scatter',
        mode: 'markers',
        x: shown.map(({ loss }) => lossTitle(loss)),
        y: shown.map(({ timesCrossEntropy }) => rounded(timesCrossEntropy, 4)),
        name: `${classes} classes`,
        legendgroup: String(classes),
        showlegend: panel === 0,
        marker: { color, symbol, size: 8 },
      };
    });
    const line: Data = {
      ...axes,
      type: 'scatter',
      mode: 'lines',
      x: losses.map(lossTitle),
      y: losses.map(() => bar),
      name: `goal: at most ${bar}`,
      legendgroup: 'goal',
      showlegend: panel === 0,
      line: { color: '#8C8C8C', width: 1.3, dash: 'dash' },
    };
    return [...points, line];
  });
  return {
    name,
    title: 'Time of each loss over cross-entropy’s',
    caption:
      `Value and gradient of each loss on logits of ${batch.images} images of ${batch.height}×${batch.width} pixels, over ` +
      `cross-entropy in the same round; medians of ${rounds} rounds on ${machine.processor}, ${machine.cores} cores. ` +
      `Dashed: the kit's goal for PAT, focal loss and balanced softmax, at most ${bar} times cross-entropy's time.`,
    data,
    layout,
    aspectRatio: 0.56,
    rows: results.map(({ classes, loss, execution, milliseconds, timesCrossEntropy }) => {
      return { classes, loss, execution, milliseconds: milliseconds.median, timesCrossEntropy };
    }),
  };
}
