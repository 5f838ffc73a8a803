/**
 * Scores that count images or classes rather than pixels (Z. Wang, M. Berman, A. Rannen-Triki, P. Torr, D. Tuia,
 * T. Tuytelaars, L. Van Gool, J. Yu, M. Blaschko: Revisiting evaluation metrics for semantic segmentation. NeurIPS 2023).
 */
import { checkNumber } from '../check';
import { imageClassScores, summedCounts } from './perImage';
import type { ImageClassTable, PerImageCounts } from './perImage';
import { meanOfDefined } from '../statistics';
import { scoresFrom } from './scores';

/** The share of images, in percent, that each score of `Q` is over. */
const deciles = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

/**
 * Mean IoU and mean Dice over the set (D), over images (I) and over classes (C), and of the worst images of each:
 *
 * - `meanIoUD`: from the pixels of the whole set, the mean over the classes with labels in it (`scores().meanIoU`);
 * - `meanIoUI`: the mean over images of the mean over the classes with labels in the image;
 * - `meanIoUC`: for each class the mean over the images with labels of it, then the mean over classes;
 * - `meanIoUI5`, `meanIoUC5`: the same over the worst max(1, ⌊5/100·n⌋) of the n images (for C: of the class);
 * - `meanIoUIQ`, `meanIoUCQ`: the mean of the worst 10, 20 … 100 percent;
 *
 * and `meanDice…` likewise. Images without a labelled pixel and classes without an image are left out; null where nothing
 * is left.
 *
 * Option `worst`: percents of images, each > 0 and ≤ 100 (default 1, 5, 10).
 * @throws InputError for other percents.
 */
export function fineGrainedScores(
  counts: PerImageCounts,
  { worst = [1, 5, 10] }: { worst?: readonly number[] } = {},
): Record<string, number | null> {
  for (const percent of worst) {
    checkNumber('fineGrainedScores', 'worst', percent, { min: 0, aboveMin: true, max: 100 });
  }
  const whole = scoresFrom(summedCounts(counts));
  const { iou, dice } = imageClassScores(counts);
  return {
    meanIoUD: whole.meanIoU,
    ...fromTable('meanIoU', iou, worst),
    meanDiceD: whole.meanDice,
    ...fromTable('meanDice', dice, worst),
  };
}

function fromTable(name: string, table: ImageClassTable, worst: readonly number[]) {
  const over = { I: meanOverImages, C: meanOverClasses };
  const scores = Object.entries(over).flatMap(([kind, score]) => [
    [`${name}${kind}`, score(table)] as const,
    [`${name}${kind}Q`, meanOfDefined(deciles.map((percent) => score(table, percent)))] as const,
    ...worst.map((percent) => [`${name}${kind}${percent}`, score(table, percent)] as const),
  ]);
  return Object.fromEntries(scores);
}

/** I: the mean over the worst `percent` of the images (default: all) of the mean over their classes. */
export function meanOverImages(table: ImageClassTable, percent = 100): number | null {
  return worstMean(table.map(meanOfDefined), percent);
}

/** C: for each class the mean over the worst `percent` of its images (default: all), then the mean over classes. */
export function meanOverClasses(table: ImageClassTable, percent = 100): number | null {
  const classes = table[0] ?? [];
  return meanOfDefined(
    classes.map((_, c) =>
      worstMean(
        table.map((row) => row[c]),
        percent,
      ),
    ),
  );
}

function worstMean(values: readonly (number | null)[], percent: number): number | null {
  if (percent === 100) return meanOfDefined(values);
  const defined = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
  return meanOfDefined(defined.slice(0, Math.max(1, Math.floor((percent * defined.length) / 100))));
}
