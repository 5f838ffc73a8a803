/** What `npm run bench -- NAME --json FILE` stores, for figures, notebooks and the ledger of claims. */
import { minimumOf } from '../extremes';
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

/** PyTorch op by op in each memory layout, and compiled (torch.compile; channels_last, frozen weights for inference). */
export const torchNames = ['torchNchw', 'torchChannelsLast', 'torchCompiled'] as const;
export type TorchName = (typeof torchNames)[number];
export type SideName = 'ours' | TorchName;

/** A value for each side; none of PyTorch's compiled one where it cannot compile (it needs a C++ compiler). */
export type EachSide<T> = Record<Exclude<SideName, 'torchCompiled'>, T> & { torchCompiled?: T };

export interface StepMeasurement extends BenchCase {
  /** Medians. */
  oursMs: number;
  torchNchwMs: number;
  torchChannelsLastMs: number;
  torchCompiledMs?: number;
  /** Median over the rounds of our time over that of PyTorch's fastest side. */
  ratio: number;
  /** The largest ratio that the kit allows itself; null for sizes without a bar. */
  bar: number | null;
  spreads: EachSide<Spread>;
  /** Highest resident memory of each process; null where there is no /proc. */
  peakMiB: EachSide<number> | null;
  /** Our peak over that of PyTorch's thriftiest side, and the largest value that the kit allows itself. */
  memoryRatio: number | null;
  memoryBar: number;
  /** What each process has to itself after the last round: its peak holds mapped pages of its libraries, too. */
  ownMiB: EachSide<number> | null;
  execution: Execution;
  /** Seconds of recording and loading the graph; null for eager execution. */
  tracingSeconds: number | null;
  parameters: number;
  /** What had to agree, on each side. */
  check: EachSide<Record<string, number>>;
  /** The formulations of PyTorch's loss that were the fastest. */
  formulations: Partial<Record<TorchName, string | null>>;
  rounds: { measured: number; disturbed: number; foreignShare: Spread | null };
}

/** PyTorch's side with the least median. */
export function fastestTorch({ spreads }: Pick<StepMeasurement, 'spreads'>): TorchName {
  const median = (name: TorchName) => spreads[name]?.median ?? Infinity;
  return torchNames.reduce((best, name) => (median(name) < median(best) ? name : best));
}

/** PyTorch's least value. */
export function leastOfTorch(values: EachSide<number>): number {
  return minimumOf(torchNames.map((name) => values[name] ?? Infinity));
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
