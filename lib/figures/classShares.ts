/** Fig. 2: how unequal the classes of a data set are, in pixels and in the images that hold them. */
import type { Data, Layout } from 'plotly.js';
import type { ClassImbalance, MaskImbalance } from '../analysis/maskImbalance';
import { invalid } from '../check';
import { cssColour, imageSetText, rounded, significant } from '../print/figureText';
import { axis, logAxis, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';
import { minimumOf } from '../extremes';

export interface ClassSharesOptions {
  /** File stem (default `'fig2-class-shares'`). */
  name?: string;
}

/**
 * Left: share of all pixels per class (logarithmic), right: share of the images that hold the class. One data set
 * is drawn as bars by class in its own palette; several are compared by rank, the commonest class first.
 *
 * @throws InputError when there is no data set, or one without a labelled pixel.
 */
export function classSharesFigure(
  imbalances: readonly MaskImbalance[],
  { name = 'fig2-class-shares' }: ClassSharesOptions = {},
): Figure {
  if (imbalances.length === 0)
    throw invalid('classSharesFigure', 'imbalances', 'a non-empty array', '[]');
  for (const { title, classes } of imbalances) {
    if (!classes.some(({ pixels }) => pixels > 0)) {
      throw invalid('classSharesFigure', 'imbalances', 'data sets with labelled pixels', title);
    }
  }
  const drawing = imbalances.length === 1 ? bars(imbalances[0]) : ranks(imbalances);
  const sets = imbalances.map(({ title, split, images }) =>
    imageSetText(title, split, images.length),
  );
  const spans = imbalances.map((set) => {
    const shares = presentClasses(set).map(({ share }) => share);
    return `${set.title}: ${significant(shares[0] / shares[shares.length - 1])}`;
  });
  return {
    name,
    title: 'Class shares and presence',
    caption:
      `Long-tailed classes of ${sets.join(', ')}. Left: share of all pixels (void included) per class; ` +
      `right: share of the images that contain it. Largest over smallest class: ${spans.join('; ')}.`,
    ...drawing,
    rows: imbalances.flatMap(shareRows),
  };
}

function shareRows(set: MaskImbalance): FigureRow[] {
  return byPixels(set).map(({ name, pixels, share, presence }, rank) => ({
    dataset: set.title,
    split: set.split,
    rank: rank + 1,
    class: name,
    pixels,
    share,
    presence,
    images: set.images.length,
  }));
}

function bars(set: MaskImbalance): Pick<Figure, 'data' | 'layout' | 'aspectRatio'> {
  const classes = byPixels(set).reverse(); // Plotly draws categories upwards.
  const y = classes.map(({ name }) => name);
  const marker = {
    color: classes.map(({ colour }) => cssColour(colour)),
    line: { color: '#262626', width: 0.7 },
  };
  const shares = classes.map(({ share }) => (share > 0 ? rounded(100 * share) : null));
  const presence = classes.map((item) => rounded((100 * item.presence) / set.images.length));
  const bar = { type: 'bar', orientation: 'h', marker, showlegend: false } as const;
  const label = { textposition: 'outside', textangle: 0, cliponaxis: false } as const;
  const data: Data[] = [
    {
      ...bar,
      ...label,
      x: shares,
      y,
      text: shares.map((s) => (s === null ? 'none' : significant(s))),
    },
    { ...bar, ...label, x: presence, y, xaxis: 'x2', text: classes.map((c) => String(c.presence)) },
  ];
  const present = shares.filter((share): share is number => share !== null);
  const lowest = Math.floor(Math.log10(minimumOf(present)) - 0.1);
  const layout: Partial<Layout> = {
    xaxis: logAxis('Share of pixels, %', { domain: [0, 0.47], range: [lowest, 2.3] }),
    xaxis2: axis('Images with the class, %', {
      domain: [0.55, 1],
      range: [0, 118],
      tickvals: [0, 25, 50, 75, 100],
    }),
    yaxis: axis('', { showgrid: false, ticks: '' }),
    bargap: 0.25,
  };
  return { data, layout, aspectRatio: 0.12 + 0.04 * classes.length };
}

function ranks(sets: readonly MaskImbalance[]): Pick<Figure, 'data' | 'layout' | 'aspectRatio'> {
  const data = sets.flatMap((set, index): Data[] => {
    const classes = presentClasses(set);
    const { color, dash, symbol } = seriesStyle(index);
    const series = {
      type: 'scatter',
      mode: 'lines+markers',
      line: { color, dash, width: 1.5 },
      marker: { color, symbol, size: 7 },
      name: set.title,
      legendgroup: set.title,
      x: classes.map((_, rank) => rank + 1),
      text: classes.map((item) => item.name),
    } as const;
    return [
      { ...series, y: classes.map(({ share }) => rounded(100 * share)) },
      {
        ...series,
        y: classes.map(({ presence }) => rounded((100 * presence) / set.images.length)),
        yaxis: 'y2',
        xaxis: 'x2',
        showlegend: false,
      },
    ];
  });
  const layout: Partial<Layout> = {
    xaxis: axis('Class rank, by pixels', { domain: [0, 0.42], rangemode: 'tozero' }),
    yaxis: logAxis('Share of pixels, %'),
    xaxis2: axis('Class rank, by pixels', { domain: [0.58, 1], anchor: 'y2', rangemode: 'tozero' }),
    yaxis2: axis('Images with the class, %', { anchor: 'x2', range: [0, 105] }),
  };
  return { data, layout, aspectRatio: 0.5 };
}

function byPixels({ classes }: MaskImbalance): ClassImbalance[] {
  return [...classes].sort((a, b) => b.pixels - a.pixels || a.id - b.id);
}

function presentClasses(set: MaskImbalance): ClassImbalance[] {
  return byPixels(set).filter(({ pixels }) => pixels > 0);
}
