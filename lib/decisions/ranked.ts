/**
 * Masks that are optimal for Dice or IoU (B. Dai, C. Li: RankSEG: a consistent ranking-based framework for segmentation.
 * JMLR 24(224), 2023). The pixels of one class in one image are ranked by their probability, and the τ highest are taken:
 *
 *     Dice: τ* = argmax 2·S(τ)·E[1/(τ + Γ + 1)],  IoU: τ* = argmax S(τ)·E[1/(τ + Γ_τ)]
 *
 * S(τ) = Σ of the τ highest probabilities, Γ = the number of pixels of the class, Γ_τ = that of those below the τ highest,
 * both Poisson-binomial. This is the paper's "blind approximation" for many pixels, in which a pixel is not taken out of
 * its own Γ; the expectation of the reciprocal is expanded to the second order, 1/m·(1 + variance/m²). As in the authors'
 * code, a class whose highest probability is at most ½ is in no pixel.
 *
 * The rule is one for each class by itself. With several classes its masks overlap or leave pixels without a class; the
 * paper's rule for masks that must not overlap is an assignment problem and is not computed here.
 *
 * Probabilities are ranked by `LEVELS` levels of equal width, so that the cut is exact to 1/LEVELS.
 */

/** Levels of probability. */
export const LEVELS = 4096;

/** The level of a probability 0 … 1. */
export function levelOf(probability: number): number {
  const level = (probability * LEVELS) | 0;
  return level < LEVELS ? level : LEVELS - 1;
}

/** The probabilities of one class in one image, by level. */
export interface LevelHistogram {
  /** Pixels. */
  count: Float64Array;
  /** Σ p. */
  sum: Float64Array;
  /** Σ p·(1 − p). */
  variance: Float64Array;
}

/** The mask is the pixels of this level and above; `LEVELS` where it has none. */
export function rankedLevel(
  score: 'dice' | 'iou',
  { count, sum, variance }: LevelHistogram,
): number {
  let [mean, spread, highest] = [0, 0, -1];
  for (let level = 0; level < LEVELS; level++) {
    mean += sum[level];
    spread += variance[level];
    if (count[level] > 0) highest = level;
  }
  if (highest < 0 || sum[highest] <= 0.5 * count[highest]) return LEVELS;
  let [best, cut] = [-1, LEVELS];
  let [taken, hits, within] = [0, 0, 0];
  for (let level = highest; level >= 0; level--) {
    if (count[level] === 0) continue;
    taken += count[level];
    hits += sum[level];
    within += variance[level];
    const value =
      score === 'dice'
        ? 2 * hits * reciprocal(taken + mean + 1, spread)
        : hits * reciprocal(taken + mean - hits, spread - within);
    if (value > best) [best, cut] = [value, level];
  }
  return cut;
}

/** E[1/X] of a number by its mean and variance. */
function reciprocal(mean: number, variance: number): number {
  return (1 + Math.max(0, variance) / mean ** 2) / mean;
}
