/** Means, intervals and tests of the cells of a plan. */
import { summarize } from '../results/cells';
import type { Cell } from '../results/cells';
import { compareCells } from '../results/compare';
import type { Comparison } from '../results/compare';
import type { PlannedCell } from '../results/plannedCells';
import type { CellStatistics, Reference } from './types';

export interface StatisticsOptions {
  references: readonly Reference[];
  /** Of the bootstrap (default 2000). */
  resamples?: number;
}

/**
 * Summarizes every cell and compares it with the references of its data set and network; Holm's correction is over the
 * cells of one data set and network that one reference is compared with.
 */
export function cellStatistics(
  cells: readonly PlannedCell[],
  { references, resamples }: StatisticsOptions,
): CellStatistics[] {
  const statistics = cells.map((planned): CellStatistics => {
    const summary = planned.cell === undefined ? null : summarize(planned.cell, { resamples });
    const against = references.map(({ title }) => ({ reference: title, comparison: null }));
    return { ...planned, summary, against };
  });
  for (const [column, reference] of references.entries()) {
    for (const origin of statistics.filter((one) => reference.is(one))) {
      if (origin.cell === undefined) continue;
      const others = statistics.filter((one) => one !== origin && comparable(one, origin));
      const comparisons = comparisonsWith(origin.cell, others, resamples);
      others.forEach((other, i) => (other.against[column].comparison = comparisons[i]));
    }
  }
  return statistics;
}

function comparable(one: CellStatistics, origin: CellStatistics): boolean {
  const same = one.dataset === origin.dataset && one.network === origin.network;
  const seeds = origin.summary?.seeds ?? [];
  return same && (one.summary?.seeds.some((seed) => seeds.includes(seed)) ?? false);
}

function comparisonsWith(
  origin: Cell,
  others: readonly CellStatistics[],
  resamples: number | undefined,
): Comparison[] {
  return compareCells(
    origin,
    others.flatMap(({ cell }) => cell ?? []),
    { resamples },
  );
}

/** Cross-entropy, which every other loss is measured by. */
export const crossEntropyReference: Reference = {
  title: 'CE',
  is: ({ loss }) => loss.name === 'crossEntropy',
};

export const patReference: Reference = { title: 'PAT', is: ({ loss }) => loss.name === 'pat' };

/** PAT at one temperature, other options at their defaults. */
export function temperatureReference(temperature: number): Reference {
  return {
    title: `τ = ${temperature}`,
    is: ({ loss }) =>
      loss.name === 'pat' &&
      loss.temperature === temperature &&
      loss.normalizer === undefined &&
      loss.sharpness === undefined,
  };
}
