/** Fig. 3a: the vectors of PAT at real pixels: p, β, cross-entropy, and the loss that y leaves of them. */
import type { Data, Layout } from 'plotly.js';
import type { PixelPrediction } from '../analysis/pixelPredictions';
import { counted, invalid } from '../check';
import { NULLIFIED, rounded, significant } from '../print/figureText';
import { axis } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';

export interface PixelPredictionsOptions {
  /** Title and split of the data set, for the caption, e.g. `'CamVid (valid)'`. */
  dataset: string;
  classNames: readonly string[];
  /** The PAT options that the vectors were computed with, e.g. `'τ = 1, k = 1'`; for the caption. */
  parameters: string;
  /** File stem (default `'fig3a-pixel-predictions'`). */
  name?: string;
}

const PANELS = [
  { key: 'probability', title: 'p = softmax(z/τ)', column: 0, row: 0 },
  { key: 'coefficient', title: 'β', column: 1, row: 0 },
  { key: 'crossEntropy', title: '−log p', column: 0, row: 1 },
  { key: 'loss', title: 'β·(−log p)·y', column: 1, row: 1 },
] as const;

/** Columns with room for their names. */
const MOST_COLUMNS = 30;

/** Left edges and width of the panels, and their lower edges and height; the rest is for the colour bars. */
const LEFT = [0, 0.55];
const WIDTH = 0.38;
const BOTTOM = [0.54, 0];
const HEIGHT = 0.43;

/**
 * Four heat maps, pixels × classes; the true class is marked by a ring. In the last one only the true class has a
 * value: all others are nullified by y = 0 and grey.
 *
 * @throws InputError when there are no pixels.
 */
export function pixelPredictionsFigure(
  pixels: readonly PixelPrediction[],
  { dataset, classNames, parameters, name = 'fig3a-pixel-predictions' }: PixelPredictionsOptions,
): Figure {
  if (pixels.length === 0)
    throw invalid('pixelPredictionsFigure', 'pixels', 'a non-empty array', '[]');
  const columns = shownClasses(pixels, classNames.length);
  const columnNames = columns.map((c) => classNames[c]);
  const labels = pixels.map((pixel) => {
    return `${classNames[pixel.label]}, ${significant(pixel.confidence, 2)}`;
  });
  const layout: Partial<Layout> = { showlegend: false, plot_bgcolor: NULLIFIED, annotations: [] };
  const data = PANELS.flatMap((panel, index) => {
    const suffix = index === 0 ? '' : String(index + 1);
    const [left, bottom] = [LEFT[panel.column], BOTTOM[panel.row]];
    Object.assign(layout, panelAxes(panel, suffix, columnNames, labels));
    layout.annotations?.push({
      text: panel.title,
      xref: 'paper',
      yref: 'paper',
      x: left + WIDTH / 2,
      y: bottom + HEIGHT,
      xanchor: 'center',
      yanchor: 'bottom',
      showarrow: false,
    });
    return panelTraces(panel, suffix, pixels, columns);
  });
  return {
    name,
    title: 'Pixel-wise predicting vectors and their PAT coefficients',
    caption:
      `PAT at ${counted(pixels.length, 'pixel')} of ${dataset}, ` +
      `${parameters}. Rows: pixels by true class and its ` +
      'probability, softmax without a temperature; columns: classes; ring: true class. Pixels are the given quantiles of that ' +
      'probability in the rarest and commonest classes. Grey cells of β·(−log p)·y are nullified by y = 0.' +
      (columns.length < classNames.length
        ? ` Shown are the true classes and the likeliest others, ${columns.length} of ${classNames.length} classes.`
        : ''),
    data,
    layout,
    aspectRatio: 0.28 + 0.055 * pixels.length,
    rows: pixels.flatMap((pixel) => pixelRows(pixel, classNames)),
  };
}

type Panel = (typeof PANELS)[number];

function panelTraces(
  panel: Panel,
  suffix: string,
  pixels: readonly PixelPrediction[],
  columns: readonly number[],
): Data[] {
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  const values = pixels.map((pixel) =>
    columns.map((c) =>
      panel.key === 'loss' && c !== pixel.label ? null : rounded(pixel[panel.key][c], 4),
    ),
  );
  const shown = values.flat().filter((value): value is number => value !== null);
  return [
    {
      ...axes,
      type: 'heatmap',
      z: values,
      // Light for small values, in the order of luminance, so that grey print keeps the order.
      colorscale: 'YlGnBu',
      reversescale: true,
      zmin: panel.key === 'coefficient' ? minimumOf(shown) : 0,
      zmax: maximumOf(shown),
      hoverongaps: false,
      xgap: 1,
      ygap: 1,
      colorbar: {
        x: LEFT[panel.column] + WIDTH + 0.005,
        xanchor: 'left',
        xpad: 0,
        y: BOTTOM[panel.row] + HEIGHT / 2,
        len: HEIGHT,
        ypad: 0,
        thickness: 8,
        outlinewidth: 0,
        nticks: 5,
      },
    },
    {
      ...axes,
      type: 'scatter',
      mode: 'markers',
      x: pixels.map(({ label }) => columns.indexOf(label)),
      y: pixels.map((_, i) => i),
      marker: {
        symbol: 'circle-open',
        size: 7,
        color: '#D55E00',
        line: { color: '#D55E00', width: 1.5 },
      },
      hoverinfo: 'skip',
    },
  ];
}

function panelAxes(
  { column, row }: Panel,
  suffix: string,
  columnNames: readonly string[],
  labels: string[],
): Partial<Layout> {
  const plain = { showgrid: false, ticks: '' as const };
  return {
    [`xaxis${suffix}`]: axis('', {
      ...plain,
      anchor: `y${suffix}` as 'y',
      domain: [LEFT[column], LEFT[column] + WIDTH],
      tickvals: columnNames.map((_, i) => i),
      ticktext: [...columnNames],
      tickangle: -90,
      showticklabels: row === 1,
    }),
    [`yaxis${suffix}`]: axis('', {
      ...plain,
      anchor: `x${suffix}` as 'x',
      domain: [BOTTOM[row], BOTTOM[row] + HEIGHT],
      range: [labels.length - 0.5, -0.5],
      tickvals: labels.map((_, i) => i),
      ticktext: labels,
      showticklabels: column === 0,
    }),
  };
}

/** All classes where there is room for their names, else the true ones and those that are likeliest at any pixel. */
function shownClasses(pixels: readonly PixelPrediction[], classes: number): number[] {
  const truth = new Set(pixels.map(({ label }) => label));
  const likeliest = (c: number) =>
    truth.has(c) ? 1 : maximumOf(pixels.map(({ probability }) => probability[c]));
  const all = Array.from({ length: classes }, (_, c) => c);
  const ranked = [...all].sort((a, b) => likeliest(b) - likeliest(a)).slice(0, MOST_COLUMNS);
  return all.filter((c) => classes <= MOST_COLUMNS || ranked.includes(c) || truth.has(c));
}

function pixelRows(pixel: PixelPrediction, classNames: readonly string[]): FigureRow[] {
  return classNames.map((className, c) => ({
    image: pixel.image,
    row: pixel.row,
    column: pixel.column,
    trueClass: classNames[pixel.label],
    confidence: pixel.confidence,
    class: className,
    y: c === pixel.label ? 1 : 0,
    logit: pixel.logits[c],
    probability: pixel.probability[c],
    coefficient: pixel.coefficient[c],
    crossEntropy: pixel.crossEntropy[c],
    loss: pixel.loss[c],
  }));
}
