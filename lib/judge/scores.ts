/** The scores of the judge: what each is called, and how they follow from what was counted in each image. */
import { fineGrainedScores, meanIoUAmong, scoresFrom } from '../metrics';
import type { PerImageCounts } from '../metrics';
import { summedCounts } from '../metrics/perImage';
import type { ScoreFacts } from '../results/scoring';
import { calibrationError, calibrationSums, classwiseError } from './calibration';
import type { CalibrationSums } from './calibration';

/** What one method with one seed predicts of all images, counted. */
export interface JudgedRun {
  method: string;
  seed: number;
  perImage: PerImageCounts;
  /** The same of boundary pixels; absent where masks may overlap, and where boundaries are not asked for. */
  boundary?: PerImageCounts;
  /** Of each image, with probabilities. */
  calibration?: CalibrationSums[];
  /** Of all images. */
  classCalibration?: CalibrationSums;
  /** Masks of the classes may overlap: what counts pixels once is not defined. */
  overlaps: boolean;
  /** Data set whose images these are; `''` where it is not known. */
  dataset: string;
  /** Class ids of head, body and tail, by the pixels of the labels or of the training split. */
  thirds: readonly (readonly number[])[];
}

const share = (title: string): ScoreFacts => ({ title, better: 'higher', isShare: true });
const error = (title: string): ScoreFacts => ({ title, better: 'lower', isShare: true });

/** Mean IoU and mean Dice over pixels (D), images (I) and classes (C), of all images and of the worst. */
function fineGrained(name: string, title: string) {
  const kinds = { I: 'images', C: 'classes' };
  const worst = Object.entries(kinds).flatMap(([kind, over]) => [
    [`${name}${kind}Q`, share(`${title} ${kind}, mean of the worst 10–100 % of ${over}`)] as const,
    ...[1, 5, 10].map(
      (q) => [`${name}${kind}${q}`, share(`${title} ${kind}, worst ${q} %`)] as const,
    ),
  ]);
  const plain = ['D', 'I', 'C'].map(
    (kind) => [`${name}${kind}`, share(`${title} ${kind}`)] as const,
  );
  return Object.fromEntries([...plain, ...worst]) as Record<FineGrained<'meanIoU'>, ScoreFacts>;
}

type FineGrained<Name extends string> =
  `${Name}${'D' | 'I' | 'C'}` | `${Name}${'I' | 'C'}${'Q' | '1' | '5' | '10'}`;

/** Every score of the judge, in the order in which it is told. */
export const judgeScoreFacts = {
  ...fineGrained('meanIoU', 'mIoU'),
  ...(fineGrained('meanDice', 'mean Dice') as unknown as Record<
    FineGrained<'meanDice'>,
    ScoreFacts
  >),
  pixelAccuracy: share('pixel accuracy'),
  meanAccuracy: share('mean accuracy'),
  headIoU: share('head mIoU'),
  bodyIoU: share('body mIoU'),
  tailIoU: share('tail mIoU'),
  boundaryIoUD: share('boundary IoU D'),
  boundaryIoUI: share('boundary IoU I'),
  ece: error('ECE'),
  classwiseEce: error('class-wise ECE'),
} as const satisfies Record<string, ScoreFacts>;

export type JudgeScore = keyof typeof judgeScoreFacts;
export const judgeScores = Object.keys(judgeScoreFacts) as JudgeScore[];
export type JudgeScores = Record<JudgeScore, number | null>;

/** All scores of a run; null where one is not defined. */
export function judgeScoresOf(run: JudgedRun): JudgeScores {
  const { perImage, boundary, calibration, classCalibration, overlaps, thirds } = run;
  const counts = summedCounts(perImage);
  const whole = scoresFrom(counts);
  const outline = boundary && fineGrainedScores(boundary, { worst: [] });
  const [headIoU, bodyIoU, tailIoU] = thirds.map((classes) =>
    meanIoUAmong(classes, whole.iou, counts.labelled),
  );
  return {
    ...(fineGrainedScores(perImage) as Record<FineGrained<'meanIoU' | 'meanDice'>, number | null>),
    pixelAccuracy: overlaps ? null : whole.pixelAccuracy,
    meanAccuracy: whole.meanAccuracy,
    headIoU,
    bodyIoU,
    tailIoU,
    boundaryIoUD: outline?.meanIoUD ?? null,
    boundaryIoUI: outline?.meanIoUI ?? null,
    ece: calibration ? defined(calibrationError(summed(calibration))) : null,
    classwiseEce: classCalibration ? classwiseError(classCalibration) : null,
  };
}

/** Of all images together. */
export function summed(all: readonly CalibrationSums[]): CalibrationSums {
  const sums = calibrationSums((all[0]?.length ?? 0) / calibrationSums().length);
  for (const one of all) one.forEach((value, i) => (sums[i] += value));
  return sums;
}

const defined = (value: number): number | null => (Number.isNaN(value) ? null : value);
