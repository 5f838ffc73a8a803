/** Losses as figures, tables and sentences name them. */
import { findLoss } from '../losses';
import { parted } from './traits';

/** A loss without its options, as the paper calls it; one that is not known here, as its configuration does. */
export function lossTitle(name: string): string {
  return findLoss(name)?.title ?? name;
}

/** `CE`, `PAT, τ = 2`, `Focal, γ = 5`: a loss with the options that are set. */
export function lossLabel(loss: { name: string }): string {
  const { name, options, definition } = parted(loss);
  const { title = name, symbols, parts } = definition ?? {};
  if (parts?.label) return parts.label(options, parts.of(options).map(lossLabel));
  const texts = new Map<string, string | ((value: unknown) => string)>(
    Object.entries(symbols ?? {}),
  );
  const set = Object.entries(options).flatMap(([key, value]) => {
    if (key === 'classCounts') return Array.isArray(value) ? 'given counts' : countsLabel(options);
    const text = texts.get(key);
    if (typeof text === 'function') return text(value);
    if (text !== undefined) return `${text} = ${String(value)}`;
    if (key !== 'variant') return `${key} ${String(value)}`;
    return value === 'authors' ? 'authors’ code' : 'paper’s formula';
  });
  return [title, ...set].join(', ');
}

/** Counts other than the default of a run: the training split's as published, the batch's in the authors' code. */
function countsLabel({ classCounts, variant }: Readonly<Record<string, unknown>>): string[] {
  const isDefault = classCounts !== (variant === 'authors' ? 'dataset' : 'batch');
  return isDefault ? [] : [`${String(classCounts)} counts`];
}
