/** Head, body and tail of the classes. */
import { meanOfDefined, sum } from '../statistics';

/** Classes by how many pixels they have. */
export interface ClassGroup {
  name: 'head' | 'body' | 'tail';
  /** Class ids, most pixels first. */
  classes: number[];
  /** Mean IoU of its classes in the labels; null where there is none. */
  meanIoU: number | null;
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
  const present = pixels.flatMap((count, id) => (count > 0 ? [id] : []));
  const order = present.sort((a, b) => pixels[b] - pixels[a] || a - b);
  const names = ['head', 'body', 'tail'] as const;
  let start = 0;
  return names.map((name, i): ClassGroup => {
    const end = start + Math.ceil((order.length - start) / (3 - i));
    const classes = order.slice(start, end);
    start = end;
    const scored = classes.filter((id) => sum(counts[id]) > 0);
    return { name, classes, meanIoU: meanOfDefined(scored.map((id) => iou[id] ?? 0)) };
  });
}
