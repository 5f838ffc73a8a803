/**
 * What explore-pat shows, computed with the kit's own losses: PAT's two readings beside cross-entropy on one pixel,
 * and the share of each class in the gradient of an image with a long tail.
 *
 * The image: masks shrink by equal factors from the most frequent class to the rarest, and the probability of the true
 * class falls evenly over them (one value for all pixels of a class). Class c then has, of Σ_c ‖g_c‖ in the logits'
 * true channel, in cross-entropy (a mean over pixels) a share in proportion to |M_c|·|∂L/∂z_y|; with the 1/|M_c| of
 * Eq. 4 in proportion to |∂L/∂z_y| alone.
 */
import { checkNumber } from '../check';
import { sum } from '../statistics';
import { lossCurves } from './lossCurves';
import type { LossCurves } from './lossCurves';

export interface PatExplorationOptions {
  /** τ (default 1). */
  temperature?: number;
  /** k of the exponential β, or `'classes'` for k = C (default 1). */
  sharpness?: number | 'classes';
  /** ε of the inverse β (default 0.01). */
  epsilon?: number;
  /** C (default 11). */
  numClasses?: number;
  /** Largest over smallest mask, at least 1 (default 1000). */
  imbalance?: number;
  /** p of the most frequent class at τ = 1, inside (0, 1) (default 0.95). */
  largestProbability?: number;
  /** p of the rarest class at τ = 1, inside (0, 1) (default 0.3). */
  smallestProbability?: number;
  /** Number of probabilities on the curves (default 99). */
  points?: number;
}

/** One class of the image, with its shares of the gradient in each loss (each sums to 1 over the classes). */
export interface ClassShare {
  /** Share of the image's pixels. */
  size: number;
  /** p of the true class at τ = 1. */
  probability: number;
  crossEntropy: number;
  /** Cross-entropy with 1/|M|: what the normalization does without β. */
  normalized: number;
  exponential: number;
  inverse: number;
}

export interface PatExploration {
  settings: Required<Omit<PatExplorationOptions, 'points'>>;
  /** Cross-entropy, PAT with the exponential β, PAT with the inverse β, in this order. */
  curves: LossCurves;
  /** The most frequent class first. */
  classes: ClassShare[];
}

/** @throws InputError for options out of range. */
export async function patExploration(options: PatExplorationOptions = {}): Promise<PatExploration> {
  const { points = 99, ...given } = options;
  const settings = {
    temperature: 1,
    sharpness: 1,
    epsilon: 1e-2,
    numClasses: 11,
    imbalance: 1000,
    largestProbability: 0.95,
    smallestProbability: 0.3,
    ...given,
  };
  checkNumber('patExploration', 'imbalance', settings.imbalance, { min: 1 });
  const { temperature, sharpness, epsilon, numClasses } = settings;
  const losses = [
    { label: 'Cross-entropy', config: { name: 'crossEntropy' } as const },
    {
      label: `PAT, exponential β, k = ${sharpness === 'classes' ? 'C' : sharpness}`,
      config: { name: 'pat', temperature, sharpness } as const,
    },
    {
      label: `PAT, inverse β, ε = ${epsilon}`,
      config: { name: 'pat', temperature, coefficient: 'inverse', epsilon } as const,
    },
  ];
  const curves = await lossCurves({ losses, numClasses, points });
  const profile = classProfile(settings);
  const probabilities = [...new Set(profile.map(({ probability }) => probability))];
  probabilities.sort((a, b) => a - b);
  const atClasses = await lossCurves({ losses, numClasses, probabilities });
  const gradients = atClasses.curves.map(({ gradient }) =>
    profile.map(({ probability }) => gradient[probabilities.indexOf(probability)]),
  );
  const [crossEntropy, exponential, inverse] = gradients;
  const shares = {
    crossEntropy: sharesOf(crossEntropy.map((gradient, i) => gradient * profile[i].size)),
    normalized: sharesOf(crossEntropy),
    exponential: sharesOf(exponential),
    inverse: sharesOf(inverse),
  };
  const classes = profile.map((each, i) => ({
    ...each,
    crossEntropy: shares.crossEntropy[i],
    normalized: shares.normalized[i],
    exponential: shares.exponential[i],
    inverse: shares.inverse[i],
  }));
  return { settings, curves, classes };
}

function classProfile(settings: PatExploration['settings']) {
  const { numClasses, imbalance, largestProbability, smallestProbability } = settings;
  const ranks = Array.from({ length: numClasses }, (_, rank) => rank / (numClasses - 1));
  const sizes = sharesOf(ranks.map((rank) => imbalance ** -rank));
  return ranks.map((rank, i) => ({
    size: sizes[i],
    probability: largestProbability + (smallestProbability - largestProbability) * rank,
  }));
}

function sharesOf(values: number[]): number[] {
  const total = sum(values);
  return values.map((value) => value / total);
}
