/** How often a prediction is right, against how sure it is. */
import { counted } from '../check';
import type { Data } from 'plotly.js';
import { BINS, reliabilityBins } from '../judge/calibration';
import type { Judgement } from '../judge/judgement';
import { summed } from '../judge/scores';
import { rounded } from '../print/figureText';
import { axis, panelTitle, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';

/**
 * A line for each method with probabilities: in each of 15 bins of the highest probability the share of right pixels
 * against the mean probability, over all seeds; beside it how many pixels each bin has. Undefined without probabilities.
 */
export function reliabilityFigure(
  { methods, title, names }: Judgement,
  { name = 'judge-reliability' }: { name?: string } = {},
): Figure | undefined {
  const curves = methods.flatMap(({ name: label, runs, scores }) => {
    const sums = runs.flatMap(({ calibration }) => calibration ?? []);
    return sums.length > 0 ? [{ label, ece: scores.ece, bins: reliabilityBins(summed(sums)) }] : [];
  });
  if (curves.length === 0) return undefined;
  const diagonal: Data = {
    type: 'scatter',
    mode: 'lines',
    x: [0, 1],
    y: [0, 1],
    line: { color: '#8C8C8C', width: 1.5, dash: 'dash' },
    hoverinfo: 'skip',
    showlegend: false,
  };
  const lines = curves.map(({ label, ece, bins }, i): Data => {
    const { color, symbol, dash } = seriesStyle(i);
    const filled = bins.filter(({ pixels }) => pixels > 0);
    const error = ece === null ? '' : `, ECE ${(100 * ece.mean).toFixed(1)} %`;
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: `${label}${error}`,
      x: filled.map(({ confidence }) => rounded(confidence ?? 0, 4)),
      y: filled.map(({ accuracy }) => rounded(accuracy ?? 0, 4)),
      line: { color, dash },
      marker: { color, symbol, size: 6 },
    };
  });
  const amounts = curves.map(({ bins }, i): Data => {
    const { color, symbol, dash } = seriesStyle(i);
    const total = bins.reduce((sum, { pixels }) => sum + pixels, 0);
    return {
      type: 'scatter',
      mode: 'lines+markers',
      xaxis: 'x2',
      yaxis: 'y2',
      x: bins.map(({ from, to }) => rounded((from + to) / 2, 4)),
      y: bins.map(({ pixels }) => rounded((100 * pixels) / total, 4)),
      line: { color, dash },
      marker: { color, symbol, size: 6 },
      showlegend: false,
    };
  });
  const probability = (domain: [number, number], anchor: 'y' | 'y2') =>
    axis('Highest probability', { range: [-0.02, 1.02], domain, anchor, dtick: 0.25 });
  return {
    name,
    title: 'Reliability of the probabilities',
    caption:
      `${title}, ${counted(names.length, 'image')}: in ${BINS} bins of the highest probability of a pixel, the share of right pixels against ` +
      'the mean probability (below the diagonal: too sure), and the share of the pixels in each bin. ECE: mean distance from ' +
      'the diagonal over the pixels.',
    data: [diagonal, ...lines, ...amounts],
    layout: {
      margin: { t: 28 + 20 * curves.length },
      annotations: [panelTitle('Accuracy'), panelTitle('Pixels', 2)],
      xaxis: probability([0, 0.45], 'y'),
      yaxis: axis('Share of right pixels', { range: [-0.02, 1.02], dtick: 0.25, anchor: 'x' }),
      xaxis2: probability([0.58, 1], 'y2'),
      yaxis2: axis('Share of the pixels, %', { rangemode: 'tozero', anchor: 'x2' }),
    },
    aspectRatio: 0.48 + 0.035 * curves.length,
    rows: curves.flatMap(({ label, bins }) => bins.map((bin) => ({ method: label, ...bin }))),
  };
}
