/** Which images of a data set are not independent of each other. */

/**
 * The drive and the block of time of each frame of a film: frames 0 … `framesPerBlock` − 1 are one block, and so on.
 *
 * @param frame has a name's drive as its first group, the number of the frame as its second; a name of another form is a
 *   cluster of its own.
 */
export function timeBlocks(
  names: readonly string[],
  frame: RegExp,
  framesPerBlock: number,
): string[] {
  return names.map((name) => {
    const match = frame.exec(name);
    if (match === null) return name;
    return `${match[1]}, block ${Math.floor(Number(match[2]) / framesPerBlock)}`;
  });
}

/**
 * The runs of numbers in which neighbours are at most `gap` apart, each by its first name; the number is what `number`
 * finds, and a name without one is a run of its own. They depend on which names there are, not on their order.
 */
export function numberRuns(names: readonly string[], number: RegExp, gap: number): string[] {
  const numbered = names.flatMap((name) => {
    const match = number.exec(name);
    return match === null ? [] : [{ name, index: Number(match[0]) }];
  });
  const firstOf = new Map<string, string>();
  let [first, last] = ['', NaN];
  for (const { name, index } of numbered.sort((a, b) => a.index - b.index)) {
    if (!(index - last <= gap)) first = name;
    last = index;
    firstOf.set(name, first);
  }
  return names.map((name) => firstOf.get(name) ?? name);
}

/**
 * Of `names`, those whose frame is at most `gap` frames away from one of `others` in the same film: what a network learns
 * from the one, it knows of the other.
 *
 * @param frame as of `timeBlocks`; a name of another form is near to none.
 */
export function nearbyFrames(
  names: readonly string[],
  others: readonly string[],
  frame: RegExp,
  gap: number,
): Set<string> {
  const films = new Map<string, number[]>();
  for (const name of others) {
    const match = frame.exec(name);
    if (match) films.set(match[1], [...(films.get(match[1]) ?? []), Number(match[2])]);
  }
  const isNear = (name: string) => {
    const match = frame.exec(name);
    const frames = match === null ? [] : (films.get(match[1]) ?? []);
    return frames.some((other) => Math.abs(other - Number(match?.[2])) <= gap);
  };
  return new Set(names.filter(isNear));
}
