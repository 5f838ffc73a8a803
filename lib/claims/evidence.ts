/** What claims are judged by; a part that is not there leaves its claims untested. */
import type { GradientNorms } from '../analysis/gradientNorms';
import type { LossCurves } from '../analysis/lossCurves';
import type { MaskImbalance } from '../analysis/maskImbalance';
import type { TrainingCost } from '../analysis/trainingCost';
import type { LossReport, StepReport } from '../measurement/reports';
import type { ClaimRuns } from './runs';

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
  /** The largest β of each reading of Eq. 5 on extreme logits. */
  largestCoefficients: readonly { label: string; largest: number }[];
}

export interface GradientEvidence {
  /** The images and the network, e.g. `'CamVid (train), 8 images, U-Net after 60 steps'`. */
  source: string;
  /** Of cross-entropy. */
  norms: GradientNorms;
  /** Seconds for the gradient norms of all classes of an image, over one step's gradient of PAT on it. */
  normsOverMask: number;
}

/** One data set at its own size and at that of training. */
export interface MaskEvidence {
  full: MaskImbalance;
  resized: MaskImbalance;
  size: readonly [number, number];
}
