import { tf } from '../backend';
import { checkNumber, checkOneOf, invalid } from '../check';
import { lossVariants } from './lossTypes';
import type {
  ConfiguredLoss,
  LossDefinition,
  LossVariant,
  PixelProbabilities,
  PixelTerm,
} from './lossTypes';

/** The readings of the lost Eq. 5 that the kit offers. */
export interface PatCoefficientOptions {
  /** τ > 0, divides the logits (default 1). */
  temperature?: number;
  /** `'exponential'`: β = 1/(2·exp(k·(p−1))) (default); `'inverse'`: β = 1/(p+ε). */
  coefficient?: 'exponential' | 'inverse';
  /** k > 0 of `'exponential'` (`'inverse'` has none), or `'classes'` for k = C (default 1; both are in the authors' code). */
  sharpness?: number | 'classes';
  /** ε > 0 of `'inverse'` (`'exponential'` has none; default 0.01). */
  epsilon?: number;
}

export interface PatOptions extends PatCoefficientOptions {
  /** `'mask'`: 1/|M_{i,c}| for each class of each image, Eq. 4 (default); `'pixels'`: mean over valid pixels. */
  normalizer?: 'mask' | 'pixels';
  /** Treat β as a constant in the gradient (default false). */
  stopGradient?: boolean;
  /** `'authors'` divides by B·C·H·W in place of the normalizer (default `'paper'`). */
  variant?: LossVariant;
}

/**
 * Pixel-wise Adaptive Training, Eq. 4–5:
 *
 *     L = (1/B) · Σ_i Σ_{c: M_{i,c} ≠ ∅} (1/|M_{i,c}|) · Σ_{j ∈ M_{i,c}} β_j · (−log p_j),   p = softmax(z/τ)_y
 *     β = 1/(2·exp(k·(p−1)))   or   β = 1/(p+ε)
 *
 * - Shapes: logits z `[B,H,W,C] float32`, labels y `[B,H,W] int32` → scalar. B counts images without valid pixels too.
 * - Options: `temperature` (1), `coefficient` ('exponential'), `sharpness` (1), `epsilon` (1e-2), `normalizer` ('mask'),
 *   `stopGradient` (false), `variant` ('paper').
 * - Eq. 5 and the temperatures did not survive in the paper's text; β is what the text describes and the code does.
 * - The authors' code averages over B·C·H·W, counting the zeros of the one-hot product, and has no 1/|M|.
 */
export const pat: LossDefinition<PatOptions> = {
  title: 'PAT',
  options: [
    'temperature',
    'coefficient',
    'sharpness',
    'epsilon',
    'normalizer',
    'stopGradient',
    'variant',
  ],
  symbols: {
    temperature: 'τ',
    sharpness: (value) => (isFlat(value) ? 'without β' : `k = ${String(value)}`),
    epsilon: 'ε',
    normalizer: (value) => (value === 'pixels' ? 'without 1/|M|' : `normalizer ${String(value)}`),
  },
  averagesByMask: ({ variant, normalizer }) => variant !== 'authors' && normalizer !== 'pixels',
  stopsGradient: ({ stopGradient }) => stopGradient === true,
  coefficient: (options) => (logits) => patCoefficient(logits, options),
  configure: (where, options): ConfiguredLoss => {
    const { temperature, ...coefficient } = resolveCoefficient(where, options);
    const { normalizer = 'mask', stopGradient = false, variant = 'paper' } = options;
    checkOneOf(where, 'normalizer', normalizer, ['mask', 'pixels']);
    checkOneOf(where, 'variant', variant, lossVariants);
    if (typeof stopGradient !== 'boolean') {
      throw invalid(where, 'stopGradient', 'true or false', stopGradient);
    }
    if (variant === 'authors' && options.normalizer !== undefined) {
      const remedy = "The authors' code divides by B·C·H·W.";
      throw invalid(where, 'normalizer', "absent with variant 'authors'", normalizer, remedy);
    }
    return {
      averaging: variant === 'authors' ? 'elements' : normalizer,
      terms: ({ shape }) => ({
        scale: 1 / temperature,
        formula: (pixels) => patTerm(pixels, coefficient, shape[3], stopGradient),
      }),
    };
  },
};

/**
 * β of every class at every pixel, the tensor of Fig. 3b: logits `[…,C] float32` → `[…,C] float32`. Differentiable.
 *
 * @throws InputError for options out of range.
 */
export function patCoefficient(logits: tf.Tensor, options: PatCoefficientOptions = {}): tf.Tensor {
  const { temperature, ...coefficient } = resolveCoefficient('patCoefficient', options);
  const numClasses = logits.shape[logits.rank - 1];
  return tf.tidy(() => beta(logits.div(temperature).softmax(), coefficient, numClasses));
}

type ResolvedCoefficient =
  | { coefficient: 'exponential'; sharpness: number | 'classes' }
  | { coefficient: 'inverse'; epsilon: number };

function resolveCoefficient(
  where: string,
  options: PatCoefficientOptions,
): ResolvedCoefficient & { temperature: number } {
  const { temperature = 1, coefficient = 'exponential' } = options;
  const { sharpness = 1, epsilon = 1e-2 } = options;
  checkNumber(where, 'temperature', temperature, { min: 0, aboveMin: true });
  checkOneOf(where, 'coefficient', coefficient, ['exponential', 'inverse']);
  if (sharpness !== 'classes')
    checkNumber(where, 'sharpness', sharpness, { min: 0, aboveMin: true });
  checkNumber(where, 'epsilon', epsilon, { min: 0, aboveMin: true });
  return coefficient === 'exponential'
    ? { temperature, coefficient, sharpness }
    : { temperature, coefficient, epsilon };
}

/** A sharpness k that makes β 1/2 at every probability, but for 1 % at most: PAT without β. */
export function isFlat(sharpness: unknown): boolean {
  return typeof sharpness === 'number' && sharpness < 0.01;
}

/** β(p), any shape. */
function beta(probability: tf.Tensor, options: ResolvedCoefficient, numClasses: number): tf.Tensor {
  if (options.coefficient === 'inverse') return probability.add(options.epsilon).reciprocal();
  const k = options.sharpness === 'classes' ? numClasses : options.sharpness;
  // e^k/2 · e^(−k·p): for small p, where β is large, the exponent has no rounding error of the size of k.
  return probability
    .mul(-k)
    .exp()
    .mul(Math.exp(k) / 2);
}

/** β·CE and its derivative by u: (1−p)·(β + g·p·β·CE), where g = −β′/β is k or β. */
function patTerm(
  { crossEntropy, hit, miss }: PixelProbabilities,
  options: ResolvedCoefficient,
  numClasses: number,
  stopGradient: boolean,
): PixelTerm {
  const weight = beta(hit, options, numClasses) as tf.Tensor1D;
  const value = weight.mul<tf.Tensor1D>(crossEntropy);
  if (stopGradient) return { value, slope: weight.mul(miss) };
  const k = options.coefficient === 'exponential' ? options.sharpness : weight;
  const steepness = k === 'classes' ? numClasses : k;
  const growth = steepness === 1 ? hit.mul(value) : hit.mul(value).mul(steepness); // g·p·β·CE
  return { value, slope: growth.add(weight).mul(miss) };
}
