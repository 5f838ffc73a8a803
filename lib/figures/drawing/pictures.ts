/** Photographs and class maps as pictures inside a figure, and the legend of the classes. */
import type { Data, Image } from 'plotly.js';
import sharp from 'sharp';
import type { Colour, Sample, SegmentationDataset } from '../../datasets/datasetTypes';
import { cssColour } from '../../print/figureText';

/** What a figure needs to know of a data set to draw its masks. */
export type MaskStyle = Pick<
  SegmentationDataset,
  'title' | 'split' | 'classNames' | 'palette' | 'ignoreIndex'
>;

/** Class ids of an image, row-major `[height, width]`. */
export interface ClassMapPicture {
  labels: Uint8Array;
  height: number;
  width: number;
}

/** Colour of ignored pixels. */
const VOID: Colour = [0, 0, 0];

/** Place of a picture: its upper left corner and size in the coordinates of axes x and y. */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A picture stretched over its tile. */
export function pictureAt(source: string, { x, y, width, height }: Tile): Partial<Image> {
  const size = { sizex: width, sizey: height, sizing: 'stretch' as const };
  return { source, xref: 'x', yref: 'y', layer: 'above', x, y, ...size };
}

/** A photograph as a JPEG data URI: as PNG it would be ten times as large, in every saved notebook. */
export async function photograph(
  { image, height, width }: Pick<Sample, 'image' | 'height' | 'width'>,
  maxWidth: number,
): Promise<string> {
  const jpeg = await sharp(image, { raw: { width, height, channels: 3 } })
    .resize({ width: maxWidth, withoutEnlargement: true })
    .jpeg({ quality: 88 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** A class map in the data set's palette as a PNG data URI; ignored pixels are black. */
export function classMapPicture(
  map: ClassMapPicture,
  { palette }: Pick<MaskStyle, 'palette'>,
  maxWidth: number,
): Promise<string> {
  return mapPicture(map, (id) => palette[id] ?? VOID, maxWidth);
}

/** A map whose pixels have the colour that `colourOf` gives their id, as a PNG data URI. */
export async function mapPicture(
  { labels, height, width }: ClassMapPicture,
  colourOf: (id: number) => Colour,
  maxWidth: number,
): Promise<string> {
  const rgb = new Uint8Array(labels.length * 3);
  labels.forEach((id, i) => rgb.set(colourOf(id), i * 3));
  const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: maxWidth, withoutEnlargement: true, kernel: 'nearest' })
    .png({ palette: true })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** A trace without points, there for its entry in the legend. */
export function legendEntry(name: string, colour: Colour): Data {
  return {
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
  };
}

/** Entries of the classes with an id in `ids`, and of void where `ids` has it. */
export function classLegend(
  { classNames, palette, ignoreIndex }: MaskStyle,
  ids: ReadonlySet<number>,
): Data[] {
  const classes = classNames.flatMap((name, id) =>
    ids.has(id) ? [legendEntry(name, palette[id])] : [],
  );
  return ids.has(ignoreIndex) ? [...classes, legendEntry('void (ignored)', VOID)] : classes;
}
