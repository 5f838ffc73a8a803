/** explore-pat in print: what the page explore-pat.html shows at one setting of its sliders. */
import type { Data } from 'plotly.js';
import type { ClassShare, PatExploration } from '../analysis/patExploration';
import { rounded } from '../print/figureText';
import { PALETTE, axis, logAxis, panelTitle, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';

/** Name of a curve → its share of each class; the colours of the page. */
const SERIES = [
  { share: 'crossEntropy', style: { ...seriesStyle(1), color: '#000000' } },
  { share: 'exponential', style: seriesStyle(0) },
  { share: 'inverse', style: { ...seriesStyle(2), color: PALETTE[1] } },
] as const;
const NORMALIZED = { color: '#6B7280', dash: 'dashdot', symbol: 'triangle-up' } as const;

/** Four panels: β, loss and |∂L/∂z_y| of one pixel, and the share of each class in the gradient of an image. */
export function explorePatFigure({ settings, curves, classes }: PatExploration): Figure {
  const { temperature, numClasses, imbalance } = settings;
  const { largestProbability, smallestProbability } = settings;
  const x = curves.probability.map((p) => rounded(p));
  const data = curves.curves.flatMap(({ label, coefficient, loss, gradient }, i): Data[] => {
    const { share, style } = SERIES[i];
    const beta = coefficient ?? loss.map(() => 1);
    return [
      ...[beta, loss, gradient].map((y, panel) => line(label, panel + 1, x, y, style)),
      line(label, 4, ...classShares(classes, share), style),
    ];
  });
  const normalized = classShares(classes, 'normalized');
  data.push(line('Cross-entropy, 1/|M|', 4, ...normalized, NORMALIZED, true));
  const probability = { range: [0, 1], dtick: 0.25 };
  const labels = curves.curves.map(({ label }) => label).join('; ');
  return {
    name: 'explore-pat',
    title: 'PAT at one setting: coefficient, loss, gradient, class shares',
    caption:
      `β, loss and |∂L/∂z| by the logit z of the true class, of one pixel with ${numClasses} classes against the probability p of its true class, softmax ` +
      `without a temperature (the other classes share 1 − p evenly), and the share of each class in the summed |∂L/∂z| of an image ` +
      `whose masks shrink evenly by ${imbalance} in all while p falls from ${largestProbability} to ` +
      `${smallestProbability}; PAT at τ = ${temperature}; no data set (0 images): ${labels}. ` +
      'Cross-entropy, 1/|M|: the normalization without β.',
    data,
    layout: {
      margin: { t: 70 }, // a legend of two rows and the panels' headings
      grid: { rows: 2, columns: 2, pattern: 'independent', xgap: 0.18, ygap: 0.42 },
      xaxis: axis('p of the true class', probability),
      xaxis2: axis('p of the true class', probability),
      xaxis3: axis('p of the true class', probability),
      xaxis4: axis('Class, most frequent first', { range: [0.5, numClasses + 0.5] }),
      yaxis: logAxis(''),
      yaxis2: logAxis(''),
      yaxis3: logAxis(''),
      yaxis4: logAxis(''),
      annotations: [
        'Coefficient β',
        'Loss',
        'Gradient |∂L/∂z<sub>y</sub>|',
        'Share of gradient, %',
      ].map((text, i) => panelTitle(text, i + 1)),
    },
    aspectRatio: 0.9,
    rows: [
      ...curves.curves.flatMap(({ label, coefficient, loss, gradient }) =>
        curves.probability.map((p, i) => ({
          curve: label,
          probability: p,
          coefficient: coefficient?.[i] ?? null,
          loss: loss[i],
          gradient: gradient[i],
        })),
      ),
      ...classes.map((each, i) => ({ class: i + 1, ...each })),
    ],
  };
}

function classShares(classes: ClassShare[], name: (typeof SERIES)[number]['share'] | 'normalized') {
  const ranks = classes.map((_, i) => i + 1);
  return [ranks, classes.map((each) => 100 * each[name])] as const;
}

function line(
  name: string,
  panel: number,
  x: number[],
  y: number[],
  { color, dash, symbol }: { color: string; dash: string; symbol: string },
  showlegend = panel === 1,
): Data {
  const suffix = panel === 1 ? '' : String(panel);
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    legendgroup: name,
    showlegend,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x,
    y: y.map((value) => rounded(value)),
    line: { color, dash, width: 1.5 },
    marker: { color, symbol, size: 6, maxdisplayed: panel === 4 ? 0 : 6 },
  } as Data;
}
