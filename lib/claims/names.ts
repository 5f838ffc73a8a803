/** How claims name runs and intervals. */
import type { LossConfig } from '../losses';
import { lossLabel, signed } from '../results/names';

/** The run as messages name it: `camvid/segnet: PAT, τ = 2`. */
export function runTitle(dataset: string, network: string, loss: LossConfig): string {
  return `${dataset}/${network}: ${lossLabel(loss)}`;
}

/** `+1.2 [−0.3, +2.7]`. */
export function withInterval(
  { value, low, high }: { value: number; low: number; high: number },
  digits = 1,
): string {
  return `${signed(value, digits)} [${signed(low, digits)}, ${signed(high, digits)}]`;
}
