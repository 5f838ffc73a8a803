/** Figs. 4–5 from runs: images picked by rule, and what each run predicts. */
import type { PickedImage } from '../results/pickImages';
import type { ComparedImage, ImageComparison } from '../results/imageComparison';
import { networkTitle } from '../results/names';
import { distinctLabels, figureColumns } from '../results/runSelection';
import { predictionsFigure } from './predictions';
import type { Figure, FigureRow } from '../print/figure';

export interface ImageComparisonFigureOptions {
  /** Of the comparison's runs, those with a column (default: all). */
  columns?: readonly number[];
  /** File stem (default `'predictions'`). */
  name?: string;
}

/** How the rules are called in titles, by what the images are ranked by. */
const TITLES = {
  mean: { best: 'best', median: 'median', worst: 'worst' },
  change: { best: 'best change', median: 'median change', worst: 'worst change' },
} as const;

/** Why an image was picked, e.g. `worst`, `best, rarest: Pole`. */
export function pickTitle(
  { rules, rarestClass = -1 }: Pick<PickedImage, 'rules' | 'rarestClass'>,
  { by, dataset }: Pick<ImageComparison, 'by' | 'dataset'>,
): string {
  const titles = rules.map((rule) =>
    rule === 'rarest class' ? `rarest: ${dataset.classNames[rarestClass]}` : TITLES[by][rule],
  );
  return titles.join(', ');
}

/** A row of a table for each picked image: why it was picked, and its mean IoU in percent by each run. */
export function imageRows(comparison: ImageComparison): FigureRow[] {
  const labels = distinctLabels(comparison.runs);
  const percent = (share: number | null) => (share === null ? null : Math.round(1000 * share) / 10);
  return comparison.images.map((image) => ({
    image: image.name,
    'picked as': pickTitle(image, comparison),
    ...Object.fromEntries(labels.map((label, run) => [label, percent(image.meanIoU[run])])),
  }));
}

/** The figures of a comparison: one where its runs have room, else as `figureColumns` parts them, numbered in `name`. */
export function imageComparisonFigures(
  comparison: ImageComparison,
  { maxColumns = 8, name = 'predictions' }: { maxColumns?: number; name?: string } = {},
): Promise<Figure[]> {
  const parts = figureColumns(comparison.runs, maxColumns);
  return Promise.all(
    parts.map((columns, i) => {
      const number = parts.length > 1 ? `-${i + 1}` : '';
      return imageComparisonFigure(comparison, { columns, name: `${name}${number}` });
    }),
  );
}

/** `predictionsFigure` of a comparison: a column for each run, under its network where they differ, and error maps. */
export function imageComparisonFigure(
  comparison: ImageComparison,
  { columns = comparison.runs.map((_, i) => i), name }: ImageComparisonFigureOptions = {},
): Promise<Figure> {
  const { dataset, by, images } = comparison;
  const runs = columns.map((column) => comparison.runs[column]);
  const networks = runs.map(({ record }) => networkTitle(record.config.model.name));
  const labels = runs.map(({ label }) => label);
  const isGrouped = new Set(networks).size > 1 && new Set(labels).size > 1;
  const rows = images.map((image: ComparedImage) => ({
    sample: image.sample,
    title: pickTitle(image, comparison),
    predictions: columns.map((column) => image.predictions[column]),
  }));
  const score =
    by === 'mean'
      ? 'mean IoU, averaged over the runs compared'
      : 'change in mean IoU from the first run to the last';
  return predictionsFigure(rows, dataset, {
    columns: distinctLabels(runs, { network: !isGrouped }),
    groups: isGrouped ? networks : [],
    errors: true,
    rule:
      `Images are picked by rule among the ${comparison.meanIoU[0].length} of the split: best, median and worst by ` +
      `${score}, and the one with the most pixels of the rarest class.`,
    name,
  });
}
