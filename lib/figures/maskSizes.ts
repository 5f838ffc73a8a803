/** Fig. 2: distribution of mask sizes per class, over the images that contain the class. */
import type { BoxPlotData, Data, Layout } from 'plotly.js';
import type { MaskImbalance } from '../analysis/maskImbalance';
import { invalid } from '../check';
import { cssColour, imageSetText, rounded, significant } from '../print/figureText';
import { axis, logAxis } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';
import { quantile } from '../statistics';

export interface MaskSizesOptions {
  /** File stem (default `'fig2-mask-sizes'`). */
  name?: string;
}

/** A box drawn from quantiles that are already known. */
interface QuantileBox extends Partial<BoxPlotData> {
  q1: number[];
  median: number[];
  q3: number[];
  lowerfence: number[];
  upperfence: number[];
}

interface ClassQuantiles {
  name: string;
  colour: string;
  masks: number;
  minimum: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  maximum: number;
}

/**
 * Boxes from the 25 % to the 75 % quantile, a white point at the median, whiskers to the 5 % and 95 %
 * quantiles, and points at the smallest and largest mask, on a logarithmic scale. Classes stand by
 * median size, the largest on top.
 *
 * @throws InputError when no class has a mask.
 */
export function maskSizesFigure(
  imbalance: MaskImbalance,
  { name = 'fig2-mask-sizes' }: MaskSizesOptions = {},
): Figure {
  const quantiles = classQuantiles(imbalance);
  if (quantiles.length === 0) {
    throw invalid(
      'maskSizesFigure',
      'imbalance',
      'a data set with labelled pixels',
      imbalance.title,
    );
  }
  const { title, split, images } = imbalance;
  const extremes = quantiles.flatMap(({ minimum, maximum }) => [minimum, maximum]);
  const [smallest, largest] = [minimumOf(extremes), maximumOf(extremes)];
  const layout: Partial<Layout> = {
    xaxis: logAxis('Mask size, % of the image', {
      range: [Math.log10(smallest) - 0.15, Math.log10(largest) + 0.15],
    }),
    yaxis: axis('', { showgrid: false, ticks: '' }),
  };
  return {
    name,
    title: 'Mask sizes per class',
    caption:
      `Mask sizes of ${imageSetText(title, split, images.length)}, per class over the images that contain it: ` +
      'quartiles (box), median (white), 5 % and 95 % quantiles (whiskers), smallest and largest mask (points). ' +
      `They span a factor of ${significant(largest / smallest, 2)}.`,
    data: [...quantiles.map(box), ...points(quantiles)],
    layout,
    aspectRatio: 0.14 + 0.04 * quantiles.length,
    rows: quantiles.map(rowOf(imbalance)),
  };
}

function rowOf({ title, split }: MaskImbalance) {
  return ({
    name,
    masks,
    minimum,
    q05,
    q25,
    median,
    q75,
    q95,
    maximum,
  }: ClassQuantiles): FigureRow => {
    const numbers = { masks, minimum, q05, q25, median, q75, q95, maximum };
    return { dataset: title, split, class: name, unit: '% of the image', ...numbers };
  };
}

function box(item: ClassQuantiles): Data {
  const trace: QuantileBox = {
    type: 'box',
    orientation: 'h',
    name: item.name,
    y: [item.name],
    q1: [item.q25],
    median: [item.median],
    q3: [item.q75],
    lowerfence: [item.q05],
    upperfence: [item.q95],
    fillcolor: item.colour,
    line: { color: '#262626', width: 1 },
    showlegend: false,
    width: 0.6,
  };
  return trace;
}

/** Smallest and largest masks, and the medians once more in white, for boxes that are dark. */
function points(quantiles: ClassQuantiles[]): Data[] {
  const series = { type: 'scatter', mode: 'markers', hoverinfo: 'x', showlegend: false } as const;
  const dark = '#262626';
  return [
    {
      ...series,
      x: quantiles.flatMap(({ minimum, maximum }) => [minimum, maximum]),
      y: quantiles.flatMap((item) => [item.name, item.name]),
      marker: { color: dark, symbol: 'circle-open', size: 5 },
    },
    {
      ...series,
      x: quantiles.map(({ median }) => median),
      y: quantiles.map((item) => item.name),
      marker: { color: '#FFFFFF', symbol: 'circle', size: 6, line: { color: dark, width: 1 } },
    },
  ];
}

/** Quantiles of the mask sizes in % of the image, ascending by median. */
function classQuantiles({ classes }: MaskImbalance): ClassQuantiles[] {
  return classes
    .filter(({ maskShares }) => maskShares.length > 0)
    .map(({ name, colour, maskShares }) => {
      const sorted = maskShares.map((share) => 100 * share).sort((a, b) => a - b);
      const at = (q: number) => rounded(quantile(sorted, q));
      const numbers = { minimum: at(0), q05: at(0.05), q25: at(0.25), median: at(0.5) };
      const upper = { q75: at(0.75), q95: at(0.95), maximum: at(1) };
      return { name, colour: cssColour(colour), masks: sorted.length, ...numbers, ...upper };
    })
    .sort((a, b) => a.median - b.median);
}
