/** Which images of a split a figure shows: picked by rule from numbers, never by hand. */
import { checkOneOf, invalid } from '../check';
import { minimumOf } from '../extremes';
import { sum } from '../statistics';

/** `'rarest class'`: the image with the most pixels of the class that has the fewest in the split. */
export type PickRule = 'best' | 'median' | 'worst' | 'rarest class';

export const pickRules: readonly PickRule[] = ['best', 'median', 'worst', 'rarest class'];

/** The images of a split, in its order. */
export interface ScoredImages {
  names: readonly string[];
  /** Higher is better; null for an image without a score, which is never picked. */
  scores: readonly (number | null)[];
  /** Labelled pixels `[image][class]`; needed for the rarest class alone. */
  labelled?: readonly (readonly number[])[];
}

export interface PickedImage {
  /** Into the split. */
  index: number;
  name: string;
  score: number;
  /** An image that several rules pick is there once. */
  rules: PickRule[];
  /** The class of the rule `'rarest class'`, where that rule picked the image. */
  rarestClass?: number;
}

interface Candidate {
  index: number;
  name: string;
  score: number;
  labelled: readonly number[];
}

/**
 * One image for each rule, in the order of the rules. The median of an even number is the better one; of equal images
 * the first of the split is taken.
 *
 * @param rules default: all four
 * @throws InputError for lists of unequal length, no image with a score, or rarest class without `labelled` pixels.
 */
export function pickImages(
  { names, scores, labelled }: ScoredImages,
  rules: readonly PickRule[] = pickRules,
): PickedImage[] {
  const where = 'pickImages';
  for (const [argument, list] of Object.entries({ scores, labelled })) {
    if (list !== undefined && list.length !== names.length) {
      throw invalid(where, argument, `one for each of ${names.length} images`, list.length);
    }
  }
  const candidates = names.flatMap((name, index): Candidate[] => {
    const score = scores[index];
    return score === null ? [] : [{ index, name, score, labelled: labelled?.[index] ?? [] }];
  });
  if (candidates.length === 0) throw invalid(where, 'scores', 'images with a score', 'none');
  const sorted = [...candidates].sort((a, b) => b.score - a.score || a.index - b.index);
  const picked = new Map<number, PickedImage>();
  for (const rule of rules) {
    const rarestClass = rule === 'rarest class' ? rarest(candidates) : undefined;
    const { index, name, score } = pick(rule, sorted, rarestClass);
    const image = picked.get(index) ?? { index, name, score, rules: [] };
    const found = rarestClass === undefined ? {} : { rarestClass };
    picked.set(index, { ...image, rules: [...image.rules, rule], ...found });
  }
  return [...picked.values()];
}

/** `sorted`: best first. */
function pick(rule: PickRule, sorted: readonly Candidate[], rarestClass = -1): Candidate {
  const { length } = sorted;
  checkOneOf('pickImages', 'rule', rule, pickRules);
  if (rule === 'best') return sorted[0];
  if (rule === 'median') return sorted[Math.floor((length - 1) / 2)];
  // Of equally bad images the first of the split, too.
  if (rule === 'worst') return sorted.find(({ score }) => score === sorted[length - 1].score)!;
  const pixels = ({ labelled }: Candidate) => labelled[rarestClass];
  const byIndex = [...sorted].sort((a, b) => a.index - b.index);
  return byIndex.reduce((most, image) => (pixels(image) > pixels(most) ? image : most));
}

/** The class with the fewest labelled pixels of those that have any. */
function rarest(candidates: readonly Candidate[]): number {
  const totals = candidates[0].labelled.map((_, classId) =>
    sum(candidates.map(({ labelled }) => labelled[classId])),
  );
  const present = totals.filter((pixels) => pixels > 0);
  if (present.length > 0) return totals.indexOf(minimumOf(present));
  throw invalid('pickImages', 'labelled', 'pixels of a class, for the rule rarest class', 'none');
}
