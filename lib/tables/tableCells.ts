/** Numbers of scores as cells of a table. */
import type { TableCell } from '../print/table';
import type { Spread } from '../results/bootstrap';
import { isDefined } from '../results/contrast';
import type { Compared } from '../results/contrast';
import { scoreFacts } from '../results/scorer';
import type { RunScore } from '../results/scorer';
import type { TableCellResult } from './specification';

/** Shares are written in percent. */
const factorOf = (score: RunScore) => (scoreFacts[score].isShare ? 100 : 1);

/** The mean over seeds and its deviation, with a note where seeds are missing; null without a run that has the score. */
export function scoreCell({ summary, seeds }: TableCellResult, score: RunScore): TableCell | null {
  const spread: Spread | null = summary?.scores[score] ?? null;
  if (summary === null || spread === null) return null;
  const cell = spreadCell(spread, score);
  return summary.seeds.length < seeds.length
    ? { ...cell, note: `${summary.seeds.length} of ${seeds.length} seeds` }
    : cell;
}

/** A mean and its deviation. */
export function spreadCell({ mean, deviation }: Spread, score: RunScore): TableCell {
  const factor = factorOf(score);
  return { value: factor * mean, deviation: deviation === null ? null : factor * deviation };
}

/** The mean alone. */
export function meanCell(cell: TableCellResult, score: RunScore): TableCell | null {
  return numberCell(cell.summary?.scores[score]?.mean, factorOf(score));
}

export function numberCell(value: number | null | undefined, factor = 100): TableCell | null {
  return typeof value === 'number' ? { value: factor * value } : null;
}

/** A difference and the ends of its interval, three cells. */
export function contrastCells(compared: Compared | null): (TableCell | null)[] {
  if (compared === null || !isDefined(compared)) return [null, null, null];
  const factor = factorOf(compared.score);
  return [compared.value, compared.low, compared.high].map((one) => numberCell(one, factor));
}
