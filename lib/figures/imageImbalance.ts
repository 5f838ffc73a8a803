/** Fig. 2: how unequal the masks within one image are, over the images of a data set. */
import type { Data, Layout } from 'plotly.js';
import type { ImageImbalance, MaskImbalance } from '../analysis/maskImbalance';
import { invalid } from '../check';
import { imageSetText, rounded, significant } from '../print/figureText';
import { axis, logAxis, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';

export interface ImageImbalanceOptions {
  /** File stem (default `'fig2-image-imbalance'`). */
  name?: string;
}

/** One of the three quantities: its values, and the bins that all data sets share. */
interface Panel {
  quantity: string;
  title: string;
  values: (image: ImageImbalance) => number | null;
  /** Bin edges from all values, ascending. */
  edges: (values: number[]) => number[];
  logarithmic: boolean;
}

const PANELS: readonly Panel[] = [
  {
    quantity: 'largest over smallest mask',
    title: 'Largest / smallest mask',
    values: ({ largestToSmallest }) => largestToSmallest,
    edges: quarterDecades,
    logarithmic: true,
  },
  {
    quantity: 'Gini coefficient of mask sizes',
    title: 'Gini coefficient',
    values: ({ gini }) => gini,
    edges: (values) => steps(Math.floor(20 * minimumOf(values)) / 20, 0.05, maximumOf(values)),
    logarithmic: false,
  },
  {
    quantity: 'classes missing',
    title: 'Classes missing',
    values: ({ missing }) => missing,
    edges: (values) => steps(minimumOf(values) - 0.5, 1, maximumOf(values)),
    logarithmic: false,
  },
];

/**
 * Three histograms over images: ratio of the largest to the smallest mask (logarithmic, quarter-decade bins), Gini
 * coefficient of the mask sizes, classes of the data set that the image lacks. Heights are percentages of the images
 * that have the quantity. Several data sets share the bins.
 *
 * @throws InputError when there is no data set, or no image with at least two classes.
 */
export function imageImbalanceFigure(
  imbalances: readonly MaskImbalance[],
  { name = 'fig2-image-imbalance' }: ImageImbalanceOptions = {},
): Figure {
  if (imbalances.length === 0) {
    throw invalid('imageImbalanceFigure', 'imbalances', 'a non-empty array', '[]');
  }
  const data: Data[] = [];
  const rows: FigureRow[] = [];
  const layout: Partial<Layout> = {
    showlegend: imbalances.length > 1,
  };
  PANELS.forEach((panel, index) => {
    const all = imbalances.flatMap(({ images }) => numbers(images, panel));
    if (all.length === 0) {
      const remedy = 'Take images with at least two classes.';
      throw invalid(
        'imageImbalanceFigure',
        'imbalances',
        `images with ${panel.quantity}`,
        'none',
        remedy,
      );
    }
    const edges = panel.edges(all);
    imbalances.forEach((set, series) => {
      const shares = histogram(numbers(set.images, panel), edges);
      data.push(outline(set.title, series, edges, shares, index, imbalances.length === 1));
      rows.push(...histogramRows(set, panel, edges, shares));
    });
    Object.assign(layout, panelAxes(panel, index, edges));
  });
  return {
    name,
    title: 'Imbalance within images',
    caption: `Masks within one image, for ${imbalances.map(summary).join('; ')}. Heights: share of the images.`,
    data,
    layout,
    aspectRatio: 0.36,
    rows,
  };
}

function panelAxes(panel: Panel, index: number, edges: number[]): Partial<Layout> {
  const suffix = index === 0 ? '' : String(index + 1);
  const start = index * 0.355;
  const makeAxis = panel.logarithmic ? logAxis : axis;
  const ends = [edges[0], edges[edges.length - 1]];
  const [low, high] = panel.logarithmic ? ends.map(Math.log10) : ends;
  const range = [low - 0.02 * (high - low), high + 0.02 * (high - low)];
  const options = { domain: [start, start + 0.29], range, anchor: `y${suffix}` as 'y' };
  return {
    [`xaxis${suffix}`]: makeAxis(panel.title, options),
    [`yaxis${suffix}`]: axis(index === 0 ? 'Images, %' : '', {
      anchor: `x${suffix}` as 'x',
      rangemode: 'tozero',
      nticks: 6,
    }),
  };
}

/** The outline of a histogram as one stepped line that starts and ends at 0. */
function outline(
  title: string,
  series: number,
  edges: number[],
  shares: number[],
  panel: number,
  filled: boolean,
): Data {
  const { color, dash } = seriesStyle(series);
  const suffix = panel === 0 ? '' : String(panel + 1);
  return {
    type: 'scatter',
    mode: 'lines',
    line: { color, dash, width: 1.5, shape: 'hv' },
    x: [edges[0], ...edges],
    y: [0, ...shares, 0],
    ...(filled ? { fill: 'tozeroy' as const } : {}),
    name: title,
    legendgroup: title,
    showlegend: panel === 0,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
  };
}

function histogramRows(
  set: MaskImbalance,
  panel: Panel,
  edges: number[],
  shares: number[],
): FigureRow[] {
  return shares.map((percentOfImages, bin) => ({
    dataset: set.title,
    split: set.split,
    quantity: panel.quantity,
    from: rounded(edges[bin]),
    to: rounded(edges[bin + 1]),
    percentOfImages,
  }));
}

function summary(set: MaskImbalance): string {
  const middle = (panel: Panel) => {
    const values = numbers(set.images, panel).sort((a, b) => a - b);
    return values.length > 0 ? significant(values[Math.floor((values.length - 1) / 2)], 2) : 'none';
  };
  const medians = PANELS.map((panel) => `${panel.quantity} ${middle(panel)}`).join(', ');
  return `${imageSetText(set.title, set.split, set.images.length)}: medians: ${medians}`;
}

function numbers(images: ImageImbalance[], panel: Panel): number[] {
  return images.map(panel.values).filter((value): value is number => value !== null);
}

/** Percentage of the values in each bin [edge, next edge). */
function histogram(values: number[], edges: number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) counts[edges.findIndex((edge) => value < edge) - 1]++;
  return counts.map((count) => rounded((100 * count) / Math.max(values.length, 1)));
}

function quarterDecades(values: number[]): number[] {
  const [low, high] = [minimumOf(values), maximumOf(values)].map((v) => 4 * Math.log10(v));
  return steps(Math.floor(low), 1, high).map((quarter) => 10 ** (quarter / 4));
}

/** start, start + size, … up to the first one above `last`; multiples of 1e-9. */
function steps(start: number, size: number, last: number): number[] {
  const count = Math.floor((last - start) / size + 1e-9) + 1;
  return Array.from({ length: count + 1 }, (_, i) => Math.round((start + i * size) * 1e9) / 1e9);
}
