/** What the kit's own losses say of one pixel. */
import { tf } from '../../backend';
import { pixelwiseLoss } from '../../losses';
import type { BuiltInLossConfig } from '../../losses';
import { patCoefficient } from '../../losses/pat';

export interface PixelCharges {
  /** softmax(z), and softmax(z/τ), by class. */
  p: Float32Array;
  pAtTemperature: Float32Array;
  /** PAT's weight of the class, and what each loss charges for it. */
  beta: number;
  losses: number[];
}

/** τ and k of PAT. */
export interface PatSettings {
  temperature: number;
  sharpness: number;
}

/** Titles of the losses of `PixelCharges`. */
export const lossTitles = ['CE', 'Focal, γ = 2', 'PAT'];

/** For each run: its logits `[C]` at the pixel, and the class that is charged. */
export function chargesOf(
  logits: readonly Float32Array[],
  classes: readonly number[],
  { temperature, sharpness }: PatSettings,
): PixelCharges[] {
  const configs: BuiltInLossConfig[] = [
    { name: 'crossEntropy' },
    { name: 'focal', gamma: 2 },
    { name: 'pat', temperature, sharpness, normalizer: 'pixels' },
  ];
  return onCpu(() => {
    const count = logits.length;
    const numClasses = logits[0].length;
    const values = Float32Array.from(logits.flatMap((row) => [...row]));
    const z = tf.tensor4d(values, [count, 1, 1, numClasses]);
    const y = tf.tensor3d([...classes], [count, 1, 1], 'int32');
    const [p, tempered] = [z, z.div<tf.Tensor4D>(temperature)].map((x) => x.softmax().dataSync());
    const beta = patCoefficient(z, { temperature, sharpness }).dataSync();
    const losses = configs.map((config) =>
      pixelwiseLoss({ ...config, validate: false })(z, y).dataSync(),
    );
    return logits.map((_, run) => {
      const own = (all: tf.TypedArray) =>
        (all as Float32Array).slice(run * numClasses, (run + 1) * numClasses);
      return {
        p: own(p),
        pAtTemperature: own(tempered),
        beta: beta[run * numClasses + classes[run]],
        losses: losses.map((loss) => loss[run]),
      };
    });
  });
}

/** A few numbers are sooner computed here than sent to the graphics card. Both backends have started by then. */
function onCpu<Result>(compute: () => Result): Result {
  const before = tf.getBackend();
  void tf.setBackend('cpu');
  try {
    tf.engine().startScope();
    return compute();
  } finally {
    tf.engine().endScope();
    void tf.setBackend(before);
  }
}
