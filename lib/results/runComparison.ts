/** Two runs on the same data, class by class, and what a network must do better than. */
import { invalid } from '../check';
import { classGroups } from '../metrics';
import type { ClassGroup } from '../metrics';
import { sum } from '../statistics';
import type { RunRecord } from '../training/experiment';
import { maximumOf } from '../extremes';

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
  /** By which the classes are grouped. */
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

/** The scores that both runs have: of the test split where each has one, else of the validation split. */
export function scoredAlike(runs: readonly { record: RunRecord }[]): {
  split: 'test' | 'valid';
  scored: Scored[];
} {
  const split = runs.every(({ record }) => record.test) ? 'test' : 'valid';
  const scored = runs.map(({ record }) => {
    const { counts, scores } = (split === 'test' ? record.test : undefined) ?? record;
    return { classNames: record.classNames, counts, scores };
  });
  return { split, scored };
}

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
  const classId = pixels.indexOf(maximumOf(pixels));
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
 * @param pixels of each class, by which classes are head, body or tail, such as the training split's (default: of the labels
 *   that are scored)
 * @throws InputError when the runs were not scored on the same labels.
 */
export function compareClasses(
  first: Scored,
  second: Scored,
  pixels: readonly number[] = first.counts.map(sum),
): ClassComparison[] {
  checkSameLabels('compareClasses', first, second);
  const inLabels = (id: number) => sum(first.counts[id]) > 0;
  return classGroups(first.counts, first.scores.iou, pixels).flatMap(({ name, classes }) =>
    classes.filter(inLabels).map((classId): ClassComparison => {
      const iou = [first, second].map(({ scores }) => scores.iou[classId] ?? 0) as [number, number];
      return {
        classId,
        className: first.classNames[classId],
        pixels: pixels[classId],
        group: name,
        iou,
        difference: iou[1] - iou[0],
      };
    }),
  );
}

/** Head, body and tail classes by `pixels`, as `compareClasses` has them. @throws InputError as it does. */
export function compareGroups(
  first: Scored,
  second: Scored,
  pixels: readonly number[] = first.counts.map(sum),
): GroupComparison[] {
  checkSameLabels('compareGroups', first, second);
  const groupsOf = ({ counts, scores }: Scored) => classGroups(counts, scores.iou, pixels);
  const others = groupsOf(second);
  return groupsOf(first).map(({ name, classes, meanIoU }, i) => {
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
