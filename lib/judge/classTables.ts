/** The scores of each class. */
import { scoresFrom } from '../metrics';
import { summedCounts } from '../metrics/perImage';
import { spread } from '../results/bootstrap';
import type { JudgedMethod } from './methods';

export interface ClassScores {
  name: string;
  /** Means over the seeds; null where the class is in neither labels nor predictions. */
  iou: number | null;
  dice: number | null;
  accuracy: number | null;
  /** Over the set; null without boundaries. */
  boundaryIoU: number | null;
}

export function classTables({ runs }: JudgedMethod, classNames: readonly string[]): ClassScores[] {
  const whole = runs.map(({ perImage }) => scoresFrom(summedCounts(perImage)));
  const outlines = runs.flatMap(({ boundary }) =>
    boundary ? [scoresFrom(summedCounts(boundary))] : [],
  );
  const mean = (values: readonly (number | null)[]) => spread(values)?.mean ?? null;
  return classNames.map((name, c) => ({
    name,
    iou: mean(whole.map(({ iou }) => iou[c])),
    dice: mean(whole.map(({ dice }) => dice[c])),
    accuracy: mean(whole.map(({ accuracyPerClass }) => accuracyPerClass[c])),
    boundaryIoU: mean(outlines.map(({ iou }) => iou[c])),
  }));
}
