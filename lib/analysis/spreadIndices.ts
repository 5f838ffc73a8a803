/**
 * `count` image numbers (all where there are fewer) spread evenly over a split of `length` images, in order: neighbours in
 * a recorded drive show the same scene.
 */
export function spreadIndices(length: number, count: number): number[] {
  const taken = Math.min(count, length);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * length) / taken));
}
