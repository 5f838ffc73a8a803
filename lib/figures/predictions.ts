/** Figs. 4–5: images, their labels, and what networks predict for them, side by side. */
import type { Annotations, Data, Layout } from 'plotly.js';
import { checkNumber, checkSameShape, invalid } from '../check';
import type { Colour, Sample } from '../datasets/types';
import {
  classLegend,
  classMapPicture,
  legendEntry,
  mapPicture,
  photograph,
  pictureAt,
} from './pictures';
import type { ClassMapPicture, MaskStyle } from './pictures';
import type { Figure, FigureRow } from './types';

/** One row: an image and a prediction of it for each column. */
export interface PredictionRow {
  sample: Sample;
  /** Stands at the left of the row, e.g. why the image was chosen, or the network (default: nothing). */
  title?: string;
  /** Class ids, row-major `[height, width]`, one map for each column. */
  predictions: readonly Uint8Array[];
}

export interface PredictionsOptions {
  /** Headings of the predictions, e.g. the losses. */
  columns: readonly string[];
  /** Right of each prediction a map of its wrong pixels (default false). */
  errors?: boolean;
  /** How the images were chosen, a sentence of the caption (default: none). */
  rule?: string;
  /** File stem (default `'predictions'`). */
  name?: string;
  /** Pixels that a picture is at most wide; larger ones are reduced (default 360). */
  maxWidth?: number;
}

const RIGHT: Colour = [232, 232, 232];
const WRONG: Colour = [213, 94, 0];
/** Share of a tile that stays free on its right and below. */
const GAP = 0.03;

/** A column of pictures. */
interface Column {
  heading: string;
  picture: (row: PredictionRow) => Promise<string>;
}

/**
 * A grid of pictures: image, label, then a column for each prediction, in the data set's palette. All tiles have the
 * shape of the first image. The legend lists the classes that occur in labels or predictions.
 *
 * @throws InputError when there is no row or no column, or a row has not one map of its image's size for each column.
 */
export async function predictionsFigure(
  rows: readonly PredictionRow[],
  style: MaskStyle,
  { columns, errors = false, rule = '', name = 'predictions', maxWidth = 360 }: PredictionsOptions,
): Promise<Figure> {
  checkRows(rows, columns);
  checkNumber('predictionsFigure', 'maxWidth', maxWidth, { min: 1, integer: true });
  const { height, width } = rows[0].sample;
  const shape = height / width;
  const grid = gridColumns(columns, { style, errors, maxWidth });
  const images = await Promise.all(
    rows.flatMap((row, i) =>
      grid.map(async ({ picture }, column) =>
        pictureAt(await picture(row), {
          x: column + GAP / 2,
          y: -(i * shape) - GAP / 2,
          width: 1 - GAP,
          height: shape - GAP,
        }),
      ),
    ),
  );
  const table = rows.flatMap((row) => pixelRows(row, columns, style));
  const legend = legendOf(rows, style, errors);
  const titled = rows.some(({ title }) => title !== undefined);
  const hidden = { visible: false, fixedrange: true };
  const layout: Partial<Layout> = {
    images,
    annotations: [
      ...grid.map(({ heading }, column) => columnHeading(heading, column)),
      ...rows.map(({ title = '' }, i) => rowTitle(title, -(i + 0.5) * shape)),
    ],
    xaxis: { ...hidden, range: [0, grid.length], domain: [0, 1] },
    yaxis: {
      ...hidden,
      range: [-rows.length * shape, 0],
      scaleanchor: 'x',
      constrain: 'domain',
      constraintoward: 'top',
    },
    legend: { x: 0.5, xanchor: 'center', yref: 'paper', y: 0, yanchor: 'top' },
    margin: { t: 22, r: 4, b: 4, l: titled ? 22 : 4 },
  };
  const names = rows.map(({ sample }) => sample.name).join(', ');
  return {
    name,
    title: 'Predictions beside labels',
    caption:
      `${style.title} (${style.split}): image, label, and predictions of ${columns.join(', ')}` +
      `${errors ? ', each with its wrong pixels' : ''}. ${rule === '' ? '' : `${rule} `}` +
      `Rows: ${names}.`,
    data: legend,
    layout,
    // Headings, tiles, and one line of legend per five entries.
    aspectRatio: 0.05 + (rows.length * shape) / grid.length + 0.036 * Math.ceil(legend.length / 5),
    rows: table,
  };
}

