/** Head, body and tail of the classes. */
import { meanOfDefined, sum } from '../statistics';

/** The groups in their order. */
export const classThirds = ['head', 'body', 'tail'] as const;

/** Classes by how many pixels they have. */
export interface ClassGroup {
  name: (typeof classThirds)[number];
  /** Class ids, most pixels first. */
  classes: number[];
  /** Mean IoU of its classes in the labels; null where there is none. */
  meanIoU: number | null;
}

/** Ids of head, body and tail: thirds of the classes that have pixels, most first; see `classGroups`. */
export function classThirdsBy(pixels: readonly number[]): [number[], number[], number[]] {
  const present = pixels.flatMap((count, id) => (count > 0 ? [id] : []));
  const order = present.sort((a, b) => pixels[b] - pixels[a] || a - b);
  const head = Math.ceil(order.length / 3);
  const body = head + Math.ceil((order.length - head) / 2);
  return [order.slice(0, head), order.slice(head, body), order.slice(body)];
}

/** Mean IoU of some classes, over those that are labelled; null where none is. */
export function meanIoUAmong(
  classes: readonly number[],
  iou: readonly (number | null)[],
  labelled: readonly number[],
): number | null {
  return meanOfDefined(classes.filter((id) => labelled[id] > 0).map((id) => iou[id] ?? 0));
}

/**
 * The classes that have pixels in three groups of equal number by their pixels, most first; where the number is no
 * multiple of three the head, then the body, has one more. `pixels` are those of the labels that `counts` scores,
 * unless others are given (the training split's); the mean is over the classes that occur in the labels scored.
 */
export function classGroups(
  counts: readonly number[][],
  iou: readonly (number | null)[],
  pixels: readonly number[] = counts.map(sum),
) {
  const labelled = counts.map(sum);
  return classThirdsBy(pixels).map((classes, i): ClassGroup => {
    return { name: classThirds[i], classes, meanIoU: meanIoUAmong(classes, iou, labelled) };
  });
}
