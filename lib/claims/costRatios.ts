/** What losses cost by the measurements that are stored, and ratios of it with their intervals. */
import type { LossName } from '../losses';
import { measuredOver } from '../measurement/measured';
import { spreadOf } from '../measurement/spread';
import type { Spread } from '../measurement/spread';
import { isOnGpu } from '../measurement/trainingCost';
import { lossTitle, networkTitle } from '../results/names';
import { maximumOf, minimumOf } from '../extremes';
import type { Evidence } from './evidence';
import type { CaseOutcome } from './judge';

/** The part of the evidence that cost is judged by. */
export type CostEvidence = Pick<Evidence, 'training' | 'bench'>;
export type CostSource = 'training' | 'alone' | 'step';
export type CostQuantity = 'time' | 'memory' | 'utilization';

/** Losses measured side by side. */
export interface CostGroup {
  costs: readonly LossCost[];
  /** Share of all cores that other programs used meanwhile; null where that is not known. */
  foreignShare: number | null;
  /** Of the logits, for a loss alone. */
  classes?: number;
  /** Data, network and device, for training. */
  setting?: string;
  /** Whether memory or utilization is the GPU's, for training. */
  onGpu?: boolean;
}

interface LossCost {
  loss: string;
  spread: Spread;
  /** Of the rounds in which the losses took turns; absent where only the spread was kept. */
  values?: readonly number[];
}

export interface CostRatio {
  /** `PAT/CE`. */
  label: string;
  value: number;
  low: number;
  high: number;
}

const ofValues = (loss: string, values: readonly number[]): LossCost => {
  return { loss, values, spread: spreadOf(values) };
};

/** What was measured; none where nothing is stored. */
export const costGroups: Readonly<
  Record<CostSource, (evidence: CostEvidence, quantity: CostQuantity) => CostGroup[]>
> = {
  /** Memory and utilization are the GPU's where it was measured for every loss, else the process's. */
  training: ({ training }, quantity) => {
    if (training === undefined) return [];
    const { losses, foreignShare, dataset, network, width, machine, gpu } = training;
    const setting = `${dataset}, ${networkTitle(network)} of width ${width}, ${gpu ?? machine.device}`;
    const [ofGpu, ofMachine] =
      quantity === 'memory'
        ? (['gpuMiB', 'peakMiB'] as const)
        : (['gpuShare', 'cpuShare'] as const);
    const onGpu = isOnGpu(losses, ofGpu);
    const costs = losses.map(({ loss, ...cost }) => {
      const used = (onGpu ? cost[ofGpu] : null) ?? cost[ofMachine];
      return ofValues(loss.name, (quantity === 'time' ? cost.epochSeconds : used).values);
    });
    return [{ costs, foreignShare, setting, onGpu }];
  },
  /** A group for each number of classes, of time also for each kind of execution. */
  alone: ({ bench }, quantity) => {
    const { results = [], memory = [] } = bench?.loss ?? {};
    const measured =
      quantity === 'memory'
        ? memory.map(({ classes, loss, peakLogits }) => {
            return { classes, kind: '', cost: ofValues(loss, [peakLogits]) };
          })
        : results.map(({ classes, execution: kind, loss, milliseconds: spread, rounds }) => {
            return { classes, kind, cost: { loss, spread, values: rounds } };
          });
    return grouped(measured, ({ classes, kind }) => `${classes} ${kind}`).map((group) => {
      return {
        costs: group.map(({ cost }) => cost),
        classes: group[0].classes,
        foreignShare: null,
      };
    });
  },
  /** A group for each network and size. */
  step: ({ bench }) => {
    const trained = (bench?.step?.results ?? []).filter(({ loss }) => loss !== null);
    const setting = ({ network, width, size, batch }: (typeof trained)[number]) =>
      [network, width, size, batch].join();
    return grouped(trained, setting).map((group) => {
      const costs = group.flatMap(({ loss, spreads }) =>
        loss === null ? [] : [{ loss, spread: spreads.ours }],
      );
      const foreign = group.map(({ rounds }) => rounds.foreignShare?.median ?? 0);
      return { costs, foreignShare: maximumOf(foreign) };
    });
  },
};

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const keys = [...new Set(items.map(key))];
  return keys.map((wanted) => items.filter((item) => key(item) === wanted));
}

/** Says which losses a group lacks; empty where none does. */
export function lackingText(groups: readonly CostGroup[], names: readonly LossName[]): string {
  const lacking = names.filter((name) =>
    groups.some(({ costs }) => costs.every(({ loss }) => loss !== name)),
  );
  return lacking.length === 0
    ? ''
    : `not measured: ${lacking.map((name) => lossTitle(name)).join(', ')}`;
}

/** Each of `of` over each of `over`, where both were measured. */
export function costRatios(
  { costs }: CostGroup,
  of: readonly LossName[],
  over: readonly LossName[],
): CostRatio[] {
  const find = (names: readonly LossName[]) =>
    names.flatMap((name) => costs.find(({ loss }) => loss === name) ?? []);
  return find(over).flatMap((other) =>
    find(of).map((one) => {
      const label = `${lossTitle(one.loss)}/${lossTitle(other.loss)}`;
      return { label, ...ratioOf(one, other) };
    }),
  );
}

/**
 * Round by round where both have rounds: what disturbs a round disturbs both. Else of medians, between the extremes, which
 * hold the median of n rounds with probability 1 − 2^(1 − n).
 */
function ratioOf(one: LossCost, other: LossCost): Omit<CostRatio, 'label'> {
  const [a, b] = [one.spread, other.spread];
  if (one.values === undefined || other.values === undefined) {
    return { value: a.median / b.median, low: a.min / b.max, high: a.max / b.min };
  }
  const others = other.values;
  const { median, interval } = measuredOver(one.values.map((value, i) => value / others[i]));
  return { value: median, ...(interval ?? { low: median, high: median }) };
}

export const count = (outcomes: readonly CaseOutcome[], wanted: CaseOutcome) =>
  outcomes.filter((outcome) => outcome === wanted).length;

/** Each pair of losses once: its ratio with the interval, or the range over several cases; and the outcomes. */
export function ratiosText(ratios: readonly CostRatio[], outcomes: readonly CaseOutcome[]): string {
  const pairs = [...new Set(ratios.map(({ label }) => label))].map((wanted) => {
    const found = ratios.filter(({ label }) => label === wanted);
    const values = found.map(({ value }) => value);
    const [{ value, low, high }] = found;
    return found.length === 1
      ? `${wanted} ${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
      : `${wanted} ${minimumOf(values).toFixed(2)} to ${maximumOf(values).toFixed(2)}`;
  });
  const counts = (['for', 'against', 'open'] as const).map(
    (one) => `${count(outcomes, one)} ${one}`,
  );
  return `${pairs.join(', ')}; cases: ${counts.join(', ')}`;
}
