/**
 * Loss, gradient and PAT coefficient of one pixel against the probability of its true class (Fig. 3c).
 *
 * The pixel has C classes; its true class has probability p = softmax(z)_y at τ = 1 and the other classes share the
 * rest evenly: z_y = log p, z_c = log((1 − p)/(C − 1)). A temperature acts on these logits, so PAT sees
 *
 *     p_τ = p^(1/τ) / (p^(1/τ) + (C − 1)·((1 − p)/(C − 1))^(1/τ)),
 *
 * which is p at τ = 1, tends to 1/C for τ → ∞ and to 0 or 1 for τ → 0 (the threshold is p = 1/C). All losses are
 * drawn against the same p, the one at τ = 1.
 */
import { tf } from '../backend';
import { checkNumber, invalid } from '../check';
import { lossNames, pixelwiseLoss } from '../losses';
import type { LossConfig } from '../losses';
import { coefficientOf } from '../losses/traits';

type PatConfig = Extract<LossConfig, { name: 'pat' }>;

export interface LossCurve {
  /** Label in legends and tables, e.g. `'PAT, τ = 2'`. */
  label: string;
  /** The loss that was computed; absent for a series of one's own. */
  config?: LossConfig;
  /** Its loss is none of the kit's, but of `defineLoss`. */
  isOwn?: true;
  /** Loss of the pixel at each probability. */
  loss: number[];
  /** |∂L/∂z_y|, by automatic differentiation through the whole loss, at each probability. */
  gradient: number[];
  /** β of the true class for PAT, null (or absent) for a loss that has none. */
  coefficient?: number[] | null;
}

export interface LossCurves {
  numClasses: number;
  /** Probability of the true class at τ = 1, ascending. */
  probability: number[];
  curves: LossCurve[];
}

export interface LossCurvesOptions {
  losses: readonly { label: string; config: LossConfig }[];
  /** C (default 2). */
  numClasses?: number;
  /** Number of evenly spaced probabilities i/(points + 1), i = 1 … points (default 99: 0.01 … 0.99). */
  points?: number;
  /** The probabilities themselves, ascending, inside (0, 1); they take the place of `points`. */
  probabilities?: readonly number[];
}

/**
 * Computes all curves with the kit's own losses. Losses that weight by class counts count the batch unless they are
 * given counts; it holds one class only here, so they are better compared on images.
 *
 * @throws InputError when there is no loss, or a probability lies outside (0, 1) or out of order.
 */
export async function lossCurves(options: LossCurvesOptions): Promise<LossCurves> {
  const { losses, numClasses = 2, points = 99 } = options;
  checkNumber('lossCurves', 'numClasses', numClasses, { min: 2, integer: true });
  checkNumber('lossCurves', 'points', points, { min: 1, integer: true });
  if (losses.length === 0) throw invalid('lossCurves', 'losses', 'a non-empty array', '[]');
  const even = Array.from({ length: points }, (_, i) => (i + 1) / (points + 1));
  const probability = [...(options.probabilities ?? even)];
  checkProbabilities(probability);

  const logits = logitsOfProbability(probability, numClasses);
  const labels = tf.zeros<tf.Rank.R3>([1, 1, probability.length], 'int32');
  const curves: LossCurve[] = [];
  try {
    for (const { label, config } of losses) {
      curves.push({ label, config, ...ownOf(config), ...(await oneCurve(config, logits, labels)) });
    }
  } finally {
    tf.dispose([logits, labels]);
  }
  return { numClasses, probability, curves };
}

/** PAT's curves at several temperatures: what a slider steps through. */
export interface TemperatureSweep {
  temperatures: number[];
  /** One entry per temperature, each with the same variants in the same order. */
  steps: LossCurves[];
}

export interface TemperatureSweepOptions {
  /** PAT without its temperature; the curve is labelled `label, τ = …`. */
  variants: readonly { label: string; config: PatConfig }[];
  temperatures: readonly number[];
  numClasses?: number;
  points?: number;
}

/** @throws InputError when there is no variant or no temperature. */
export async function temperatureSweep({
  variants,
  temperatures,
  ...rest
}: TemperatureSweepOptions): Promise<TemperatureSweep> {
  if (temperatures.length === 0) {
    throw invalid('temperatureSweep', 'temperatures', 'a non-empty array', '[]');
  }
  const steps: LossCurves[] = [];
  for (const temperature of temperatures) {
    const losses = variants.map(({ label, config }) => ({
      label: `${label}, τ = ${temperature}`,
      config: { ...config, temperature },
    }));
    steps.push(await lossCurves({ losses, ...rest }));
  }
  return { temperatures: [...temperatures], steps };
}

/**
 * Logits `[1,1,N,C] float32` of N pixels whose class 0 has the given probabilities at τ = 1 while the other classes
 * share the rest evenly.
 */
export function logitsOfProbability(
  probabilities: readonly number[],
  numClasses: number,
): tf.Tensor4D {
  const values = probabilities.flatMap((p) => {
    const rest = Math.log((1 - p) / (numClasses - 1));
    return [Math.log(p), ...new Array<number>(numClasses - 1).fill(rest)];
  });
  return tf.tensor4d(values, [1, 1, probabilities.length, numClasses]);
}

const ownOf = ({ name }: LossConfig) =>
  lossNames.some((kits) => kits === name) ? {} : { isOwn: true as const };

async function oneCurve(
  config: LossConfig,
  logits: tf.Tensor4D,
  labels: tf.Tensor3D,
): Promise<Pick<LossCurve, 'loss' | 'gradient' | 'coefficient'>> {
  // The logits are finite and the labels 0: nothing to validate at every call.
  const pixelwise = pixelwiseLoss({ ...config, validate: false });
  const beta = coefficientOf(config);
  const [loss, gradient, coefficient] = tf.tidy(() => {
    // Pixels do not interact, so the gradient of the sum is the gradient of each.
    const gradients = tf.grad((z) => pixelwise(z as tf.Tensor4D, labels).sum())(logits); // [1,1,N,C]
    return [
      pixelwise(logits, labels).flatten(), // [1,1,N] → [N]
      ofTrueClass(gradients).abs(), // [N]
      beta ? ofTrueClass(beta(logits)) : tf.zeros([0]), // [N]
    ];
  });
  const [lossValues, gradientValues, coefficientValues] = await Promise.all(
    [loss, gradient, coefficient].map((tensor) => tensor.data()),
  );
  tf.dispose([loss, gradient, coefficient]);
  return {
    loss: Array.from(lossValues),
    gradient: Array.from(gradientValues),
    coefficient: beta ? Array.from(coefficientValues) : null,
  };
}

/** `[1,1,N,C]` → `[N]`: the channel of class 0. */
function ofTrueClass(tensor: tf.Tensor): tf.Tensor1D {
  const [, , pixels] = tensor.shape;
  return tf.slice(tensor as tf.Tensor4D, [0, 0, 0, 0], [1, 1, pixels, 1]).flatten();
}

function checkProbabilities(probability: readonly number[]): void {
  if (probability.length === 0) {
    throw invalid('lossCurves', 'probabilities', 'a non-empty array', '[]');
  }
  probability.forEach((p, i) => {
    checkNumber('lossCurves', `probabilities[${i}]`, p, { min: 0, aboveMin: true, max: 1 });
    if (p === 1 || (i > 0 && p <= probability[i - 1])) {
      const remedy = 'At p = 1 the logits are infinite.';
      throw invalid('lossCurves', `probabilities[${i}]`, 'below 1 and ascending', p, remedy);
    }
  });
}
