/** What claims are judged by; a part that is not there leaves its claims untested. */
import type { GradientNorms } from '../analysis/gradientNorms';
import type { LossCurves } from '../analysis/lossCurves';
import type { MaskImbalance } from '../analysis/maskImbalance';
import type { LossReport, StepReport } from '../measurement/reports';
import type { TrainingCost } from '../measurement/trainingCost';
import type { ClaimRuns } from './claimRuns';

export interface Evidence {
  runs: ClaimRuns;
  /** Curves of cross-entropy, Focal and PAT's readings over p. */
  formula?: FormulaEvidence;
  gradients?: GradientEvidence;
  /** Label maps of real data sets. */
  masks?: readonly MaskEvidence[];
  /** What training with each loss costs. */
  training?: TrainingCost;
  bench?: { loss?: LossReport; step?: StepReport };
}

export interface FormulaEvidence {
  curves: LossCurves;
  coefficients: readonly LargestCoefficient[];
}

/** The largest β of a reading of Eq. 5 on logits of ±10⁴. */
export interface LargestCoefficient {
  label: string;
  /** Without τ and without a constant; may be infinite, as the others. */
  neither: number;
  /** τ = 4, no constant. */
  temperature: number;
  /** τ = 1; the reading's constant, where it has one. */
  constant: number;
}

export interface GradientEvidence {
  /** The images and the network, e.g. `'CamVid (train), 8 images, U-Net after 60 steps'`. */
  source: string;
  /** Of cross-entropy. */
  norms: GradientNorms;
  /** Of each image of `norms`, in their order there (default: each image is a cluster of its own). */
  clusters?: readonly string[];
  /** Time for the gradient norms of all classes of an image over that of one gradient of PAT on it, for some images. */
  normsOverMask: readonly number[];
}

/** One data set at its own size and at that of training. */
export interface MaskEvidence {
  full: MaskImbalance;
  resized: MaskImbalance;
  size: readonly [number, number];
  /** Of each image (default: each image is a cluster of its own). */
  clusters?: readonly string[];
}
