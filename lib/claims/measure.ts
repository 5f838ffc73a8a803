/** Measurements that claims are judged by and that take seconds: on the formula and on label maps. */
import { lossCurves } from '../analysis/lossCurves';
import { analyzeMasks } from '../analysis/maskImbalance';
import { tf } from '../backend';
import { availableDatasets, imageClusters, openDataset } from '../datasets';
import { patCoefficient } from '../losses/pat';
import type { PatCoefficientOptions } from '../losses/pat';
import type { FormulaEvidence, LargestCoefficient, MaskEvidence } from './evidence';

export interface FormulaOptions {
  /** PAT's τ (default 0.5, 1, 2, 4). */
  temperatures?: readonly number[];
  /** Focal's γ (default 0.5, 1, 2). */
  gammas?: readonly number[];
  /** C (default 11). */
  numClasses?: number;
}

const readings: readonly { label: string; options: PatCoefficientOptions }[] = [
  { label: 'k = 1', options: {} },
  { label: 'k = C', options: { sharpness: 'classes' } },
  { label: 'inverse', options: { coefficient: 'inverse' } },
];

/** Loss curves of CE, Focal and PAT (k = 1), and the largest β of each reading with and without its remedies. */
export async function measureFormula({
  temperatures = [0.5, 1, 2, 4],
  gammas = [0.5, 1, 2],
  numClasses = 11,
}: FormulaOptions = {}): Promise<FormulaEvidence> {
  const curves = await lossCurves({
    losses: [
      { label: 'CE', config: { name: 'crossEntropy' } },
      ...gammas.map((gamma) => ({
        label: `Focal, γ = ${gamma}`,
        config: { name: 'focal', gamma } as const,
      })),
      ...temperatures.map((temperature) => ({
        label: `PAT, τ = ${temperature}`,
        config: { name: 'pat', temperature } as const,
      })),
    ],
    numClasses,
  });
  return { curves, coefficients: largestCoefficients(numClasses) };
}

/** τ that is tried as the only remedy, the largest of the curves. */
const WARM = 4;

function largestCoefficients(numClasses: number): LargestCoefficient[] {
  const extreme = Array.from({ length: numClasses }, (_, c) => (c === 0 ? 1e4 : -1e4));
  const largest = (beta: (logits: tf.Tensor) => tf.Tensor) =>
    tf.tidy(
      () =>
        beta(tf.tensor2d([extreme]))
          .max()
          .dataSync()[0],
    );
  return readings.map(({ label, options }) => {
    // 1/(p + ε) without its constant is 1/p; the exponential readings have none.
    const without = (temperature: number) =>
      largest((logits) =>
        options.coefficient === 'inverse'
          ? logits.div(temperature).softmax().reciprocal()
          : patCoefficient(logits, { ...options, temperature }),
      );
    const constant = largest((logits) => patCoefficient(logits, options));
    return { label, neither: without(1), temperature: without(WARM), constant };
  });
}

export interface MaskOptions {
  /** `[height, width]` of training (default [64, 96]). */
  size?: readonly [number, number];
  /** Images of each data set, spread over its training split (default 60). */
  limit?: number;
  /** Folder of the data sets (default: as `openDataset`). */
  root?: string;
  signal?: AbortSignal;
}

/** The masks of every real data set that is found, at their own size and resized; none where there is no data. */
export async function measureMasks({
  size = [64, 96],
  limit = 60,
  root,
  signal,
}: MaskOptions = {}): Promise<MaskEvidence[]> {
  const found: MaskEvidence[] = [];
  for (const { name, real, found: there } of await availableDatasets(root)) {
    if (!real || !there || name === 'folder') continue;
    const [full, resized] = await Promise.all([
      openDataset({ name, root }),
      openDataset({ name, root, size: [...size] }),
    ]);
    const masks = await analyzeMasks(full, { limit, signal });
    const clusters = imageClusters(
      name,
      masks.images.map((image) => image.name),
    );
    const small = await analyzeMasks(resized, { limit, signal });
    found.push({ full: masks, resized: small, size, clusters });
  }
  return found;
}
