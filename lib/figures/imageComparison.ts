/** Figs. 4–5 from runs: images picked by rule, and what each run predicts. */
import type { PickedImage } from '../analysis/pickImages';
import type { ComparedImage, ImageComparison } from '../results/imageComparison';
import { networkTitle } from '../results/names';
import { distinctLabels } from '../results/runSelection';
import { predictionsFigure } from './predictions';
import type { Figure } from './types';

export interface ImageComparisonFigureOptions {
  /** Of the comparison's runs, those with a column (default: all). */
  columns?: readonly number[];
  /** File stem (default `'predictions'`). */
  name?: string;
}

/** How the rules are called in titles, by what the images are ranked by. */
const TITLES = {
  mean: { best: 'best', median: 'median', worst: 'worst' },
  change: { best: 'largest gain', median: 'median change', worst: 'largest loss' },
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
