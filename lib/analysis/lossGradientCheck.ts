/** The gradient of a loss against finite differences. */
import { tf } from '../backend';
import type { SegmentationLoss } from '../losses';
import { Random } from '../random';

/** A loss on one batch. */
export interface Tried {
  loss: SegmentationLoss;
  logits: tf.Tensor4D;
  labels: tf.Tensor3D;
  noiseSeed: tf.Tensor1D;
}

/** What is true of a property, and what was found. */
export interface Verdict {
  verdict: 'ok' | 'note' | 'FAILED';
  found: string;
}

/** Change of each logit; the error of the differences is of its fourth power, their noise that of float32 by it. */
const STEP = 1e-2;
/** Of a derivative's size: what float32 leaves of four values' differences. */
const TOLERANCE = 0.03;

/** The loss and its gradient by the logits as numbers. */
export function valueAndGradient({ loss, logits, labels, noiseSeed }: Tried) {
  return tf.tidy(() => {
    const at = (z: tf.Tensor) => loss(z as tf.Tensor4D, labels, noiseSeed);
    const { value, grad } = tf.valueAndGrad(at)(logits);
    return { value: value.dataSync()[0], gradient: [...grad.dataSync()] };
  });
}

/** Along six random directions of all logits, and for six logits alone. */
export function checkGradient(batch: Tried): Verdict {
  const { gradient } = valueAndGradient(batch);
  const size = gradient.length;
  const random = new Random(0).stream('directions');
  const everywhere = Array.from({ length: 6 }, () =>
    Float32Array.from({ length: size }, () => random.normal()),
  );
  // The logits with the largest gradients: the others are below what float32 shows.
  const order = gradient
    .map((_, i) => i)
    .sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
  const alone = order
    .slice(0, 6)
    .map((at) => Float32Array.from({ length: size }, (_, i) => +(i === at)));
  const worst = [everywhere, alone].map((directions) => {
    const pairs = directions.map((direction) => ({
      stated: direction.reduce((sum, d, i) => sum + d * gradient[i], 0),
      measured: slope(batch, direction),
    }));
    const scale = Math.max(
      ...pairs.flatMap(({ stated, measured }) => [Math.abs(stated), Math.abs(measured)]),
    );
    const errors = pairs.map(({ stated, measured }) => Math.abs(stated - measured) / (scale || 1));
    return { error: Math.max(...errors), pair: pairs[errors.indexOf(Math.max(...errors))] };
  });
  const [{ error, pair }] = worst.sort((a, b) => b.error - a.error);
  if (error <= TOLERANCE)
    return { verdict: 'ok', found: `they differ by ${percent(error)} at most` };
  const stated = pair?.stated.toPrecision(4);
  return {
    verdict: 'FAILED',
    found: `${stated} where differences give ${pair?.measured.toPrecision(4)} (${percent(error)} of the largest)`,
  };
}

/** The derivative along `direction`, by four values. */
function slope({ loss, logits, labels, noiseSeed }: Tried, direction: Float32Array): number {
  return tf.tidy(() => {
    const along = tf.tensor4d(direction, logits.shape).mul(STEP);
    const at = (steps: number) =>
      loss(logits.add(along.mul(steps)), labels, noiseSeed).dataSync()[0];
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * STEP);
  });
}

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;
