/** A mean over seeds as a cell. */
import type { TableCell } from '../figures/tables';
import type { Spread } from '../results/bootstrap';

/** In percent. */
export function percentSpread(spread: Spread | null): Spread | null {
  return (
    spread && {
      mean: 100 * spread.mean,
      deviation: spread.deviation === null ? null : 100 * spread.deviation,
    }
  );
}

/** The mean and its deviation, with a note where seeds are missing. */
export function scoreCell(
  spread: Spread | null,
  seeds: number,
  plannedSeeds: number,
): TableCell | null {
  if (spread === null) return null;
  const { mean: value, deviation } = spread;
  return seeds < plannedSeeds
    ? { value, deviation, note: `${seeds} of ${plannedSeeds} seeds` }
    : { value, deviation };
}
