/** What `npm run bench -- NAME --json FILE` stores, for figures, notebooks and the ledger of claims. */
import type { Execution } from '../engine';
import type { LossName } from '../losses';
import type { NetworkName } from '../models';
import type { ModelVariant } from '../models/modelTypes';
import type { LossTimes } from './lossTimes';
import type { Machine, Spread } from './spread';

export type Mode = 'step' | 'infer';

/** Losses that bench/torchLosses.py has. */
export type BenchLossName = 'pat' | 'crossEntropy';

export interface BenchCase {
  mode: Mode;
  network: NetworkName;
  variant: ModelVariant;
  /** Null: inference. */
  loss: BenchLossName | null;
  width: number;
  /** Side of the square images. */
  size: number;
  batch: number;
}

/** Ours and PyTorch's, one for each memory layout. */
export type SideName = 'ours' | 'torchNchw' | 'torchChannelsLast';

export interface StepMeasurement extends BenchCase {
  /** Medians. */
  oursMs: number;
  torchNchwMs: number;
  torchChannelsLastMs: number;
  /** Median over the rounds of our time over that of PyTorch's faster layout. */
  ratio: number;
  /** The largest ratio that the kit allows itself; null for sizes without a bar. */
  bar: number | null;
  spreads: Record<SideName, Spread>;
  /** Highest resident memory of each process; null where there is no /proc. */
  peakMiB: Record<SideName, number> | null;
  /** Our peak over that of PyTorch's thriftier layout, and the largest value that the kit allows itself. */
  memoryRatio: number | null;
  memoryBar: number;
  /** What each process has to itself after the last round: its peak holds mapped pages of its libraries, too. */
  ownMiB: Record<SideName, number> | null;
  execution: Execution;
  /** Seconds of recording and loading the graph; null for eager execution. */
  tracingSeconds: number | null;
  parameters: number;
  /** What had to agree, on each side. */
  check: Record<SideName, Record<string, number>>;
  /** The formulations of the loss that were the fastest. */
  formulations: Record<'torchNchw' | 'torchChannelsLast', string | null>;
  rounds: { measured: number; disturbed: number; foreignShare: Spread | null };
}

/** Of `step` and `infer`. */
export interface StepReport {
  machine: Machine;
  /** PyTorch's version. */
  torch: string;
  rounds: number;
  maxForeign: number;
  results: readonly StepMeasurement[];
}

export interface LossMemory {
  classes: number;
  loss: LossName;
  /** Most memory in tensors beyond logits and labels, in logits-sized tensors. */
  peakLogits: number;
}

export interface LossReport extends LossTimes {
  memory: LossMemory[];
}
