/** Fig. 2: images of a data set above their masks, in the data set's palette. */
import type { Layout } from 'plotly.js';
import { checkNumber, invalid } from '../check';
import type { Sample } from '../datasets/datasetTypes';
import { imageSetText } from '../print/figureText';
import { classLegend, classMapPicture, photograph, pictureAt } from './drawing/pictures';
import type { MaskStyle } from './drawing/pictures';
import type { Figure, FigureRow } from '../print/figure';

export interface SampleImagesOptions {
  /** File stem (default `'fig2-sample-images'`). */
  name?: string;
  /** Pixels that a picture is at most wide; larger ones are reduced (default 360: 300 dpi at four in 122 mm). */
  maxWidth?: number;
}

/** Share of a tile that stays free on its right and below. */
const GAP = 0.03;

/**
 * One column per sample: the image, its mask below. All samples are drawn in tiles of the first one's shape, so they
 * should be of one shape. The legend lists the classes that occur.
 *
 * @throws InputError when there is no sample.
 */
export async function sampleImagesFigure(
  samples: readonly Sample[],
  style: MaskStyle,
  { name = 'fig2-sample-images', maxWidth = 360 }: SampleImagesOptions = {},
): Promise<Figure> {
  checkNumber('sampleImagesFigure', 'maxWidth', maxWidth, { min: 1, integer: true });
  if (samples.length === 0)
    throw invalid('sampleImagesFigure', 'samples', 'a non-empty array', '[]');
  const shape = samples[0].height / samples[0].width;
  const pictures = await Promise.all(
    samples.map((sample) =>
      Promise.all([photograph(sample, maxWidth), classMapPicture(sample, style, maxWidth)]),
    ),
  );
  const images = pictures.flatMap((pair, column) =>
    pair.map((source, row) =>
      pictureAt(source, {
        x: column + GAP / 2,
        y: -(row * shape) - GAP / 2,
        width: 1 - GAP,
        height: shape - GAP,
      }),
    ),
  );
  const rows = samples.flatMap((sample) => pixelRows(sample, style));
  const legend = classLegend(style, new Set(rows.map((row) => Number(row.classId))));
  const hidden = { visible: false, fixedrange: true };
  const layout: Partial<Layout> = {
    images,
    xaxis: { ...hidden, range: [0, samples.length], domain: [0, 1] },
    yaxis: {
      ...hidden,
      range: [-2 * shape, 0],
      scaleanchor: 'x',
      constrain: 'domain',
      constraintoward: 'top',
    },
    legend: { x: 0.5, xanchor: 'center', yref: 'paper', y: 0, yanchor: 'top' },
    margin: { t: 4, r: 4, b: 4, l: 4 },
  };
  const names = samples.map((sample) => sample.name).join(', ');
  return {
    name,
    title: 'Sample images and masks',
    caption:
      `Images of ${imageSetText(style.title, style.split, samples.length)} and their masks in the ` +
      `data set's palette: ${names}.`,
    data: legend,
    layout,
    // Two rows of tiles, and one line of legend per five entries.
    aspectRatio: (2 * shape) / samples.length + 0.02 + 0.035 * Math.ceil(legend.length / 5),
    rows,
  };
}

/** Pixels of each class of a sample; void has the id `ignoreIndex`. */
function pixelRows(sample: Sample, { title, classNames }: MaskStyle): FigureRow[] {
  const counts = new Array<number>(256).fill(0);
  for (const label of sample.labels) counts[label]++;
  return counts.flatMap((pixels, classId) => {
    const className = classNames[classId] ?? 'void';
    return pixels > 0
      ? [{ dataset: title, image: sample.name, classId, class: className, pixels }]
      : [];
  });
}
