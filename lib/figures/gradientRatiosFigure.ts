/** Eq. 7: measured ratios of per-class gradient norms against the ratios of mask sizes, before and after 1/|M|. */
import type { Data, Layout } from 'plotly.js';
import type { RatioFit, RatioStatistics } from '../analysis/gradientRatios';
import { counted, invalid } from '../check';
import { rounded } from '../print/figureText';
import { realMinus } from '../print/table/numberText';
import { logAxis, panelTitle, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';

export interface GradientRatiosOptions {
  /** Title and split of the data set, and the network, e.g. `'CamVid (train), U-Net after 60 steps'`. */
  dataset: string;
  /** File stem (default `'eq7-gradient-ratios'`). */
  name?: string;
}

const PANELS = [
  { key: 'before', title: 'Summed loss', domain: [0, 0.43], suffix: '' },
  { key: 'after', title: 'Loss divided by |M|', domain: [0.57, 1], suffix: '2' },
] as const;

/**
 * Scatter of ‖g_u‖/‖g_v‖ against |M_u|/|M_v| for all pairs of classes within an image, one series per loss; left for
 * the summed losses, right for the losses divided by |M|. The dashed line is the prediction: the identity before,
 * 1 after.
 *
 * @throws InputError when there are no statistics.
 */
export function gradientRatiosFigure(
  statistics: readonly RatioStatistics[],
  { dataset, name = 'eq7-gradient-ratios' }: GradientRatiosOptions,
): Figure {
  if (statistics.length === 0) {
    throw invalid('gradientRatiosFigure', 'statistics', 'a non-empty array', '[]');
  }
  const largest = maximumOf(statistics.flatMap(({ pairs }) => pairs.map((pair) => pair.predicted)));
  const measured = statistics.flatMap(({ pairs }) =>
    pairs.flatMap((pair) => [pair.before, pair.after]),
  );
  const y = [
    Math.log10(minimumOf([...measured, 1])) - 0.2,
    Math.log10(maximumOf([...measured, largest])) + 0.2,
  ];
  const layout: Partial<Layout> = {
    annotations: PANELS.map(({ title }, i) => panelTitle(title, i + 1)),
    margin: { t: 50 },
  };
  const data: Data[] = [];
  PANELS.forEach(({ key, domain, suffix }) => {
    const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
    Object.assign(layout, {
      [`xaxis${suffix}`]: logAxis('|M<sub>u</sub>| / |M<sub>v</sub>|', {
        domain: [...domain],
        anchor: `y${suffix}` as 'y',
        range: [-0.1, Math.log10(largest) + 0.2],
      }),
      [`yaxis${suffix}`]: logAxis('‖g<sub>u</sub>‖ / ‖g<sub>v</sub>‖', {
        anchor: `x${suffix}` as 'x',
        range: y,
      }),
    });
    statistics.forEach(({ loss, pairs }, index) => {
      const { color, symbol } = seriesStyle(index);
      data.push({
        ...axes,
        type: 'scatter',
        mode: 'markers',
        name: loss,
        legendgroup: loss,
        showlegend: suffix === '',
        x: pairs.map((pair) => rounded(pair.predicted)),
        y: pairs.map((pair) => rounded(pair[key])),
        text: pairs.map(({ image, classU, classV }) => `${classU} / ${classV}, ${image}`),
        marker: { color, symbol: `${symbol}-open`, size: 5, opacity: 0.6 },
      });
    });
    data.push({
      ...axes,
      type: 'scatter',
      mode: 'lines',
      name: 'prediction',
      showlegend: suffix === '',
      x: [1, largest],
      y: key === 'before' ? [1, largest] : [1, 1],
      line: { color: '#000000', dash: 'dash', width: 1.5 },
      hoverinfo: 'skip',
    });
  });
  const images = new Set(statistics.flatMap(({ pairs }) => pairs.map((pair) => pair.image))).size;
  const fits = statistics.map(({ loss, pairs, before, after }) => {
    return `${loss}: ${pairs.length} pairs, before ${fitText(before)}, after ${fitText(after)}`;
  });
  return {
    name,
    title: 'Ratios of gradient norms against ratios of mask sizes',
    caption:
      `Ratios of per-class gradient norms for all pairs of classes within an image, ${dataset}, ` +
      `${counted(images, 'image')}; dashed: predicted. Pearson correlation r of the logarithms and ` +
      `least-squares slope: ${fits.join('; ')}.`,
    data,
    layout,
    aspectRatio: 0.5,
    rows: statistics.flatMap(({ loss, pairs }) => pairs.map((pair) => ({ loss, ...pair }))),
  };
}

function fitText({ correlation, slope }: RatioFit): string {
  const text = (value: number | null) =>
    value === null ? 'undefined' : realMinus(value.toFixed(2));
  return `r = ${text(correlation)}, slope = ${text(slope)}`;
}
