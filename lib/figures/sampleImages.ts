/** Fig. 2: images of a data set above their masks, in the data set's palette. */
import type { Data, Image, Layout } from 'plotly.js';
import sharp from 'sharp';
import { checkNumber, invalid } from '../check';
import type { Colour, Sample, SegmentationDataset } from '../datasets/types';
import { cssColour, imageSetText } from './labels';
import type { Figure, FigureRow } from './types';

/** What a figure needs to know of a data set to draw its masks. */
export type MaskStyle = Pick<
  SegmentationDataset,
  'title' | 'split' | 'classNames' | 'palette' | 'ignoreIndex'
>;

export interface SampleImagesOptions {
  /** File stem (default `'fig2-sample-images'`). */
  name?: string;
  /** Pixels that a picture is at most wide; larger ones are reduced (default 360: 300 dpi at four in 122 mm). */
  maxWidth?: number;
}

/** Colour of ignored pixels. */
const VOID: Colour = [0, 0, 0];
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
      Promise.all([photograph(sample, maxWidth), maskPicture(sample, style, maxWidth)]),
    ),
  );
  const images = pictures.flatMap((pair, column) =>
    pair.map((source, row): Partial<Image> => {
      const place = { x: column + GAP / 2, y: -(row * shape) - GAP / 2 };
      const size = { sizex: 1 - GAP, sizey: shape - GAP, sizing: 'stretch' as const };
      return { source, xref: 'x', yref: 'y', layer: 'above', ...place, ...size };
    }),
  );
  const rows = samples.flatMap((sample) => pixelRows(sample, style));
  const legend = legendEntries(style, new Set(rows.map((row) => Number(row.classId))));
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

/** A photograph as a JPEG data URI: as PNG it would be ten times as large, in every saved notebook. */
async function photograph(
  { image, height, width }: Pick<Sample, 'image' | 'height' | 'width'>,
  maxWidth: number,
): Promise<string> {
  const jpeg = await sharp(image, { raw: { width, height, channels: 3 } })
    .resize({ width: maxWidth, withoutEnlargement: true })
    .jpeg({ quality: 88 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** A mask in the data set's palette as a PNG data URI; ignored pixels are black. */
async function maskPicture(
  { labels, height, width }: Sample,
  { palette }: MaskStyle,
  maxWidth: number,
): Promise<string> {
  const rgb = new Uint8Array(labels.length * 3);
  labels.forEach((label, i) => rgb.set(palette[label] ?? VOID, i * 3));
  const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: maxWidth, withoutEnlargement: true, kernel: 'nearest' })
    .png({ palette: true })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
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

/** Traces without points, there for their entries in the legend. */
function legendEntries({ classNames, palette, ignoreIndex }: MaskStyle, ids: Set<number>): Data[] {
  const entry = (name: string, colour: Colour): Data => ({
    type: 'scatter',
    mode: 'markers',
    x: [null],
    y: [null],
    name,
    marker: {
      symbol: 'square',
      size: 10,
      color: cssColour(colour),
      line: { color: '#262626', width: 0.7 },
    },
  });
  const classes = classNames.flatMap((name, id) => (ids.has(id) ? [entry(name, palette[id])] : []));
  return ids.has(ignoreIndex) ? [...classes, entry('void (ignored)', VOID)] : classes;
}
