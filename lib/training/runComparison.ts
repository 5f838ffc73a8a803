/** Two runs on the same data, class by class, and what a network must do better than. */
import { invalid } from '../check';
import { classGroups } from '../metrics';
import type { ClassGroup } from '../metrics';
import type { RunRecord } from './experiment';

/** Scores of predicting one class everywhere. */
export interface ConstantBaseline {
  classId: number;
  className: string;
  /** Its share of the labelled pixels. */
  pixelAccuracy: number;
  /** That share over the number of classes present: every other class has IoU 0. */
  meanIoU: number;
}

/** One class in two runs. */
export interface ClassComparison {
  classId: number;
  className: string;
  /** Labelled pixels. */
  pixels: number;
  group: ClassGroup['name'];
  /** IoU in the first and the second run. */
  iou: [number, number];
  /** Second less first. */
  difference: number;
}

/** A group of classes in two runs: mean IoU of each, and second less first; null for an empty group. */
export interface GroupComparison {
  name: ClassGroup['name'];
  classNames: string[];
  meanIoU: [number | null, number | null];
  difference: number | null;
}

type Scored = Pick<RunRecord, 'counts' | 'classNames' | 'scores'>;

/**
 * The best of all predictions that ignore the image: the commonest class everywhere. The class is chosen on the same
 * labels, so no constant guess scores higher.
 */
export function constantBaseline({
  counts,
  classNames,
}: Pick<Scored, 'counts' | 'classNames'>): ConstantBaseline {
  const pixels = counts.map(sum);
  const total = sum(pixels);
  if (total === 0) throw invalid('constantBaseline', 'counts', 'labelled pixels', 'none');
  const classId = pixels.indexOf(Math.max(...pixels));
  const share = pixels[classId] / total;
  const present = pixels.filter((count) => count > 0).length;
  return {
    classId,
    className: classNames[classId],
    pixelAccuracy: share,
    meanIoU: share / present,
  };
}

/**
 * The classes present in the labels, most pixels first.
 *
 * @throws InputError when the runs were not scored on the same labels.
 */
export function compareClasses(first: Scored, second: Scored): ClassComparison[] {
  checkSameLabels('compareClasses', first, second);
  return classGroups(first.counts, first.scores.iou).flatMap(({ name, classes }) =>
    classes.map((classId): ClassComparison => {
      const iou = [first, second].map(({ scores }) => scores.iou[classId] ?? 0) as [number, number];
      return {
        classId,
        className: first.classNames[classId],
        pixels: sum(first.counts[classId]),
        group: name,
        iou,
        difference: iou[1] - iou[0],
      };
    }),
  );
}

/** Head, body and tail classes. @throws InputError when the runs were not scored on the same labels. */
export function compareGroups(first: Scored, second: Scored): GroupComparison[] {
  checkSameLabels('compareGroups', first, second);
  const others = classGroups(second.counts, second.scores.iou);
  return classGroups(first.counts, first.scores.iou).map(({ name, classes, meanIoU }, i) => {
    const other = others[i].meanIoU;
    return {
      name,
      classNames: classes.map((id) => first.classNames[id]),
      meanIoU: [meanIoU, other],
      difference: meanIoU === null || other === null ? null : other - meanIoU,
    };
  });
}

function checkSameLabels(where: string, first: Scored, second: Scored): void {
  const pixels = ({ counts }: Scored) => counts.map(sum).join(', ');
  if (pixels(first) !== pixels(second)) {
    const expected = `a run scored on the labels of the first, with ${pixels(first)} pixels`;
    throw invalid(where, 'second', expected, pixels(second));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
