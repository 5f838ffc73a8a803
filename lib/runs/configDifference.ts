/** Where two configurations differ. */
import { isDeepStrictEqual } from 'node:util';

/**
 * The first setting that differs, e.g. `loss.temperature is 3, was 2`; undefined where none does. Both as JSON holds them.
 */
export function firstDifference(stored: unknown, given: unknown, at = ''): string | undefined {
  if (isDeepStrictEqual(stored, given)) return undefined;
  if (!isRecord(stored) || !isRecord(given)) {
    return `${at} is ${JSON.stringify(given)}, was ${JSON.stringify(stored)}${remedy(at, stored)}`;
  }
  for (const key of new Set([...Object.keys(stored), ...Object.keys(given)])) {
    const found = firstDifference(stored[key], given[key], at === '' ? key : `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A default that version 1.0 had otherwise: how to keep to it. */
function remedy(at: string, stored: unknown): string {
  if (at !== 'loss.classCounts' || stored !== 'batch') return '';
  return (
    " (a run's default, which counts the training split; version 1.0 counted each batch: " +
    '--set loss.classCounts=batch goes on as before)'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
