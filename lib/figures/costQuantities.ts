/** The quantities of a training's cost as figures and tables show them. */
import type { Measured } from '../measurement/measured';
import { isOnGpu } from '../measurement/trainingCost';
import type { LossTrainingCost } from '../measurement/trainingCost';
import { rounded } from '../print/figureText';
import type { FigureRow } from '../print/figure';
import { maximumOf, minimumOf } from '../extremes';

export interface CostQuantity {
  title: string;
  /** In a sentence. */
  name: string;
  of: (cost: LossTrainingCost) => Measured;
  /** From the measured unit to the shown one. */
  factor: number;
  /** A shown value with its unit. */
  text: (value: number) => string;
}

/** Median and interval in the shown unit. */
export interface DrawnValue {
  value: number;
  low: number;
  high: number;
}

export type Range = [low: number, high: number];

export const epochTime: CostQuantity = {
  title: 'Time of an epoch, s',
  name: 'time of an epoch',
  of: (cost) => cost.epochSeconds,
  factor: 1,
  text: (value) => `${value.toPrecision(3)} s`,
};

const percent = (value: number) => `${value.toFixed(0)} %`;
const mebibytes = (value: number) => `${value.toFixed(0)} MiB`;

/** Of the GPU where it was measured for every loss, else of the processor. */
export function utilization(losses: readonly LossTrainingCost[]): CostQuantity {
  const onGpu = isOnGpu(losses, 'gpuShare');
  return {
    title: onGpu ? 'GPU utilization, %' : 'Processor utilization, %',
    name: onGpu ? 'GPU utilization' : 'processor utilization',
    of: (cost) => (onGpu ? cost.gpuShare : null) ?? cost.cpuShare,
    factor: 100,
    text: percent,
  };
}

/** Of the GPU where it was measured for every loss, else of the process. */
export function memory(losses: readonly LossTrainingCost[]): CostQuantity {
  const onGpu = isOnGpu(losses, 'gpuMiB');
  return {
    title: onGpu ? 'GPU memory, MiB' : 'Peak memory, MiB',
    name: onGpu ? 'memory of the GPU' : 'peak memory of the process',
    of: (cost) => (onGpu ? cost.gpuMiB : null) ?? cost.peakMiB,
    factor: 1,
    text: mebibytes,
  };
}

export function drawnValue(
  cost: LossTrainingCost,
  { of, factor }: Pick<CostQuantity, 'of' | 'factor'>,
): DrawnValue {
  const { median, interval } = of(cost);
  const { low, high } = interval ?? { low: median, high: median };
  const [value, from, to] = [median, low, high].map((number) => rounded(factor * number));
  return { value, low: from, high: to };
}

/** From the lowest to the highest interval, with room for bubbles and labels around. */
export function quantityRange(losses: readonly LossTrainingCost[], quantity: CostQuantity): Range {
  const values = losses.map((loss) => drawnValue(loss, quantity));
  const low = minimumOf(values.map((value) => value.low));
  const high = maximumOf(values.map((value) => value.high));
  const room = 0.15 * (high - low) || 0.05 * Math.abs(high) || 1;
  return [low - room, high + room];
}

/** A line of the table behind the figure. */
export function costRow(cost: LossTrainingCost): FigureRow {
  const cells = (name: string, measured: Measured | null, factor = 1): FigureRow => {
    const drawn = measured && drawnValue(cost, { of: () => measured, factor });
    return {
      [name]: drawn?.value ?? null,
      [`${name}Low`]: drawn?.low ?? null,
      [`${name}High`]: drawn?.high ?? null,
    };
  };
  return {
    loss: cost.label,
    ...cells('epochSeconds', cost.epochSeconds),
    ...cells('timesFirst', cost.timesFirst),
    ...cells('cpuSeconds', cost.cpuSeconds),
    ...cells('peakMiB', cost.peakMiB),
    ...cells('cpuPercent', cost.cpuShare, 100),
    ...cells('gpuPercent', cost.gpuShare, 100),
    ...cells('gpuMiB', cost.gpuMiB),
  };
}
