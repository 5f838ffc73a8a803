/**
 * The formulas of explore-pat.html, in plain JavaScript because the page evaluates them. They are those of
 * lib/losses/pat.ts for one pixel (its header and lib/analysis/lossCurves.ts derive them); tests/figures/explorePat.test.ts
 * holds both against each other, values and gradients.
 */

/**
 * @typedef {object} PatOptions
 * @property {number} temperature
 * @property {number | 'classes'} sharpness
 * @property {number} epsilon
 * @property {number} numClasses
 *
 * @typedef {{ coefficient: number, loss: number, gradient: number }} PixelLoss
 * @typedef {{ size: number, probability: number }} ClassInImage
 */

/**
 * One pixel of `numClasses` classes whose true class has probability `p` at τ = 1, the others sharing 1 − p evenly:
 * the odds r = (1 − p)/p at `temperature`, as { probability: 1/(1 + r), miss: r/(1 + r), crossEntropy: log(1 + r) }.
 * @param {number} p
 * @param {{ temperature: number, numClasses: number }} options
 */
function pixelAt(p, { temperature, numClasses }) {
  const others = numClasses - 1;
  const logOdds = Math.log(others) + (Math.log((1 - p) / others) - Math.log(p)) / temperature;
  // Of the two forms of each quotient and logarithm, the one that cannot overflow.
  const small = Math.exp(-Math.abs(logOdds));
  const [less, more] = [small / (1 + small), 1 / (1 + small)];
  return {
    probability: logOdds > 0 ? less : more,
    miss: logOdds > 0 ? more : less,
    crossEntropy: Math.max(logOdds, 0) + Math.log1p(small),
  };
}

/**
 * β = 1/(2·exp(k·(p − 1))): { coefficient, loss, gradient } of a pixel, the gradient |∂L/∂z_y|.
 * @param {number} p
 * @param {PatOptions} options
 * @returns {PixelLoss}
 */
function exponentialPat(p, options) {
  const { probability, miss, crossEntropy } = pixelAt(p, options);
  const sharpness = options.sharpness === 'classes' ? options.numClasses : options.sharpness;
  const coefficient = Math.exp(sharpness * miss) / 2;
  const growth = sharpness * probability * crossEntropy;
  return weighted(coefficient, crossEntropy, (miss * (1 + growth)) / options.temperature);
}

/**
 * β = 1/(p + ε), otherwise like `exponentialPat`.
 * @param {number} p
 * @param {PatOptions} options
 * @returns {PixelLoss}
 */
function inversePat(p, options) {
  const { probability, miss, crossEntropy } = pixelAt(p, options);
  const coefficient = 1 / (probability + options.epsilon);
  const growth = coefficient * probability * crossEntropy;
  return weighted(coefficient, crossEntropy, (miss * (1 + growth)) / options.temperature);
}

/**
 * Cross-entropy, which has no temperature and no coefficient.
 * @param {number} p
 * @returns {PixelLoss}
 */
function plainCrossEntropy(p) {
  return { coefficient: 1, loss: -Math.log(p), gradient: 1 - p };
}

/**
 * @param {number} coefficient
 * @param {number} crossEntropy
 * @param {number} slope
 * @returns {PixelLoss}
 */
function weighted(coefficient, crossEntropy, slope) {
  return { coefficient, loss: coefficient * crossEntropy, gradient: coefficient * slope };
}

/**
 * An image of `numClasses` classes, the most frequent first: masks shrink by equal factors from the largest to
 * 1/`imbalance` of it, probabilities of the true class fall evenly from `largestProbability` to `smallestProbability`.
 * Gives { size (share of the image), probability } of each class.
 * @param {{ numClasses: number, imbalance: number, largestProbability: number, smallestProbability: number }} image
 * @returns {ClassInImage[]}
 */
function classProfile({ numClasses, imbalance, largestProbability, smallestProbability }) {
  const ranks = Array.from({ length: numClasses }, (_, rank) => rank / (numClasses - 1));
  const sizes = ranks.map((rank) => imbalance ** -rank);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return ranks.map((rank, i) => ({
    size: sizes[i] / total,
    probability: largestProbability + (smallestProbability - largestProbability) * rank,
  }));
}

/**
 * Share of each class in the gradient of that image, Σ |∂L/∂z_y| over its mask: in cross-entropy, a mean over pixels,
 * by |M_c|; after 1/|M_c| by the gradient of one of its pixels alone.
 * @param {ClassInImage[]} classes
 * @param {PatOptions} options
 */
function classShares(classes, options) {
  /** @param {(one: ClassInImage) => number} contribution */
  const share = (contribution) => {
    const values = classes.map(contribution);
    const total = values.reduce((sum, value) => sum + value, 0);
    return values.map((value) => value / total);
  };
  return {
    crossEntropy: share(({ size, probability }) => size * plainCrossEntropy(probability).gradient),
    normalized: share(({ probability }) => plainCrossEntropy(probability).gradient),
    exponential: share(({ probability }) => exponentialPat(probability, options).gradient),
    inverse: share(({ probability }) => inversePat(probability, options).gradient),
  };
}
