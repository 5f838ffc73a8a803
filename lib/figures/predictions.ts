/** Figs. 4–5: images, their labels, and what networks predict for them, side by side. */
import type { Data } from 'plotly.js';
import { checkNumber, checkSameShape, invalid } from '../check';
import type { Colour, Sample } from '../datasets/datasetTypes';
import {
  classLegend,
  classMapPicture,
  legendEntry,
  mapPicture,
  photograph,
  pictureAt,
} from './drawing/pictures';
import type { ClassMapPicture, MaskStyle } from './drawing/pictures';
import { imageCounts } from './predictions/counts';
import type { ImageCounts } from './predictions/counts';
import { FIRST_PREDICTION, predictionGrid } from './predictions/layout';
import { drawingWidth } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';

/** One row: an image and a prediction of it for each column. */
export interface PredictionRow {
  sample: Sample;
  /** Stands beside the row, e.g. why the image was picked (default: nothing). */
  title?: string;
  /** Class ids, row-major `[height, width]`, one map for each column. */
  predictions: readonly Uint8Array[];
}

export interface PredictionsOptions {
  /** Headings of the predictions, e.g. the losses; parts that commas set apart stand below each other. */
  columns: readonly string[];
  /** Of each column, e.g. its network: written once above neighbours of the same group (default: none). */
  groups?: readonly string[];
  /** Below each prediction a map of its wrong pixels (default false). */
  errors?: boolean;
  /** How the images were picked, a sentence of the caption (default: none). */
  rule?: string;
  /** File stem (default `'predictions'`). */
  name?: string;
  /** Pixels that a picture is at most wide; larger ones are reduced (default 360). */
  maxWidth?: number;
}

/** Light grey, a dark colour and black differ in lightness, too: for any eye and in grey print. */
const CORRECT: Colour = [232, 232, 232];
const IGNORED: Colour = [0, 0, 0];
/** Vermillion, purple, blue. */
const WRONG: readonly Colour[] = [
  [213, 94, 0],
  [150, 0, 120],
  [0, 80, 200],
];
/** Between a class's colour and that of wrong pixels, of 0–441. */
const COLOUR_DISTANCE = 60;

/**
 * A grid of pictures: image, label, then a column for each prediction, in the data set's palette, with the image's mean
 * IoU in percent below. All tiles have the shape of the first image. The legend lists the classes that occur in labels or
 * predictions. Text fits the narrowest venue: headings are turned where they are wider than their columns.
 *
 * @throws InputError when there is no row or no column, or a row has not one map of its image's size for each column.
 */
export async function predictionsFigure(
  rows: readonly PredictionRow[],
  style: MaskStyle,
  options: PredictionsOptions,
): Promise<Figure> {
  const { columns, groups = [], errors = false, rule = '', name = 'predictions' } = options;
  checkRows(rows, columns);
  const maxWidth = checkNumber('predictionsFigure', 'maxWidth', options.maxWidth ?? 360, {
    min: 1,
    integer: true,
  });
  const classes = { numClasses: style.classNames.length, ignoreIndex: style.ignoreIndex };
  const counts = rows.map(({ sample, predictions }) =>
    predictions.map((map) => imageCounts(sample, map, classes)),
  );
  const legend = legendOf(rows, style, errors);
  const first = rows[0].sample;
  const { tile, layout, heightAt } = predictionGrid(
    {
      headings: ['Image', 'Label', ...columns],
      groups: ['', '', ...groups],
      titles: rows.map(({ title = '' }) => title),
      notes: counts.map((row) => ['', 'mean IoU, %', ...row.map(percent)]),
      legend: legend.map((entry) => ('name' in entry ? String(entry.name) : '')),
    },
    { shape: first.height / first.width, lines: errors ? 2 : 1 },
  );
  const images = rows.map(async ({ sample, predictions }, row) => {
    const mapped = (labels: Uint8Array) => classMap({ ...sample, labels }, style, maxWidth);
    const tiles = [photograph(sample, maxWidth), mapped(sample.labels), ...predictions.map(mapped)];
    const wrong = errors ? predictions.map((map) => errorMap(sample, map, style, maxWidth)) : [];
    return [
      ...(await Promise.all(tiles)).map((picture, i) => pictureAt(picture, tile(row, i))),
      ...(await Promise.all(wrong)).map((picture, i) =>
        pictureAt(picture, tile(row, i + FIRST_PREDICTION, 1)),
      ),
    ];
  });
  const named = columns.map((column, i) => (groups[i] ? `${column} (${groups[i]})` : column));
  return {
    name,
    title: 'Predictions beside labels',
    caption:
      `${style.title} (${style.split}): image, label, and predictions of ${named.join('; ')}` +
      `${errors ? ', each above its wrong pixels' : ''}; below, the mean IoU of the image over the classes ` +
      `in its label. ${rule === '' ? '' : `${rule} `}` +
      `Rows: ${rows.map(({ sample }) => sample.name).join(', ')}.`,
    data: legend,
    layout: { ...layout, images: (await Promise.all(images)).flat() },
    aspectRatio: heightAt(drawingWidth('eccv')) / drawingWidth('eccv'),
    heightAt,
    rows: rows.flatMap(({ sample }, row) =>
      named.flatMap((prediction, i) =>
        classRows({ image: sample.name, prediction }, counts[row][i], style),
      ),
    ),
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

const percent = ({ meanIoU }: ImageCounts) => (meanIoU === null ? '–' : (100 * meanIoU).toFixed(1));

const classMap = (map: ClassMapPicture, style: MaskStyle, maxWidth: number) =>
  classMapPicture(map, style, maxWidth);

/** The first of the colours that no class has, or nearly has. */
function wrongColour({ palette }: MaskStyle): Colour {
  const distance = (a: Colour, b: Colour) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  const free = (colour: Colour) => palette.every((own) => distance(own, colour) >= COLOUR_DISTANCE);
  return WRONG.find(free) ?? WRONG[0];
}

/** Correct, wrong and ignored pixels. */
function errorMap(
  sample: Sample,
  prediction: Uint8Array,
  style: MaskStyle,
  maxWidth: number,
): Promise<string> {
  const colours = [CORRECT, wrongColour(style), IGNORED];
  const labels = sample.labels.map((label, pixel) => {
    if (label === style.ignoreIndex) return 2;
    return label === prediction[pixel] ? 0 : 1;
  });
  return mapPicture({ ...sample, labels }, (id) => colours[id], maxWidth);
}

function legendOf(rows: readonly PredictionRow[], style: MaskStyle, errors: boolean): Data[] {
  const ids = new Set<number>();
  for (const { sample, predictions } of rows) {
    for (const map of [sample.labels, ...predictions]) map.forEach((id) => ids.add(id));
  }
  const classes = classLegend(style, ids);
  if (!errors) return classes;
  return [
    ...classes,
    legendEntry('correct pixel', CORRECT),
    legendEntry('wrong pixel', wrongColour(style)),
  ];
}

/** Of each class that occurs: pixels labelled, predicted, and both. */
function classRows(
  what: { image: string; prediction: string },
  { labelled, predicted, hits, meanIoU }: ImageCounts,
  { title, classNames }: MaskStyle,
): FigureRow[] {
  return classNames.flatMap((className, classId): FigureRow[] => {
    if (labelled[classId] + predicted[classId] === 0) return [];
    const pixels = { labelled: labelled[classId], predicted: predicted[classId] };
    const shared = { dataset: title, ...what, imageMeanIoU: meanIoU };
    return [{ ...shared, classId, class: className, ...pixels, right: hits[classId] }];
  });
}