function checkRows(rows: readonly PredictionRow[], columns: readonly string[]): void {
  const where = 'predictionsFigure';
  if (rows.length === 0) throw invalid(where, 'rows', 'a non-empty array', '[]');
  if (columns.length === 0) throw invalid(where, 'columns', 'a non-empty array', '[]');
  rows.forEach(({ sample, predictions }) => {
    const argument = `predictions of ${sample.name}`;
    if (predictions.length !== columns.length) {
      throw invalid(where, argument, `${columns.length} maps`, predictions.length);
    }
    for (const map of predictions) {
      checkSameShape(where, argument, [map.length], [sample.height * sample.width]);
    }
  });
}

function gridColumns(
  columns: readonly string[],
  { style, errors, maxWidth }: { style: MaskStyle; errors: boolean; maxWidth: number },
): Column[] {
  const inPalette = (map: ClassMapPicture) => classMapPicture(map, style, maxWidth);
  const predicted = columns.flatMap((heading, i): Column[] => {
    const map = ({ sample, predictions }: PredictionRow) => ({ ...sample, labels: predictions[i] });
    const prediction = { heading, picture: (row: PredictionRow) => inPalette(map(row)) };
    if (!errors) return [prediction];
    const picture = (row: PredictionRow) => errorPicture(row, i, style, maxWidth);
    return [prediction, { heading: 'errors', picture }];
  });
  return [
    { heading: 'Image', picture: ({ sample }) => photograph(sample, maxWidth) },
    { heading: 'Label', picture: ({ sample }) => inPalette(sample) },
    ...predicted,
  ];
}

/** Right, wrong and ignored pixels. */
function errorPicture(
  { sample, predictions }: PredictionRow,
  index: number,
  { ignoreIndex }: MaskStyle,
  maxWidth: number,
): Promise<string> {
  const labels = sample.labels.map((label, pixel) => {
    if (label === ignoreIndex) return 2;
    return label === predictions[index][pixel] ? 0 : 1;
  });
  return mapPicture(
    { ...sample, labels },
    (id) => [RIGHT, WRONG, [0, 0, 0] as const][id],
    maxWidth,
  );
}

function legendOf(rows: readonly PredictionRow[], style: MaskStyle, errors: boolean): Data[] {
  const ids = new Set<number>();
  for (const { sample, predictions } of rows) {
    for (const map of [sample.labels, ...predictions]) map.forEach((id) => ids.add(id));
  }
  const classes = classLegend(style, ids);
  return errors ? [...classes, legendEntry('right', RIGHT), legendEntry('wrong', WRONG)] : classes;
}

function columnHeading(text: string, column: number): Partial<Annotations> {
  const place = { x: column + 0.5, y: 0, xanchor: 'center', yanchor: 'bottom', yshift: 1 } as const;
  return { text, xref: 'x', yref: 'y', showarrow: false, ...place };
}

function rowTitle(text: string, y: number): Partial<Annotations> {
  const place = { x: 0, y, xanchor: 'right', yanchor: 'middle', textangle: '-90' } as const;
  return { text, xref: 'x', yref: 'y', showarrow: false, ...place };
}

/** Of each class and prediction: pixels labelled, predicted, and both. */
function pixelRows(
  { sample, predictions }: PredictionRow,
  columns: readonly string[],
  { title, classNames, ignoreIndex }: MaskStyle,
): FigureRow[] {
  return predictions.flatMap((map, i) => {
    const counts = classNames.map(() => ({ labelled: 0, predicted: 0, right: 0 }));
    sample.labels.forEach((label, pixel) => {
      if (label === ignoreIndex) return;
      counts[label].labelled++;
      counts[map[pixel]].predicted++;
      if (label === map[pixel]) counts[label].right++;
    });
    return counts.flatMap((count, classId): FigureRow[] => {
      if (count.labelled + count.predicted === 0) return [];
      const what = { dataset: title, image: sample.name, prediction: columns[i] };
      return [{ ...what, classId, class: classNames[classId], ...count }];
    });
  });
}
