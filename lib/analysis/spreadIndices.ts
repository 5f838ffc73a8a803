/** Which images of a split stand for all of it. */
import { checkNumber } from '../check';

/**
 * `count` indices spread evenly over 0 … length − 1, the middle of each of `count` equal parts: ⌊(i + ½)·length/count⌋. All of
 * them where `count` is not below `length`. The first images of a split of video frames would be a second of one drive.
 *
 * @throws InputError for a `count` that is no whole number >= 1.
 */
export function spreadIndices(length: number, count: number): number[] {
  checkNumber('spreadIndices', 'count', count, { min: 1, integer: true });
  const parts = Math.min(count, length);
  return Array.from({ length: parts }, (_, i) => Math.floor(((i + 0.5) * length) / parts));
}
